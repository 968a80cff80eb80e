import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../client/index.ts';
import { preview } from '../../functions/core/inbox/inbox.ts';
import { readMessageFrame, readObject, readRef } from '../../functions/protocol/frames.ts';
import { bearerToken, isAllowedOrigin, offeredSubprotocols } from '../../functions/protocol/handshake.ts';
import { parseJsonBody } from '../../functions/protocol/json-body.ts';
import { readCursor, readInboxCursor, readSearch, wholeNumber } from '../../functions/protocol/paging.ts';
import { messageRequest, readIdempotencyKey, registerRequest } from '../../functions/protocol/requests.ts';
import { textFault } from '../../functions/protocol/text.ts';
import { validate } from '../../functions/protocol/validate.ts';
import { routeOf } from '../../web/state/paths.ts';
import { createAnnouncements } from '../../web/views/conversation/announcements.ts';
import { piecesOf } from '../../web/views/conversation/links.ts';
import { rowsOf } from '../../web/views/conversation/rows.ts';

/** The longest allowed message. */
const LENGTH = 4_000;
/** The limit for one function and one text. Linear work takes less than a tenth of it. */
const MOST_MS = 20;

const filled = (unit: string, before = '', after = '') =>
  before + unit.repeat(Math.floor((LENGTH - before.length - after.length) / unit.length)) + after;

