import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preview } from '../../../../functions/core/inbox/inbox.ts';

const CRAB = '🦀';

describe('the preview of a message', () => {
  it.each([
    ['a short text as it is', 'Hello', 'Hello'],
    ['120 characters as they are', 'a'.repeat(120), 'a'.repeat(120)],
    ['of 121 characters the first 119', 'a'.repeat(121), `${'a'.repeat(119)}…`],
    ['120 characters of two units as they are', CRAB.repeat(120), CRAB.repeat(120)],
    ['of 121 of these the first 119', CRAB.repeat(121), `${CRAB.repeat(119)}…`],
    ['of 4,000 of these the first 119', CRAB.repeat(4_000), `${CRAB.repeat(119)}…`],
    ['no half of a character', `a${CRAB.repeat(4_000)}`, `a${CRAB.repeat(118)}…`],
  ])('is %s', (_, text, cut) => {
    expect(preview(text)).toBe(cut);
  });

  it('is at most 120 characters of the text’s beginning, all of them whole', () => {
    const character = fc.constantFrom('a', 'é', '語', CRAB, '\u0301');
    fc.assert(
      fc.property(fc.array(character, { maxLength: 300, size: 'max' }), (characters) => {
        const cut = preview(characters.join(''));
        expect(cut.isWellFormed()).toBe(true);
        expect([...cut]).toEqual(characters.length > 120 ? [...characters.slice(0, 119), '…'] : characters);
      }),
    );
  });
});
