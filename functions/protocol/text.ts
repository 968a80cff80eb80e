/** In characters (code points), as people count. */
export const MAX_MESSAGE_LENGTH = 4_000;

export type TextFault = 'invalid' | 'blank' | 'too_long';

/** What is wrong with the text of a message, if anything. */
export function textFault(text: string): TextFault | undefined {
  if (text.includes('\0') || !text.isWellFormed()) return 'invalid';
  if (text.trim() === '') return 'blank';
  if (isLonger(text, MAX_MESSAGE_LENGTH)) return 'too_long';
  return undefined;
}

export const TEXT_FAULTS: Readonly<Record<TextFault, string>> = {
  invalid: 'must be well-formed Unicode without NUL.',
  blank: 'must not be blank.',
  too_long: `must have at most ${MAX_MESSAGE_LENGTH} characters.`,
};

/** A character has one or two UTF-16 units: only texts between the two bounds need counting. */
function isLonger(text: string, limit: number): boolean {
  return text.length > limit && (text.length > 2 * limit || [...text].length > limit);
}
