import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as history } from '../../../functions/http/history.ts';
import { handler as listUsers } from '../../../functions/http/list-users.ts';
import { directoryKey, profileKey } from '../../../functions/storage/keys.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { bob, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

interface Page<Row> {
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly Row[];
}

/** Follows links as a client does, which knows nothing of them. Every page but the first must have something to show. */
async function follow<Row>(
  first: Page<Row>,
  way: 'next' | 'previous',
  read: (url: string) => Promise<Page<Row>>,
): Promise<readonly Page<Row>[]> {
  const pages = [first];
  for (let url = first[way]; url; url = pages.at(-1)?.[way] ?? null) {
    const page = await read(url);
    expect(page.results, `${way} ${url}`).not.toEqual([]);
    pages.push(page);
  }
  return pages.slice(1);
}

async function entryAt(
  path: string,
  handler: typeof history | typeof listUsers,
  pathParameters: Record<string, string> = {},
) {
  const authorization = `Bearer ${await accessToken()}`;
  return async (query: string) => {
    const event = httpEvent('GET', path, {
      headers: { host: 'chat.example', authorization },
      pathParameters,
      queryStringParameters: Object.fromEntries(new URLSearchParams(query)),
    });
    const { statusCode, body } = await handler(event as never, lambdaContext);
    expect(statusCode).toBe(200);
    return JSON.parse(body ?? '');
  };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const limits = fc.integer({ min: 1, max: 12 });

describe('the links of any page lead to every entry once', () => {
  it('in a history, even while new messages arrive', async () => {
    const query = fc.oneof(
      fc.constant(''),
      fc.oneof(fc.nat(40), fc.constant(1e20)).map((offset) => `offset=${offset}`),
      fc.tuple(fc.constantFrom('before', 'after'), fc.nat(40)).map(([edge, seq]) => `${edge}=${seq}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(30), limits, query, fc.nat(3), async (said, limit, start, more) => {
        const { store } = documentsInMemory();
        storeLogin(store);
        store({ ...profileKey(bob.id), ...bob });
        let count = 0;
        const say = (messages: number) => {
          for (let i = 0; i < messages; i += 1) store(itemOf(aLogEntry(++count)));
        };
        say(said);
        const get = await entryAt(`/chat/history/${bob.id}/`, history, { user_id: bob.id });
        const read = async (url: string) => {
          say(more);
          return get(new URL(url).search);
        };
        const first: Page<{ seq: number }> = await get(`limit=${limit}&${start}`);
        const older = await follow(first, 'next', read);
        // Nothing more is said here: whoever follows those who never stop talking is never done.
        const newer = await follow(first, 'previous', (url) => get(new URL(url).search));
        const seqs = [...newer.toReversed(), first, ...older].flatMap(({ results }) =>
          results.map(({ seq }) => seq),
        );
        // Before the links to newer ones were followed more was said than the first page knew of.
        const known = first.previous ? count : said;
        expect(seqs).toEqual(numbers(known).reverse());
      }),
    );
  });

  it('in the list of users, with or without a search', async () => {
    const name = (n: number) => `u${String(n).padStart(3, '0')}`;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        limits,
        fc.constantFrom(0, 1, 5, 29, 30, 31, 1000),
        fc.boolean(),
        async (count, limit, offset, isSearch) => {
          const { store } = documentsInMemory();
          storeLogin(store);
          for (const n of numbers(count)) {
            store({ ...directoryKey('users', name(n)), id: id(n), username: name(n) });
          }
          if (isSearch)
            for (const other of ['aaa', 'zzz'])
              store({ ...directoryKey('users', other), id: id(900), username: other });
          const get = await entryAt('/users/', listUsers);
          const read = (url: string) => get(new URL(url).search);
          const first: Page<{ username: string }> = await get(
            `limit=${limit}&offset=${offset}${isSearch ? '&search=U' : ''}`,
          );
          const behind = await follow(first, 'next', read);
          const before = await follow(first, 'previous', read);
          const names = [...before.toReversed(), first, ...behind].flatMap(({ results }) =>
            results.map(({ username }) => username),
          );
          expect(names).toEqual(numbers(count).map(name));
        },
      ),
    );
  });
});
