import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from './settings.ts';

/**
 * A copy of the site's files whose page says what the deployment differs in: that it has no passwords, or that it sends mail. The
 * web app reads it from there, so it needs no request to know what to show first.
 *
 * @returns the folder of the copy, beside the other one
 */
export function markedPages(
  folder: string,
  { signUp, mailFrom }: Pick<Settings, 'signUp' | 'mailFrom'>,
): string {
  if (signUp && mailFrom === undefined) return folder;
  const [name, mark] = signUp ? ['with-mail', 'data-mail="on"'] : ['without-sign-up', 'data-sign-up="off"'];
  const copy = `${folder}-${name}`;
  rmSync(copy, { recursive: true, force: true });
  cpSync(folder, copy, { recursive: true });
  const page = join(copy, 'index.html');
  const html = readFileSync(page, 'utf8');
  const marked = html.replace('<html', `<html ${mark}`);
  if (marked === html) throw new Error(`no <html> in ${page}`);
  writeFileSync(page, marked);
  return copy;
}
