import { describe, expect, it } from 'vitest';
import { MAX_MESSAGE_LENGTH, TEXT_FAULTS, textFault } from '../../../functions/protocol/text.ts';

const CRAB = '🦀';

describe('the text of a message', () => {
  it.each([
    ['letters', 'a'.repeat(4_000)],
    ['characters of two UTF-16 units', CRAB.repeat(4_000)],
    ['both', 'a'.repeat(3_999) + CRAB],
  ])('may have 4,000 %s, and not one more', (_, text) => {
    expect(MAX_MESSAGE_LENGTH).toBe(4_000);
    expect(textFault(text)).toBeUndefined();
    expect(textFault(`${text}a`)).toBe('too_long');
    expect(textFault(`${text}${CRAB}`)).toBe('too_long');
  });

  it('may begin and end with blanks, and have line breaks and other control characters', () => {
    expect(textFault(' a\n\t\u0007b ')).toBeUndefined();
  });

  it.each([
    ['blank', ''],
    ['blank', ' \t\r\n\u00a0\u2003\ufeff'],
    ['blank', ' '.repeat(5_000)],
    ['invalid', 'a\0b'],
    ['invalid', '\0'],
    ['invalid', '\ud83e'],
    ['invalid', `${'a'.repeat(5_000)}\udd80`],
    ['invalid', '\udd80\ud83e'],
  ])('is %s: %j', (fault, text) => {
    expect(textFault(text)).toBe(fault);
  });

  it('has its fault said in words', () => {
    expect(TEXT_FAULTS).toEqual({
      invalid: 'must be well-formed Unicode without NUL.',
      blank: 'must not be blank.',
      too_long: 'must have at most 4000 characters.',
    });
  });
});
