import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { arn } from '../assembly/account.ts';
import { readBody, sendJson } from '../gateway/http-handler.ts';
import { writeFileAtomically } from '../state-folder.ts';
import type { AccessControl } from './access-control.ts';

/** The parts of `SendEmail` that the runtime knows. */
interface Request {
  readonly FromEmailAddress?: unknown;
  readonly Destination?: { readonly ToAddresses?: unknown };
  readonly Content?: {
    readonly Simple?: {
      readonly Subject?: Part;
      readonly Body?: { readonly Text?: Part; readonly Html?: Part };
    };
  };
}

interface Part {
  readonly Data?: unknown;
}

/** SES takes 40 MB. Mail of an app is small. */
const maximumRequestBytes = 1024 * 1024;

/** An error with the name that SES has for it. */
class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

interface Surroundings {
  readonly access: AccessControl;
  /** The folder for the files. It exists. */
  readonly folder: string;
  readonly now: () => Date;
  onMail(mail: { readonly to: string; readonly subject: string; readonly path: string }): void;
}

/** `SendEmail` of Amazon SES, version 2, with access control. Each mail becomes a file that mail programs open. */
export function mailService({ access, folder, now, onMail }: Surroundings) {
  return async (request: IncomingMessage, response: ServerResponse, caller: string): Promise<void> => {
    try {
      const mail = read(await readBody(request, maximumRequestBytes));
      const refusal = access.refusal(caller, [
        {
          action: 'ses:SendEmail',
          resource: arn('ses', `identity/${mail.from}`),
          context: { 'ses:FromAddress': mail.from },
        },
      ]);
      if (refusal !== undefined) throw new Refusal(403, 'AccessDeniedException', refusal);
      const id = randomBytes(8).toString('hex');
      // The names of the files sort by time.
      const path = join(folder, `${now().toISOString().replaceAll(':', '-')}-${id}.eml`);
      writeFileAtomically(path, message(mail, id, now()));
      onMail({ to: mail.to, subject: mail.subject, path });
      sendJson(response, 200, { MessageId: id });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      sendJson(response, error.status, { message: error.message }, { 'x-amzn-errortype': error.code });
    }
  };
}

interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

function read(body: Buffer | 'too-large'): Mail {
  const { FromEmailAddress, Destination, Content } = parse(body);
  const to = Array.isArray(Destination?.ToAddresses) ? Destination.ToAddresses : [];
  if (to.length !== 1) throw bad('The local runtime sends mail to exactly one address.');
  const { Subject, Body } = Content?.Simple ?? {};
  return {
    from: line(FromEmailAddress, 'FromEmailAddress'),
    to: line(to[0], 'ToAddresses'),
    subject: line(Subject?.Data, 'Subject'),
    text: textOf(Body?.Text?.Data, 'Text'),
    html: textOf(Body?.Html?.Data, 'Html'),
  };
}

function parse(body: Buffer | 'too-large'): Request {
  try {
    const input = JSON.parse(body.toString());
    if (typeof input === 'object' && input !== null) return input;
  } catch {}
  throw bad('The request must be a JSON object.');
}

const bad = (message: string) => new Refusal(400, 'BadRequestException', message);

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw bad(`${name} must be a text.`);
  return value;
}

/** What becomes a header. */
function line(value: unknown, name: string): string {
  const text = textOf(value, name);
  if (/\p{Cc}/u.test(text)) throw bad(`${name} must not contain control characters.`);
  return text;
}

/** A message as mail programs read it (RFC 5322, RFC 2046). Its parts are UTF-8 as it is, so that people can read the file. */
function message({ from, to, subject, text, html }: Mail, id: string, date: Date): string {
  const boundary = `=_${id}`;
  const part = (type: string, content: string) => [
    `--${boundary}`,
    `Content-Type: text/${type}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
    '',
    content,
  ];
  return [
    `From: ${from}`,
    `To: ${to}`,
    `Subject: ${encoded(subject)}`,
    `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${id}@localhost>`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
    '',
    ...part('plain', text),
    ...part('html', html),
    `--${boundary}--`,
    '',
  ]
    .join('\n')
    .replaceAll(/\r?\n/g, '\r\n');
}

/** A header of other characters than ASCII is one encoded word (RFC 2047). */
const encoded = (text: string): string =>
  /^[\x20-\x7e]*$/.test(text) ? text : `=?utf-8?B?${Buffer.from(text).toString('base64')}?=`;
