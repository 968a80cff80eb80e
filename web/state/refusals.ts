import { type FieldErrors, ParleyError } from '../../client/index.ts';
import { texts } from '../texts.ts';
import { inSeconds } from './times.ts';

/** What to say of an error as a whole. */
export function words(error: unknown): string {
  if (!(error instanceof ParleyError)) return texts.refusedOtherwise;
  const said = wordsOf(error.code, error.message);
  const { code, retryAfter } = error;
  return code === 'too_many_attempts' && retryAfter
    ? `${said} ${texts.tryAgainIn(inSeconds(retryAfter))}`
    : said;
}

/** What to say of a code; the server's own words where we have none. */
export const wordsOf = (code: string, detail: string): string => texts.refusals[code] ?? detail;

/** What to say of each field. */
export function fieldWords(error: unknown): Readonly<Record<string, string>> {
  const errors: FieldErrors = (error instanceof ParleyError && error.errors) || {};
  return Object.fromEntries(
    Object.entries(errors).map(([field, said]) => [
      field,
      said.map((sentence) => texts.fields[sentence] ?? sentence).join(' '),
    ]),
  );
}
