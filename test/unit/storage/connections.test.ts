import { beforeEach, describe, expect, it } from 'vitest';
import type { Connection } from '../../../functions/core/connections/connection.ts';
import { connectionAdder } from '../../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../../functions/storage/connections.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { rejection } from '../support/rejection.ts';
import { documentsInMemory, sent, table } from '../support/table.ts';

const connections = connectionStore(table);
const now = new Date(NOON);
const KEY = { pk: `USER#${alice.id}`, sk: 'SOCKETS' };

let { state, store } = documentsInMemory();
beforeEach(() => {
  ({ state, store } = documentsInMemory());
});

/** A device that opened so many seconds before noon. */
const opened = (connectionId: string, secondsAgo: number): Connection =>
  aConnection(connectionId, { conversation: '', connectedAt: new Date(now.getTime() - secondsAgo * 1000) });
const idsOf = (list: readonly Connection[]) => list.map(({ connectionId }) => connectionId);
const openNow = async () => idsOf(await connections.ofNow(alice.id, now));
/** The attributes of Alice's item, by their names. */
const attributes = () =>
  Object.keys(state.get(KEY) ?? {})
    .filter((name) => name.includes('#'))
    .toSorted();

describe('the list of open sockets', () => {
  const { add } = connectionAdder(table, 3);

  it('begins with the first socket, in one write, and expires when API Gateway has closed it for sure', async () => {
    expect(await add(aConnection('a'), now)).toBe('added');
    expect(sent().map(([name]) => name)).toEqual(['UpdateCommand']);
    expect(state.get(KEY)).toEqual({
      ...KEY,
      'open#a': {
        session: id(500),
        conversation: CONVERSATION,
        since: now.getTime(),
        until: Date.parse(NOON) / 1000 + 7_200,
      },
      count: 1,
      ttl: Date.parse(NOON) / 1000 + 7_200,
    });
  });

  it('knows when the token of each socket expires', async () => {
    const expiresAt = new Date('2026-11-23T12:34:56.000Z');
    await add({ ...aConnection('a'), expiresAt }, now);
    expect(await connections.ofNow(alice.id, now)).toEqual([{ ...aConnection('a'), expiresAt }]);
  });

  it('takes a socket from before that was stored for one whose token has expired', async () => {
    store({ ...KEY, 'open#a': { session: id(500), since: now.getTime() }, count: 1 });
    const [socket] = await connections.ofNow(alice.id, now);
    expect(socket).toEqual(aConnection('a', { conversation: '', expiresAt: new Date(0) }));
  });

  it('moves the end of one socket in one write, and never back', async () => {
    store(socketsItem(alice.id, opened('a', 60), opened('b', 60)));
    const end = (seconds: number) => new Date(now.getTime() + seconds * 1000);
    const ends = async () => (await connections.ofNow(alice.id, now)).map(({ expiresAt }) => expiresAt);
    expect(await connections.renew(alice.id, 'a', end(9_000))).toEqual(end(9_000));
    expect(sent().filter(([name]) => name === 'UpdateCommand')).toHaveLength(1);
    expect(await connections.renew(alice.id, 'a', end(8_000))).toEqual(end(9_000));
    expect(await connections.renew(alice.id, 'a', end(9_000))).toEqual(end(9_000));
    expect(await ends()).toEqual([end(9_000), end(7_200)]);
  });

  it('does not list a socket by renewing it', async () => {
    const closing = { 'closing#b': { session: id(500), since: now.getTime(), until: 1 } };
    store({ ...socketsItem(alice.id, opened('a', 60)), ...closing });
    const before = state.get(KEY);
    for (const one of ['b', 'c'])
      expect(await connections.renew(alice.id, one, new Date(8e12))).toBeUndefined();
    expect(await connections.renew(bob.id, 'a', new Date(8e12))).toBeUndefined();
    expect(state.get(KEY)).toEqual(before);
    expect(state.get({ ...KEY, pk: `USER#${bob.id}` })).toBeUndefined();
  });

  it('gets one more socket by one write', async () => {
    store(socketsItem(alice.id, opened('a', 60)));
    expect(await add(opened('b', 0), now)).toBe('added');
    expect(sent()).toHaveLength(1);
    expect(await openNow()).toEqual(['a', 'b']);
    expect(state.get(KEY)).toMatchObject({ count: 2 });
  });

  it('takes a socket once, if the SDK repeats a write whose answer was lost', async () => {
    await add(opened('a', 0), now);
    expect(await add(opened('a', 0), now)).toBe('added');
    expect(state.get(KEY)).toMatchObject({ count: 1 });
  });

  it('loses a socket by its id, and keeps the others', async () => {
    store(socketsItem(alice.id, opened('a', 60), opened('b', 30)));
    await connections.remove(alice.id, 'a');
    expect([await openNow(), state.get(KEY)]).toMatchObject([['b'], { count: 1 }]);
  });

  it.each(['another', 'a'])('does not change if it has no such socket (%s)', async (connectionId) => {
    if (connectionId !== 'a') store(socketsItem(alice.id, opened('a', 60)));
    const before = state.get(KEY);
    await connections.remove(alice.id, connectionId);
    expect(state.get(KEY)).toEqual(before);
  });
});

