import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  pageLink,
  readCursor,
  readExportCursor,
  readHistoryWindow,
  readInboxCursor,
  readPaging,
  readSearch,
  readWindow,
  wholeNumber,
  writeCursor,
  writeExportCursor,
  writeInboxCursor,
} from '../../../functions/protocol/paging.ts';
import { NOON } from '../support/clock.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
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
  it('is ten by default', () => {
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

it('every page has one to a hundred entries, or the request is refused', () => {
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

  it('is the same after it is written and read', () => {
    fc.assert(
      fc.property(username, fc.boolean(), (name, backwards) => {
        const cursor = { username: name, backwards };
        const text = writeCursor(cursor);
        expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(readCursor(text)).toEqual(cursor);
      }),
    );
  });

  it('may be absent', () => {
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

  it('is read or refused, whatever its text', () => {
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

describe('the window on a conversation', () => {
  it.each([
    [{}, { limit: 10 }],
    [{ limit: '100' }, { limit: 100 }],
    [{ limit: '101' }, { limit: 100 }],
    [
      { before: '7', limit: '3' },
      { before: 7, limit: 3 },
    ],
    [{ after: '0' }, { after: 0, limit: 10 }],
    [{ around: '0007' }, { around: 7, limit: 10 }],
    [{ after: '9'.repeat(100) }, { after: Number.MAX_SAFE_INTEGER, limit: 10 }],
    [{ offset: 'x', other: 'y' }, { limit: 10 }],
  ])('%j is %j', (query, window) => {
    expect(readWindow(query)).toEqual(window);
  });

  const SEQ = 'Must be a seq: a whole number, 0 or more.';
  const LIMIT = 'Must be a whole number from 1 to 100.';
  it.each([
    [{ before: '' }, { before: [SEQ] }],
    [{ before: '-1' }, { before: [SEQ] }],
    [{ after: '1.5' }, { after: [SEQ] }],
    [{ after: '1e3' }, { after: [SEQ] }],
    [{ around: ' 1' }, { around: [SEQ] }],
    [{ around: '٣' }, { around: [SEQ] }],
    [{ limit: '0' }, { limit: [LIMIT] }],
    [{ limit: 'ten' }, { limit: [LIMIT] }],
    [{ before: '5', after: '1' }, { after: ['Not together with `before`.'] }],
    [{ around: '5', after: '1' }, { around: ['Not together with `after`.'] }],
    [{ before: '1', after: '2', around: '3' }, { after: ['Not together with `before`.'] }],
  ])('%j is refused: %j', (query, errors) => {
    expect(thrownBy(() => readWindow(query))).toEqual({ code: 'validation_failed', errors });
  });
});

describe('the window on a history', () => {
  it.each([
    [{}, { limit: 10, offset: 0 }],
    [
      { limit: '3', offset: '6' },
      { limit: 3, offset: 6 },
    ],
    [
      { before: '7', offset: '3' },
      { before: 7, limit: 10, offset: 3 },
    ],
    [{ after: '0' }, { after: 0, limit: 10, offset: 0 }],
    [{ around: 'x' }, { limit: 10, offset: 0 }],
  ])('%j is %j', (query, window) => {
    expect(readHistoryWindow(query)).toEqual(window);
  });

  it.each([
    [{ before: 'x' }, 'before'],
    [{ before: '1', after: '2' }, 'after'],
    [{ before: '1', offset: 'x' }, 'offset'],
  ])('%j is refused for `%s`', (query, field) => {
    expect(thrownBy(() => readHistoryWindow(query))).toMatchObject({
      errors: { [field]: [expect.any(String)] },
    });
  });
});

const place = { topAt: NOON, conversation: CONVERSATION };
const inGroup = { topAt: NOON, conversation: id(700) };
const encoded = (text: string) => Buffer.from(text).toString('base64url');

describe('the cursor of an inbox', () => {
  it.each([{ pair: place }, { group: inGroup }, { pair: place, group: inGroup }])(
    'is read as it was written, and fits into an address as it is: %j',
    (one) => {
      const cursor = writeInboxCursor(one);
      expect(encodeURIComponent(cursor)).toBe(cursor);
      expect(readInboxCursor(cursor)).toEqual(one);
    },
  );

  it('may be absent', () => {
    expect(readInboxCursor(undefined)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['a place alone', encoded(NOON)],
    ['a conversation alone', encoded(CONVERSATION)],
    ['more than it should', encoded(`${NOON} ${CONVERSATION} x`)],
    ['two pairs', encoded(`${NOON} ${CONVERSATION} ${NOON} ${CONVERSATION}`)],
    ['a group before a pair', encoded(`${NOON} ${id(700)} ${NOON} ${CONVERSATION}`)],
    ['no time', encoded(`~ ${CONVERSATION}`)],
    ['a time behind which another key could hide', encoded(`${NOON}# ${CONVERSATION}`)],
    ['a time to the second', encoded(`2026-11-23T12:00:00Z ${CONVERSATION}`)],
    ['no conversation', encoded(`${NOON} ${alice.id}.`)],
    ['a conversation the wrong way round', encoded(`${NOON} ${bob.id}.${alice.id}`)],
  ])('is refused when it holds %s', (_, cursor) => {
    expect(thrownBy(() => readInboxCursor(cursor))).toEqual({
      code: 'validation_failed',
      errors: { cursor: ['Must come from `next`.'] },
    });
  });
});

describe('the cursor of an export', () => {
  const talk = { at: NOON, place: { conversation: CONVERSATION, seq: 7 } };
  const event = { at: NOON, place: { event: { time: NOON, name: 'attempts_limited' } } };

  const report = { at: NOON, place: { report: id(9) } };
  const message = { at: NOON, place: { report: `${CONVERSATION}#7` } };

  it.each([
    talk,
    { ...talk, place: { conversation: id(700), seq: 7 } },
    event,
    report,
    message,
    { at: NOON, place: { event: { time: NOON, name: id(9) } } },
  ])('is read as it was written, for the same user: %j', (cursor) => {
    expect(readExportCursor(writeExportCursor(cursor, alice.id), alice.id)).toEqual(cursor);
  });

  it('may be absent', () => {
    expect(readExportCursor(undefined, alice.id)).toBeUndefined();
  });

  const own = (rest: string) => encoded(`${alice.id} ${rest}`);

  it.each([
    ['nothing', ''],
    ['garbage', '%%%'],
    ['another user', writeExportCursor(talk, bob.id)],
    ['events of another user', writeExportCursor(event, bob.id)],
    ['no user', encoded(`${NOON} message ${CONVERSATION} 7`)],
    ['no time', own(`now message ${CONVERSATION} 7`)],
    ['no place', own(NOON)],
    ['a place of no kind', own(`${NOON} place ${CONVERSATION} 7`)],
    ['no conversation', own(`${NOON} message ${bob.id}. 7`)],
    ['a conversation of others', own(`${NOON} message ${bob.id}.${id(3)} 7`)],
    ['no seq', own(`${NOON} message ${CONVERSATION}`)],
    ['a seq below 0', own(`${NOON} message ${CONVERSATION} -1`)],
    ['more than it should', own(`${NOON} message ${CONVERSATION} 7 8`)],
    ['an event without a time', own(`${NOON} event now x`)],
    ['an event without a name', own(`${NOON} event ${NOON}`)],
    ['a name behind which another key could hide', own(`${NOON} event ${NOON} x#y`)],
    ['reports of another user', writeExportCursor(report, bob.id)],
    ['a report of nothing', own(`${NOON} report`)],
    ['a report of a conversation of others', own(`${NOON} report ${bob.id}.${id(3)}#7`)],
    ['a report of a message without a seq', own(`${NOON} report ${CONVERSATION}`)],
    ['a report and more', own(`${NOON} report ${id(9)} x`)],
    ['a place of a kind that is no kind', own(`${NOON} constructor ${id(9)}`)],
    ['an event and more', own(`${NOON} event ${NOON} x y`)],
  ])('is refused when it holds %s', (_, cursor) => {
    expect(thrownBy(() => readExportCursor(cursor, alice.id))).toEqual({
      code: 'validation_failed',
      errors: { cursor: ['Must come from the `Link` of an answer to you.'] },
    });
  });
});

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

  it('is part of every link, escaped for a URL', () => {
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
