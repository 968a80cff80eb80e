import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageLink, readCursor, readPaging, writeCursor } from '../../../functions/protocol/paging.ts';
import { thrownBy } from '../support/rejection.ts';

const LIMIT_RULE = ['Must be a whole number from 1 to 100.'];
const OFFSET_RULE = ['Must be a whole number, 0 or more.'];
const notNumbers = [
  '-1',
  'abc',
  '',
  ' 5',
  '5 ',
  '+5',
  '1.0',
  '1.5',
  '1e2',
  '1e20',
  '0x10',
  '٣',
  '5,6',
  'Infinity',
  '1'.repeat(101),
];

describe('the limit of a page', () => {
  it('is ten, if none is asked for', () => {
    expect(readPaging({})).toEqual({ limit: 10, offset: 0 });
  });

  it.each([
    ['1', 1],
    ['007', 7],
    ['100', 100],
    ['101', 100],
    ['100000000000000000000', 100],
    ['9'.repeat(100), 100],
  ])('asked for as %j is %d', (limit, expected) => {
    expect(readPaging({ limit })).toEqual({ limit: expected, offset: 0 });
  });

  it.each(['0', '000', ...notNumbers])('may not be %j', (limit) => {
    expect(thrownBy(() => readPaging({ limit }))).toEqual({
      code: 'validation_failed',
      errors: { limit: LIMIT_RULE },
    });
  });
});

describe('the offset of a page', () => {
  it.each([
    ['0', 0],
    ['25', 25],
    ['100000000000000000000', Number.MAX_SAFE_INTEGER],
  ])('asked for as %j is %d', (offset, expected) => {
    expect(readPaging({ offset })).toEqual({ limit: 10, offset: expected });
  });

  it.each(notNumbers)('may not be %j', (offset) => {
    expect(thrownBy(() => readPaging({ offset }))).toEqual({
      code: 'validation_failed',
      errors: { offset: OFFSET_RULE },
    });
  });

  it('is refused together with the limit', () => {
    expect(thrownBy(() => readPaging({ limit: 'x', offset: 'y' }))).toEqual({
      code: 'validation_failed',
      errors: { limit: LIMIT_RULE, offset: OFFSET_RULE },
    });
  });
});

it('whatever is asked for, a page has one to a hundred entries, or the question is refused', () => {
  const text = fc.oneof(fc.string(), fc.integer().map(String), fc.bigInt().map(String));
  fc.assert(
    fc.property(text, text, (limit, offset) => {
      try {
        const page = readPaging({ limit, offset });
        expect(page.limit).toSatisfy((n) => Number.isSafeInteger(n) && n >= 1 && n <= 100);
        expect(page.offset).toSatisfy((n) => Number.isSafeInteger(n) && n >= 0);
      } catch (error) {
        expect(error).toMatchObject({ code: 'validation_failed' });
      }
    }),
  );
});

describe('a cursor', () => {
  const username = fc.stringMatching(/^[A-Za-z0-9_.@+-]{1,150}$/);

  it('is read back as it was written, whoever it names', () => {
    fc.assert(
      fc.property(username, fc.boolean(), (name, backwards) => {
        const cursor = { username: name, backwards };
        const text = writeCursor(cursor);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(readCursor(text)).toEqual(cursor);
      }),
    );
  });

  it('is none, if none came', () => {
    expect(readCursor(undefined)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a name without a direction', Buffer.from('alice').toString('base64url')],
    ['a direction without a name', Buffer.from('>').toString('base64url')],
    ['a name of 151 characters', Buffer.from(`>${'x'.repeat(151)}`).toString('base64url')],
    ['a name that nobody can have', Buffer.from('>\u{10ffff}').toString('base64url')],
    ['a name with a blank', Buffer.from('>a b').toString('base64url')],
    ['a name with a line end', Buffer.from('>alice\n').toString('base64url')],
  ])('is refused when it holds %s', (_, text) => {
    expect(thrownBy(() => readCursor(text))).toEqual({
      code: 'validation_failed',
      errors: { cursor: ['Must come from `next` or `previous`.'] },
    });
  });

  it('is read or refused, whatever comes', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(readCursor(text)).toMatchObject({ username: expect.any(String) });
        } catch (error) {
          expect(error).toMatchObject({ code: 'validation_failed' });
        }
      }),
    );
  });
});

it('the link to a page carries its cursor, if it has one', () => {
  const url = 'https://chat.example/users/';
  expect(pageLink(url, { limit: 5, offset: 10 })).toBe('https://chat.example/users/?limit=5&offset=10');
  expect(pageLink(url, { limit: 5, offset: 10, cursor: 'PmE' })).toBe(
    'https://chat.example/users/?limit=5&offset=10&cursor=PmE',
  );
});
