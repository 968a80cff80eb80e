/** In characters (code points). */
export const MAX_MESSAGE_LENGTH = 4_000;

export type TextFault = 'invalid' | 'blank' | 'too_long';

/** The fault in the text of a message, if it has one. */
export function textFault(text: string): TextFault | undefined {
  if (text.includes('\0') || !text.isWellFormed()) return 'invalid';
  if (isBlank(text)) return 'blank';
  if (isLonger(text, MAX_MESSAGE_LENGTH)) return 'too_long';
  return undefined;
}

export const TEXT_FAULTS: Readonly<Record<TextFault, string>> = {
  invalid: 'must be well-formed Unicode without NUL.',
  blank: 'must not be blank.',
  too_long: `must have at most ${MAX_MESSAGE_LENGTH} characters.`,
};

/**
 * Characters that show nothing: white space, control characters, those that a renderer may ignore (zero-width
 * characters, variation selectors, Hangul fillers), and blanks of other categories: the empty Braille pattern, the
 * null notehead, the Khitan filler, and the marks of interlinear annotation. A single combining mark is shown, so it
 * is text.
 */
const UNSEEN =
  /^[\s\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\u{1d159}\u{16fe4}]*$/u;

/** Whether a text shows nothing. */
export function isBlank(text: string): boolean {
  return UNSEEN.test(text);
}

/**
 * Whether a text has more characters than a limit. It counts code points, as JSON Schema does (2020-12 §6.3.1). A
 * character has one or two UTF-16 units, so only texts between the two bounds need counting.
 */
export function isLonger(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit);
}

/** Whether a text has fewer characters than a limit. */
export function isShorter(text: string, limit: number): boolean {
  return text.length < limit || (text.length < 2 * limit && [...text].length < limit);
}
