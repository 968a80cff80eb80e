import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preview } from '../../../../functions/core/inbox/inbox.ts';

const CRAB = '🦀';
const FAMILY = '👩‍👩‍👧‍👦';

describe('the preview of a message', () => {
  it.each([
    ['a short text as it is', 'Hello', 'Hello'],
    ['120 characters as they are', 'a'.repeat(120), 'a'.repeat(120)],
    ['of 121 characters the first 119', 'a'.repeat(121), `${'a'.repeat(119)}…`],
    ['120 characters of two units as they are', CRAB.repeat(120), CRAB.repeat(120)],
    ['of 121 of these the first 119', CRAB.repeat(121), `${CRAB.repeat(119)}…`],
    ['of 4,000 of these the first 119', CRAB.repeat(4_000), `${CRAB.repeat(119)}…`],
    ['no half of a character', `a${CRAB.repeat(4_000)}`, `a${CRAB.repeat(118)}…`],
    ['no part of a family', `${'a'.repeat(118)}${FAMILY}`, `${'a'.repeat(118)}…`],
    ['a family that fits', `${'a'.repeat(112)}${FAMILY}bc`, `${'a'.repeat(112)}${FAMILY}…`],
    ['no half of a flag', `${'a'.repeat(118)}🇫🇷🇩🇪`, `${'a'.repeat(118)}…`],
    ['no letter without its accent', `${'a'.repeat(118)}e\u0301e`, `${'a'.repeat(118)}…`],
    ['a letter under 4,000 accents, cut', `e${'\u0301'.repeat(4_000)}`, `e${'\u0301'.repeat(118)}…`],
    ['what comes before such a letter', `ae${'\u0301'.repeat(4_000)}`, 'a…'],
    [
      'marked as cut, so that nobody reads on in their mind',
      `${'x'.repeat(114)}Do NOT press it`,
      `${'x'.repeat(114)}Do NO…`,
    ],
  ])('is %s', (_, text, cut) => {
    expect(preview(text)).toBe(cut);
  });

  it('has at most 120 characters, never part of a grapheme, and as many as fit', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
    const graphemes = (text: string) => Array.from(segmenter.segment(text), ({ segment }) => segment);
    const character = fc.constantFrom(
      'a',
      'é',
      '語',
      CRAB,
      FAMILY,
      '🇫🇷',
      '👍🏽',
      'e\u0301',
      '\r\n',
      '각',
      'नि',
    );
    fc.assert(
      fc.property(fc.array(character, { maxLength: 300, size: 'max' }), (characters) => {
        const text = characters.join('');
        const cut = preview(text);
        if ([...text].length <= 120) {
          expect(cut).toBe(text);
          return;
        }
        expect([...cut].length).toBeLessThanOrEqual(120);
        expect(cut.at(-1)).toBe('…');
        const [all, kept] = [graphemes(text), graphemes(cut.slice(0, -1))];
        expect(kept).toEqual(all.slice(0, kept.length));
        expect([...all.slice(0, kept.length + 1).join('')].length).toBeGreaterThan(119);
      }),
    );
  });

  it('reads only the beginning of a long text', () => {
    const long = 'e\u0301'.repeat(2_000_000);
    const at = performance.now();
    for (let i = 0; i < 100; i += 1) preview(long);
    // To look at all of it a hundred times takes minutes.
    expect(performance.now() - at).toBeLessThan(5_000);
  });
});
