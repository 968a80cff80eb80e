import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isBlank,
  isLonger,
  isShorter,
  MAX_MESSAGE_LENGTH,
  TEXT_FAULTS,
  textFault,
} from '../../../functions/protocol/text.ts';

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

  it('has an explanation for each fault', () => {
    expect(TEXT_FAULTS).toEqual({
      invalid: 'must be well-formed Unicode without NUL.',
      blank: 'must not be blank.',
      too_long: 'must have at most 4000 characters.',
    });
  });
});

describe('nothing to read', () => {
  it.each([
    ['the zero-width space', '\u200b'],
    ['the zero-width joiners', '\u200c\u200d'],
    ['the word joiner', '\u2060'],
    ['the soft hyphen', '\u00ad'],
    ['the combining grapheme joiner', '\u034f'],
    ['the marks of direction', '\u200e\u200f\u061c\u202a\u202e\u2066\u2069'],
    ['the Hangul fillers', '\u115f\u1160\u3164\uffa0'],
    ['the inherent vowels of Khmer', '\u17b4\u17b5'],
    ['the Mongolian separators', '\u180b\u180e\u180f'],
    ['the variation selectors', '\ufe00\ufe0f\u{e0100}\u{e01ef}'],
    ['the tags', '\u{e0001}\u{e0020}\u{e007f}'],
    ['the braille pattern without a dot', '\u2800'],
    ['the marks of interlinear annotation', '\ufff9\ufffa\ufffb'],
    ['the null notehead and the Khitan filler', '\u{1d159}\u{16fe4}'],
    ['line breaks of every kind', '\n\r\v\f\u0085\u2028\u2029'],
    ['control characters', '\u0001\u001b\u007f\u009f'],
    ['blanks of every width', '\t \u00a0\u1680\u2000\u200a\u202f\u205f\u3000\ufeff'],
  ])('is in %s', (_, text) => {
    for (const character of [...text, text, ` ${text}\u200b`]) expect(textFault(character)).toBe('blank');
  });

  it.each([
    '.',
    '\u0301',
    '☺\ufe0f',
    '\u2063x',
    '👩\u200d💻',
    '🏴\u{e0067}\u{e007f}',
    '\ufffc',
    '⠁',
    '\u0600',
  ])('is not said of %j', (text) => {
    expect(textFault(text)).toBeUndefined();
  });

  it('is whatever mixture of such characters, and never what has a letter, a digit or a sign', () => {
    const unseen = fc.constantFrom(...' \t\u200b\u2060\u3164\ufe0f\u2800\u0085\u{e0020}');
    fc.assert(
      fc.property(fc.array(unseen), fc.integer({ min: 0x21, max: 0x10ffff }), (blanks, code) => {
        const text = blanks.join('');
        expect(isBlank(text)).toBe(true);
        const character = String.fromCodePoint(code);
        if (/[\p{L}\p{N}\p{P}\p{Sm}\p{Sc}]/u.test(character) && !/\p{DI}/u.test(character))
          expect(isBlank(text + character)).toBe(false);
      }),
    );
  });
});

it('lengths are those of characters, on both sides of a limit', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '語', CRAB), maxLength: 12 }),
      fc.nat(12),
      (text, limit) => {
        expect(isLonger(text, limit)).toBe([...text].length > limit);
        expect(isShorter(text, limit)).toBe([...text].length < limit);
      },
    ),
  );
});