describe('a full list', () => {
  const { add } = connectionAdder(table, 3);

  beforeEach(() => {
    store(socketsItem(alice.id, opened('b', 20), opened('a', 30), opened('c', 10)));
  });

  it('replaces its oldest socket by a new one, in the same write, and marks it to be closed', async () => {
    expect(await add(opened('d', 0), now)).toBe('added');
    expect(attributes()).toEqual(['closing#a', 'open#b', 'open#c', 'open#d']);
    expect(state.get(KEY)).toMatchObject({ count: 3 });
    expect(sent()).toHaveLength(2);
  });

  it('replaces one even if all opened in the same millisecond', async () => {
    store(socketsItem(alice.id, opened('a', 0), opened('b', 0), opened('c', 0)));
    expect(await add(opened('d', 0), now)).toBe('added');
    expect(attributes()).toEqual(['closing#a', 'open#b', 'open#c', 'open#d']);
  });

  it('keeps its sockets if the other one is older: one that was lost and comes back', async () => {
    expect(await add(opened('lost', 40), now)).toBe('full');
    expect(attributes()).toEqual(['open#a', 'open#b', 'open#c']);
  });

  it('does not take a replaced socket back before it is closed', async () => {
    await add(opened('d', 0), now);
    await connections.remove(alice.id, 'b');
    expect(await add(opened('a', 30), now)).toBe('full');
    expect(attributes()).toEqual(['closing#a', 'open#c', 'open#d']);
  });

  it('still lists a replaced socket until it is removed', async () => {
    await add(opened('d', 0), now);
    expect(await connections.isListed(alice.id, 'a')).toBe(true);
    await connections.remove(alice.id, 'a');
    expect(await connections.isListed(alice.id, 'a')).toBe(false);
    expect(attributes()).toEqual(['open#b', 'open#c', 'open#d']);
    expect(state.get(KEY)).toMatchObject({ count: 3 });
  });

  it('drops sockets that have ended without `$disconnect` before it replaces any', async () => {
    store(socketsItem(alice.id, opened('a', 30), opened('ended', 7_200), opened('c', 10)));
    expect(await add(opened('d', 0), now)).toBe('added');
    expect(attributes()).toEqual(['open#a', 'open#c', 'open#d']);
    expect(state.get(KEY)).toMatchObject({ count: 3 });
  });

  it('shrinks to a smaller limit at the next socket', async () => {
    await connectionAdder(table, 2).add(opened('d', 0), now);
    expect(attributes()).toEqual(['closing#a', 'closing#b', 'open#c', 'open#d']);
    expect(state.get(KEY)).toMatchObject({ count: 2 });
  });

  it('takes no more while as many replaced sockets wait to be closed', async () => {
    for (const n of [1, 2, 3]) expect(await add(opened(`new ${n}`, 3 - n), now)).toBe('added');
    expect(await rejection(add(opened('too many', 0), now))).toEqual({ code: 'busy', retryAfter: 1 });
    expect(attributes().filter((name) => name.startsWith('closing#'))).toEqual([
      'closing#a',
      'closing#b',
      'closing#c',
    ]);
    expect(state.get(KEY)).toMatchObject({ count: 3 });
  });

  it('has never too many sockets, however many open at once', async () => {
    store(socketsItem(alice.id));
    const { add: addMany } = connectionAdder(table, 20);
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, n) => addMany(opened(`s${n}`, 50 - n), now).catch(({ code }) => code)),
    );
    const open = await openNow();
    expect(open).toHaveLength(20);
    expect(state.get(KEY)).toMatchObject({ count: 20 });
    expect(results.every((one) => ['added', 'full', 'busy'].includes(one))).toBe(true);
  });
});

describe('the connections of users', () => {
  const { of, ofNow } = connections;

  it('are read in one request, in the order asked, and have what was added', async () => {
    const bobs = aConnection('c', { userId: bob.id });
    store(socketsItem(bob.id, bobs));
    store(socketsItem(alice.id, aConnection('a'), opened('b', 60)));
    expect(await of([alice.id, id(404), bob.id], now)).toEqual([
      [aConnection('a'), opened('b', 60)],
      [],
      [bobs],
    ]);
    expect(sent().map(([name]) => name)).toEqual(['BatchGetCommand']);
  });

  it.each([
    ['of', false],
    ['ofNow', true],
  ] as const)('are strongly consistent where that matters (%s: %j)', async (name, ConsistentRead) => {
    await (name === 'of' ? of([alice.id], now) : ofNow(alice.id, now));
    expect(JSON.stringify(sent())).toContain(`"ConsistentRead":${ConsistentRead}`);
  });

  it('do not include those older than two hours, which TTL has not deleted yet', async () => {
    store(socketsItem(alice.id, opened('ended', 7_201), opened('ending', 7_200), opened('live', 7_199)));
    expect((await of([alice.id], now)).map(idsOf)).toEqual([['live']]);
    expect(await openNow()).toEqual(['live']);
  });
});
