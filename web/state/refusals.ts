import { type FieldErrors, type Message, ParleyError } from '@parley/client';
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

/** What to say of a message that was refused: it has one field, so that its characters are what is wrong. */
export const wordsOfMessage = ({ code, detail }: NonNullable<Message['reason']>): string =>
  wordsOf(code === 'validation_failed' ? 'message_invalid' : code, detail);

/** What to say of a code; the server's own words where we have none. */
const wordsOf = (code: string, detail: string): string => texts.refusals[code] ?? detail;

const EMPTY = 'Must not be empty.';

/** What to say of each field, given what was in it. */
export function fieldWords(
  error: unknown,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const errors: FieldErrors = (error instanceof ParleyError && error.errors) || {};
  return Object.fromEntries(
    Object.entries(errors).map(([field, said]) => [
      field,
      // What is not there breaks every other rule too.
      (given[field] === '' || said.includes(EMPTY) ? [EMPTY] : said)
        .map((sentence) => texts.fields[sentence] ?? sentence)
        .join(' '),
    ]),
  );
}
