import { BadRequestException, MessageRejected, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { describe, expect, it } from 'vitest';
import { sesMailer } from '../../../functions/mailer/ses-mailer.ts';
import { ses } from '../support/mocked-clients.ts';
import 'aws-sdk-client-mock-vitest/extend';

const refused: unknown[] = [];
const mailer = sesMailer(
  new SESv2Client({ region: 'us-east-1', endpoint: 'http://127.0.0.1:1' }),
  'parley@chat.example',
  (error) => void refused.push(error),
);
const mail = { to: 'ada@example.com', subject: 'Grüße', text: 'Hello\n', html: '<p>Hello</p>' };

describe('a mail', () => {
  it('goes to one address, in parts that SES itself makes into headers', async () => {
    ses.on(SendEmailCommand).resolves({ MessageId: '1' });
    await mailer.send(mail);
    expect(ses).toHaveReceivedCommandExactlyOnceWith(SendEmailCommand, {
      FromEmailAddress: 'parley@chat.example',
      Destination: { ToAddresses: ['ada@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Grüße', Charset: 'UTF-8' },
          Body: {
            Text: { Data: 'Hello\n', Charset: 'UTF-8' },
            Html: { Data: '<p>Hello</p>', Charset: 'UTF-8' },
          },
        },
      },
    });
  });

  it.each([
    'ada@example.com\r\nBcc: eve@example.com',
    'ada@example.com, eve@example.com',
    'ada@example.com;eve@example.com',
    'Ada <ada@example.com>',
    '"ada"@example.com',
    'ada@example.com\n',
    'ада@example.com',
    'ada',
    '',
  ])('to %j is not sent', async (to) => {
    await expect(mailer.send({ ...mail, to })).rejects.toThrow('exactly one address');
    expect(ses).not.toHaveReceivedCommand(SendEmailCommand);
  });

  it('that SES refuses is an error', async () => {
    const refusal = new MessageRejected({ message: 'Email address is not verified.', $metadata: {} });
    ses.on(SendEmailCommand).rejects(refusal);
    await expect(mailer.send(mail)).rejects.toBe(refusal);
    expect(refused).toEqual([]);
  });

  it('to an address that SES refuses arrives nowhere, which is no error', async () => {
    const refusal = new BadRequestException({ message: 'Illegal address', $metadata: {} });
    ses.on(SendEmailCommand).rejects(refusal);
    await mailer.send({ ...mail, to: 'a..b@c' });
    expect(refused).toEqual([refusal]);
  });
});
