import { type FieldErrors, type Message, ParleyError } from '@parley/client';
import { texts } from '../texts.ts';
import { inSeconds } from './times.ts';

/** The text for an error as a whole. */
export function errorText(error: unknown): string {
  if (!(error instanceof ParleyError)) return texts.otherError;
  const text = textOf(error.code, error.message);
  const { code, retryAfter } = error;
  return /^too_many/.test(code) && retryAfter ? `${text} ${texts.tryAgainIn(inSeconds(retryAfter))}` : text;
}

/** The text for a refused message. It has only one field, so a validation error is about its characters. */
export const messageErrorText = ({ code, detail }: NonNullable<Message['reason']>): string =>
  textOf(code === 'validation_failed' ? 'message_invalid' : code, detail);

/** The server refused the message, a change of it, or a reaction to it. */
export const isRefused = ({ reason, refusedReactions }: Message): boolean =>
  reason !== undefined || refusedReactions !== undefined;

/** Why a message was refused, or the edit or removal of a stored one. */
export function refusalText({ state, reason, refusedText }: Message): string {
  if (!reason) return '';
  const why = messageErrorText(reason);
  if (state === 'failed') return why;
  return refusedText === undefined ? texts.changes.notDeleted(why) : texts.changes.notSaved(why);
}

/** Why reactions to a message were refused. What several have in common stands there once. */
export function reactionRefusalTexts({ refusedReactions = [] }: Message): readonly string[] {
  const all = refusedReactions.map(({ wish, reason: { code, detail } }) => {
    const why = textOf(code, detail);
    return wish === 'react' ? texts.reactions.notSaved(why) : texts.reactions.notTakenBack(why);
  });
  return [...new Set(all)];
}

/** The server's own text if there is none for the code. */
const textOf = (code: string, detail: string): string => texts.errors[code] ?? detail;

const EMPTY = 'Must not be empty.';

/** The texts for the fields of a form, given their values. */
export function fieldErrorTexts(
  error: unknown,
  given: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const errors: FieldErrors = (error instanceof ParleyError && error.errors) || {};
  return Object.fromEntries(
    Object.entries(errors).map(([field, sentences]) => [
      field,
      // An empty field breaks every other rule too.
      (given[field] === '' || sentences.includes(EMPTY) ? [EMPTY] : sentences)
        .map((sentence) => texts.fields[sentence] ?? sentence)
        .join(' '),
    ]),
  );
}

/** White space, control characters and invisible characters, as on the server. A test compares the two. */
const INVISIBLE =
  /^[\s\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}\u{16fe4}]*$/u;

/** The server refuses a message without a visible character. */
export const isBlank = (text: string): boolean => INVISIBLE.test(text);
