import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ReceivedMail {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly html: string;
  /** Every link of the text. */
  readonly links: readonly string[];
}

/** The mails to an address that a local runtime wrote into files, the oldest first. */
export function mailsTo(folder: string, address: string): readonly ReceivedMail[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.eml'))
    .sort()
    .map((name) => readMail(readFileSync(join(folder, name), 'utf8')))
    .filter(({ headers }) => headers.to === address);
}

/** The token in the last link of this kind that an address got. */
export function tokenFor(folder: string, address: string, kind: 'reset' | 'verify' | 'sign-up'): string {
  const links = mailsTo(folder, address).flatMap((mail) => mail.links);
  const last = links.filter((link) => link.includes(`/#/${kind}/`)).at(-1);
  if (last === undefined) throw new Error(`${address} got no link of the kind ${kind}`);
  return last.slice(last.lastIndexOf('/') + 1);
}

function readMail(file: string): ReceivedMail {
  const { headers, body } = split(file);
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.trimStart()));
  const [text = '', html = ''] = ['text/plain', 'text/html'].map(
    (type) => parts.find((part) => part.headers['content-type']?.startsWith(type))?.body,
  );
  return { headers, text, html, links: text.match(/https?:\/\/\S+/g) ?? [] };
}

function split(message: string): { headers: Record<string, string>; body: string } {
  const end = message.indexOf('\r\n\r\n');
  const lines = message.slice(0, end).split('\r\n');
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf(': ');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 2)];
  });
  return { headers: Object.fromEntries(pairs), body: message.slice(end + 4) };
}