const WORST: Readonly<Record<string, string>> = {
  'dots, then brackets': `http://a${'.'.repeat(2_000)}a${')'.repeat(1_980)}`,
  'dots that end in a letter': filled('.', 'http://a/', 'a'),
  'dots and commas that end in a letter': filled('.,', 'http://a/', 'a'),
  'dots alone': filled('.'),
  'labels of a host': filled('a.', 'http://'),
  'hyphens of a host': filled('-', 'http://a', '/'),
  'digits of a host': filled('1', 'http://'),
  'colons of a host': filled(':', 'http://['),
  'opening brackets': filled('(', 'http://a/'),
  'opening brackets of all kinds': filled('([{', 'http://a/'),
  'closing brackets': filled(')', 'http://a/'),
  'brackets in brackets': `http://a/${'('.repeat(1_990)}${')'.repeat(1_990)}`,
  'brackets that cross': filled('(]', 'http://a/'),
  'links in brackets': filled('http://a.b/('),
  'links after brackets': filled('http://a.b)'),
  'links after commas': filled('http://a,'),
  'links in links': filled('http://a/'),
  'links with spaces': filled('http://a.b '),
  'links with another host': filled('http://a@'),
  'beginnings of links': filled('http://'),
  'beginnings that go no further': filled('http:/'),
  'words after a host': filled('見', 'https://example.com'),
  'words and dots after a host': filled('見.', 'https://example.com'),
  'escapes of a host': filled('%41', 'http://'),
  'at signs': filled('@', 'http://a'),
  'at signs alone': filled('@'),
  'an email': filled('a', '', '@'),
  'an email of dots': filled('a.', '', '@b.c'),
  'an email of hyphens': filled("a+'-", '', '@-'),
  'a host of an email': filled('a-.', 'a@'),
  slashes: filled('/'),
  backslashes: filled('\\', 'http://a/'),
  'emphasis around a link': `${'*'.repeat(1_990)}http://a/${'*'.repeat(1_990)}`,
  'emphasis that ends in a letter': filled('*_~', '*http://a/', 'a'),
  quotes: filled('"'),
  apostrophes: filled("'", 'http://a/', 'a'),
  spaces: filled(' ', 'a', 'a'),
  'spaces before a token': filled(' ', 'bearer', 'x y'),
  'a token, then spaces': `bearer ${'x'.repeat(2_000)}${' '.repeat(1_990)}y`,
  commas: filled(', '),
  'line ends': filled('\n', '', 'a'),
  markup: filled('<b>'),
  'markup that is not closed': filled('<b title="'),
  'markup in markup': filled('<!--<![CDATA['),
  entities: filled('&amp;'),
  'combining marks': filled('\u0338', 'http://a/e'),
  'combining marks on each letter': filled('a\u0301\u0323'),
  flags: filled('🇦🇶'),
  'half a flag': filled('🇦', '🇶'),
  families: filled('👩‍👩‍👧‍👦'),
  'families in a link': filled('👩‍👩‍👧‍👦', 'http://a/'),
  joiners: filled('\u200d', 'http://a/'),
  skins: filled('👍🏽'),
  'right-to-left marks': filled('\u200f'),
  overrides: filled('\u202e', 'http://a/'),
  isolates: filled('\u2067', 'http://a/'),
  'isolates and links': filled('\u2067http://a.b\u2069'),
  Hebrew: filled('שלום ', 'http://a/'),
  'halves of pairs': filled('\ud83d'),
  'letters that grow in capitals': filled('ŉßŐΐ'),
  'letters that are many in another form': filled('\ufdfa'),
  'zero-width spaces': filled('\u200b', 'http://a'),
  NULs: filled('\0'),
  digits: filled('9'),
  'nested arrays': filled('['),
  'nested objects': filled('{"a":'),
  'nested arrays that end': `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  'keys of an object': `{${Array.from({ length: 400 }, (_, i) => `"k${i}":0`).join(',')}}`,
  'parts of a path': filled('/with/', '#'),
  'escapes of a path': filled('%E0%A4', '#/with/'),
  'sockets of a path': filled('a.~-', '/ws/chat/', '/!'),
};

const message = (text: string): Message => ({
  key: 'k',
  seq: 1,
  senderId: 'b',
  isOwn: false,
  text,
  createdAt: '2026-11-27T09:00:00.000Z',
  state: 'received',
});

/** Loaded once, as in CloudFront. */
function viewerFunction(file: string): (text: string) => unknown {
  const source = readFileSync(new URL(`../../lib/edge/${file}`, import.meta.url), 'utf8');
  const handler = runInNewContext(`${source}; handler`, {});
  return (uri) =>
    handler({ request: { method: 'GET', uri, querystring: {}, headers: { host: { value: uri } } } });
}

/** All code that reads texts of other users: in the page, in the functions and at the edge. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  'the pieces of a message': piecesOf,
  'the rows of a conversation': (text) => rowsOf([message(text)], 1),
  'what is read out': (text) => createAnnouncements([])([message(text)], text.slice(0, 150)),
  'an address in the app': routeOf,
  'a text’s faults': textFault,
  'the preview of a message': preview,
  'a message over HTTP': (text) => validate(messageRequest, { text }),
  'a message over a socket': (text) => {
    const fields = readObject(JSON.stringify({ message: text, ref: text }));
    return [readRef(fields), readMessageFrame(fields)];
  },
  'a frame': (text) => readMessageFrame(readObject(text)),
  'a body': (body) => parseJsonBody({ body, isBase64Encoded: false, contentType: 'application/json' }),
  'a type of content': (contentType) => parseJsonBody({ body: '{}', isBase64Encoded: false, contentType }),
  'a registration': (text) =>
    validate(registerRequest, {
      email: text,
      username: text,
      first_name: text,
      last_name: text,
      password: text,
      password2: text,
      [text]: text,
    }),
  'a header with a token': bearerToken,
  'a header of subprotocols': offeredSubprotocols,
  'an Idempotency-Key': readIdempotencyKey,
  'an Origin': (origin) => isAllowedOrigin(origin, { list: ['https://a.example'], ownHost: 'b.example' }),
  'a number': wholeNumber,
  'a search': readSearch,
  'a cursor': readCursor,
  'an inbox position': readInboxCursor,
  'the edge, for HTTP': viewerFunction('http-request.js'),
  'the edge, for sockets': viewerFunction('websocket-request.js'),
};

/** The CPU time of this thread, without other work of this machine. The first run is a warm-up. */
function msOf(read: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 4; run += 1) {
    const start = process.threadCpuUsage();
    try {
      read(text);
    } catch {
      // A refusal takes time too.
    }
    const { user, system } = process.threadCpuUsage(start);
    if (run > 0) best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

describe('the worst texts of 4,000 characters', () => {
  it.each(Object.entries(READERS))('take linear time in %s', (_name, read) => {
    const slow = Object.entries(WORST).flatMap(([name, text]) => {
      const ms = msOf(read, text);
      return ms < MOST_MS ? [] : `${name}: ${ms.toFixed(0)} ms`;
    });
    expect(slow).toEqual([]);
  });

  it('would take too long in a function that backtracks, so the measurement works', () => {
    expect(msOf((text) => /\.*\.*!/.test(text), '.'.repeat(600))).toBeGreaterThan(MOST_MS);
  });

  it('have the longest allowed length', () => {
    for (const text of Object.values(WORST)) expect(text.length).toBeLessThanOrEqual(LENGTH);
    expect(Object.values(WORST).filter(({ length }) => length < LENGTH - 30 && length < 3_000)).toEqual([]);
  });
});
