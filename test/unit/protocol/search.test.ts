import { describe, expect, it } from 'vitest';
import { pageLink, readSearch, wholeNumber } from '../../../functions/protocol/paging.ts';
import { thrownBy } from '../support/rejection.ts';

describe('a search', () => {
  it.each(['a', 'Al', 'x'.repeat(150), 'a.b_c@d+e-9'])('may be for %j', (text) => {
    expect(readSearch(text)).toBe(text);
  });

  it('may be absent', () => {
    expect(readSearch(undefined)).toBeUndefined();
  });

  it.each(['', ' ', 'a b', 'x'.repeat(151), 'é', 'a#', '\u{10ffff}', 'a\n'])('may not be for %j', (text) => {
    expect(thrownBy(() => readSearch(text))).toEqual({
      code: 'validation_failed',
      errors: { search: ['Must be the beginning of a username: 1 to 150 of a–z, 0–9 and @ . + - _'] },
    });
  });

  it('goes on from page to page, written as an address needs it', () => {
    const link = pageLink('https://x/users/', { limit: 5, offset: 5, cursor: 'Pg', search: 'a+b@c' });
    expect(link).toBe('https://x/users/?limit=5&offset=5&cursor=Pg&search=a%2Bb%40c');
    expect(new URL(link).searchParams.get('search')).toBe('a+b@c');
    expect(pageLink('https://x/users/', { limit: 5, offset: 0 })).toBe('https://x/users/?limit=5&offset=0');
  });
});

describe('a whole number', () => {
  it.each([
    ['0', 0],
    ['007', 7],
    ['9007199254740991', 2 ** 53 - 1],
    ['9007199254740993', 2 ** 53 - 1],
    ['9'.repeat(100), 2 ** 53 - 1],
  ])('is %s', (text, value) => {
    expect(wholeNumber(text)).toBe(value);
  });

  it.each(['', '-1', '+1', '1.0', '1e3', '0x1', ' 1', '1\n', '9'.repeat(101)])('is not %j', (text) => {
    expect(wholeNumber(text)).toBeUndefined();
  });
});
