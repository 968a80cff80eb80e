import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { accessKeys } from '../../../local/aws/access-keys.ts';
import { awsEndpoints } from '../../../local/aws/endpoints.ts';
import { mailService } from '../../../local/aws/mail.ts';
import type { FunctionSpec, Permission } from '../../../local/model.ts';
import { mailsTo } from '../../support/mailbox.ts';
import { serve } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'mail-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
const files = () => readdirSync(folder);

const FROM = 'parley@chat.example';
const mails = (resource: string, from = FROM): Permission => ({
  actions: ['ses:SendEmail'],
  resources: [`arn:aws:ses:us-east-1:000000000000:identity/${resource}`],
  leadingKeys: undefined,
  equals: { 'ses:FromAddress': [from] },
});
const spec = (name: string, ...permissions: Permission[]) =>
  ({ name, permissions }) as unknown as FunctionSpec;
const lines: string[] = [];
const access = accessControl(
  [
    spec('trusted', mails(FROM)),
    spec('other', mails('other@chat.example')),
    spec('idle'),
    spec('stranger', mails(FROM, 'x@chat.example')),
  ],
  (name, line) => lines.push(`[${name}] ${line}`),
);
const sent: object[] = [];
const keys = accessKeys();
const unused = () => {
  throw new Error('another service was called');
};
const endpoint = serve(
  (...call) =>
    void awsEndpoints(keys, {
      dynamodb: unused,
      secretsManager: unused,
      connections: unused,
      mail: mailService({
        access,
        folder,
        now: () => new Date('2026-11-30T12:00:00Z'),
        onMail: (mail) => sent.push(mail),
      }),
    })(...call),
);

beforeEach(() => {
  for (const name of files()) rmSync(join(folder, name));
  lines.length = 0;
  sent.length = 0;
});

function send({
  by = 'trusted',
  from = FROM,
  to = ['ada@example.com'],
  subject = 'Hello',
  text = 'Hi\n',
} = {}) {
  const client = new SESv2Client({
    region: 'us-east-1',
    endpoint: endpoint(),
    credentials: keys.of(by),
    maxAttempts: 1,
  });
  const part = (Data: string) => ({ Data, Charset: 'UTF-8' });
  return client.send(
    new SendEmailCommand({
      FromEmailAddress: from,
      Destination: { ToAddresses: to },
      Content: { Simple: { Subject: part(subject), Body: { Text: part(text), Html: part('<p>Hi</p>') } } },
    }),
  );
}

describe('a mail', () => {
  it('becomes a file for its owner’s eyes, which mail programs read, and is told', async () => {
    const { MessageId } = await send({ subject: 'Grüße', text: 'Zwölf\nhttps://chat.example/#/reset/x\n' });
    const [name = ''] = files();
    expect(name).toBe(`2026-11-30T12-00-00.000Z-${MessageId}.eml`);
    const path = join(folder, name);
    expect(sent).toEqual([{ to: 'ada@example.com', subject: 'Grüße', path }]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readFileSync(path, 'utf8')).not.toMatch(/[^\r]\n/);
    const [mail] = mailsTo(folder, 'ada@example.com');
    expect(mail?.headers).toMatchObject({
      from: FROM,
      subject: `=?utf-8?B?${Buffer.from('Grüße').toString('base64')}?=`,
      date: 'Mon, 30 Nov 2026 12:00:00 +0000',
      'mime-version': '1.0',
    });
    expect(mail?.text).toContain('Zwölf');
    expect(mail?.html).toContain('<p>Hi</p>');
    expect(mail?.links).toEqual(['https://chat.example/#/reset/x']);
  });

  it.each([
    [{ to: ['a@example.com', 'b@example.com'] }],
    [{ to: [] }],
    [{ to: ['a@example.com\r\nBcc: b@example.com'] }],
    [{ subject: 'Hello\r\nBcc: b@example.com' }],
    [{ subject: '' }],
    [{ text: '' }],
  ])('with %j is refused as a bad request', async (mail) => {
    await expect(send(mail)).rejects.toMatchObject({ name: 'BadRequestException' });
    expect(files()).toEqual([]);
  });

  it.each([
    ['without the permission', { by: 'idle' }],
    ['with that for another identity', { by: 'other' }],
    ['with that for another sender', { by: 'stranger' }],
    ['from another sender', { from: 'eve@chat.example' }],
  ])('of a function %s is refused, and its log says so', async (_, mail) => {
    await expect(send(mail)).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(files()).toEqual([]);
    expect(lines.join()).toContain("ERROR the function's role does not allow ses:SendEmail");
  });
});
