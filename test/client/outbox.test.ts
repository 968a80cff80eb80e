import { describe, expect, it, vi } from 'vitest';
import type { Action, Frame, MessageSend } from '../../client/contract/frame-types.ts';
import { ParleyError } from '../../client/errors.ts';
import { memoryOutbox, type OutboxStore } from '../../client/index.ts';
import { createOutbox } from '../../client/outbox/outbox.ts';
import { createRetry } from '../../client/retry.ts';
import { ADA, BOB, fakeServer, TALK } from './fake-server.ts';
import { slowly, withoutSteps } from './slow-store.ts';
import { clientOf, during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

const AS_ADA = { email: 'ada@example.com', password: 'x' };

/** The outbox of one tab, over a store that it may share. The test answers for the server. */
function tab(
  store: OutboxStore,
  {
    lastKnown = async () => 0,
    lastShown = () => undefined,
    request,
  }: {
    lastKnown?: () => Promise<number>;
    lastShown?: () => number | undefined;
    request: (frame: MessageSend) => Promise<unknown>;
  },
) {
  const sent: MessageSend[] = [];
  const outbox = createOutbox({
    store,
    isOnline: () => true,
    request: async (action: Action) => {
      sent.push(action as MessageSend);
      return (await request(action as MessageSend)) as Frame;
    },
    lastKnown,
    lastShown,
    history: { last: async () => 7, after: async function* () {} },
    onChange: () => undefined,
    now: Date.now,
    retry: createRetry(
      () => 0.5,
      () => true,
    ),
  });
  return { outbox, sent };
}

const stored = ({ client_id, text }: MessageSend, seq = 1) => ({
  id: 'm',
  conversation: TALK,
  seq,
  message: text ?? '',
  sender_id: ADA,
  created_at: '2026-11-23T09:00:00.000Z',
  client_id: client_id ?? '',
});
const refusal = () => Promise.reject(new ParleyError('user_not_found', 'Gone.'));
const never = () => new Promise<never>(() => undefined);

describe('the last message on the screen when a message was written', () => {
  it('is sent as read with it, however late and by whichever tab', async () => {
    const store = memoryOutbox();
    const one = tab(store, { lastShown: () => 3, request: never });
    one.outbox.add(ADA, TALK, 'in a tunnel');
    await pass(10);
    // It cannot be in the log before it was written, so this is also `after`.
    expect(one.sent).toMatchObject([{ after: 3, read: 3 }]);
    const later = tab(store, { lastShown: () => 9, lastKnown: async () => 9, request: never });
    await during(later.outbox.load(ADA));
    await pass(10);
    expect(later.sent).toMatchObject([{ after: 3, read: 3 }]);
  });

  it('does not exist if the conversation was not open: then `after` is the last that the tab knows', async () => {
    const { outbox, sent } = tab(memoryOutbox(), { lastKnown: async () => 9, request: never });
    outbox.add(ADA, TALK, 'from a notification');
    await pass(10);
    expect(sent).toMatchObject([{ after: 9, read: 0 }]);
  });

  it('stays the same when the log has grown too much for the server to search it', async () => {
    let tries = 0;
    const { outbox, sent } = tab(memoryOutbox(), {
      lastShown: () => 3,
      request: async () => {
        tries += 1;
        if (tries === 1) throw new ParleyError('after_invalid', 'Too far back.');
        return never();
      },
    });
    outbox.add(ADA, TALK, 'in a long tunnel');
    await pass(10_000);
    expect(sent).toMatchObject([
      { after: 3, read: 3 },
      { after: 7, read: 3 },
    ]);
  });
});

describe('two tabs with one outbox', () => {
  it('send each other’s messages', async () => {
    const outbox = memoryOutbox();
    const server = fakeServer();
    const offline = await online(fakeServer({ handshake: () => 'refuse' }), { outbox });
    offline.client.conversationWith(BOB).send('left');
    await pass(10);
    const { client } = clientOf(server, { outbox });
    await during(client.logIn(AS_ADA), 500);
    expect(texts(server.log.map(({ message }) => ({ text: message })))).toEqual(['left']);
    expect(await outbox.load()).toEqual([]);
  });

  it('send at the next socket what the other tab has left', async () => {
    const outbox = memoryOutbox();
    const server = fakeServer();
    const { client } = await online(server, { outbox });
    const offline = await online(fakeServer({ handshake: () => 'refuse' }), { outbox });
    offline.client.conversationWith(BOB).send('left');
    await pass(10);
    offline.client.close();
    expect(server.log).toEqual([]);
    server.last().cut();
    await pass(2000);
    expect(server.log).toHaveLength(1);
    expect(client.conversationWith(BOB).messages.value).toEqual([]);
  });

  it('do not mistake a message of the other user with the same id for their own', async () => {
    const store = memoryOutbox();
    const reading = Promise.withResolvers<void>();
    const slow = { ...store, load: () => reading.promise.then(store.load) };
    const key = tab(store, { request: never }).outbox.add(ADA, TALK, 'mine');
    await pass(0);
    const { outbox } = tab(slow, { request: never });
    const loading = outbox.load(ADA);
    outbox.acknowledge({
      ...stored({ action: 'message.send', text: 'not mine', client_id: key }),
      sender_id: BOB,
    });
    reading.resolve();
    await during(loading);
    expect(outbox.of(TALK)).toMatchObject([{ clientId: key, text: 'mine' }]);
    expect(await store.load()).toMatchObject([{ clientId: key }]);
  });

  it('both use the `after` of the first attempt', async () => {
    const store = memoryOutbox();
    const holds: ((seq: number) => void)[] = [];
    const lastKnown = () => new Promise<number>((resolve) => holds.push(resolve));
    const [one, other] = [
      tab(store, { lastKnown, request: never }),
      tab(store, { lastKnown, request: never }),
    ];
    const key = one.outbox.add(ADA, TALK, 'once');
    await pass(0);
    await other.outbox.load(ADA);
    holds[0]?.(3);
    await pass(10);
    expect(one.sent).toMatchObject([{ after: 3, client_id: key }]);
    // By now it is stored as number 4, so a search after 4 would not find it.
    holds[1]?.(4);
    await pass(10);
    expect(other.sent).toEqual(one.sent);
  });

  it('both use the same `after`, however close their first attempts are', async () => {
    const late = (seq: number, ms: number) => () =>
      new Promise<number>((resolve) => setTimeout(resolve, ms, seq));
    for (let ms = 0; ms < 64; ms += 1) {
      const store = slowly(memoryOutbox());
      const one = tab(store, { lastKnown: late(3, ms % 8), request: never });
      const other = tab(store, { lastKnown: late(4, ms >> 3), request: never });
      one.outbox.add(ADA, TALK, 'once');
      await pass(2);
      void other.outbox.load(ADA);
      await pass(100);
      expect([one.sent.length, other.sent], `${ms % 8} and ${ms >> 3} ms later`).toEqual([1, one.sent]);
    }
  });

  it('do not send a message that the other tab has seen acknowledged', async () => {
    const store = memoryOutbox();
    const holds: ((seq: number) => void)[] = [];
    const lastKnown = () => new Promise<number>((resolve) => holds.push(resolve));
    const [one, other] = [
      tab(store, { lastKnown, request: never }),
      tab(store, { lastKnown, request: never }),
    ];
    one.outbox.add(ADA, TALK, 'once');
    await pass(0);
    await other.outbox.load(ADA);
    holds[0]?.(0);
    await pass(0);
    one.outbox.acknowledge(stored(one.sent[0] as MessageSend));
    await pass(0);
    holds[1]?.(1);
    await pass(10);
    expect(other.sent).toEqual([]);
    expect(other.outbox.of(TALK)).toEqual([]);
    expect(await store.load()).toEqual([]);
  });

  it('do not bring back a discarded message when the other tab fails, retries or loads it', async () => {
    const store = memoryOutbox();
    let refuse: () => void = () => undefined;
    const one = tab(store, { request: refusal });
    const slow = tab(store, { request: () => new Promise((_, reject) => (refuse = () => reject(gone))) });
    const gone = new ParleyError('user_not_found', 'Gone.');
    const key = one.outbox.add(ADA, TALK, 'bad');
    await slow.outbox.load(ADA);
    await pass(10);
    expect(one.outbox.of(TALK)).toMatchObject([{ reason: { code: 'user_not_found' } }]);
    const third = tab(store, { request: refusal });
    const fourth = tab(store, { request: refusal });
    await third.outbox.load(ADA);
    await fourth.outbox.load(ADA);
    one.outbox.discard(key);
    await pass(0);
    refuse();
    await third.outbox.retry(key);
    await fourth.outbox.load(ADA);
    await pass(10);
    expect(await store.load()).toEqual([]);
    for (const { outbox } of [one, slow, third, fourth]) expect(outbox.of(TALK)).toEqual([]);
    expect([third.sent, fourth.sent]).toEqual([[], []]);
  });

  it('do not bring back a message that is acknowledged while the store is being read', async () => {
    const store = memoryOutbox();
    const one = tab(store, { request: never });
    one.outbox.add(ADA, TALK, 'once');
    await pass(10);
    let answer: () => void = () => undefined;
    const slowly = {
      ...store,
      load: async () => {
        const found = await store.load();
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return found;
      },
    };
    const other = tab(slowly, { request: never });
    const loaded = other.outbox.load(ADA);
    await pass(0);
    expect(other.outbox.acknowledge(stored(one.sent[0] as MessageSend))).toBe(false);
    answer();
    await loaded;
    expect(other.outbox.of(TALK)).toEqual([]);
    await pass(10);
    expect(await store.load()).toEqual([]);
    expect(other.sent).toEqual([]);
  });
});

it('a message that is discarded while the store is being read does not come back', async () => {
  const store = memoryOutbox();
  let answer: () => void = () => undefined;
  let isSlow = false;
  const slowly = {
    ...store,
    load: async () => {
      const found = await store.load();
      if (isSlow) {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      }
      return found;
    },
  };
  const { outbox } = tab(slowly, { request: refusal });
  const key = outbox.add(ADA, TALK, 'bad');
  await pass(10);
  isSlow = true;
  const loaded = outbox.load(ADA);
  await pass(0);
  outbox.discard(key);
  answer();
  await loaded;
  expect(outbox.of(TALK)).toEqual([]);
  await pass(10);
  expect(await store.load()).toEqual([]);
});

describe('a message', () => {
  const fail = () => Promise.reject(new Error('QuotaExceededError'));
  it.each([
    ['fails', { load: fail, put: fail, remove: fail }],
    ['fails at all', { load: fail, put: fail, remove: fail, update: fail }],
    ['is full', { ...memoryOutbox(), put: fail, update: fail }],
    ['changes nothing in one step', withoutSteps()],
  ])('is sent although the store %s', async (_how, outbox) => {
    const server = fakeServer();
    const { client } = await online(server, { outbox });
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    for (const text of ['a', 'b']) talk.send(text);
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { text: 'a', state: 'sent' },
      { text: 'b', state: 'sent' },
    ]);
  });

  it('that is too large for a frame fails, and the next one is sent', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await during(talk.open());
    // It has more than 32 KB in UTF-8, but fewer UTF-16 units.
    const key = talk.send('€'.repeat(11_000));
    talk.send('small');
    await pass(100);
    expect(texts(server.sent('message.send'))).toEqual(['small']);
    expect(talk.messages.value).toMatchObject([
      { text: 'small', state: 'sent' },
      { key, state: 'failed', reason: { code: 'validation_failed' } },
    ]);
    await during(talk.retry(key));
    expect(talk.messages.value.at(-1)).toMatchObject({ key, state: 'failed' });
    expect(texts(server.sent('message.send'))).toEqual(['small']);
    talk.discard(key);
    expect(talk.messages.value).toHaveLength(1);
  });

  it('that was never sent before is not searched for in the log', async () => {
    let isFirst = true;
    const { outbox, sent } = tab(memoryOutbox(), {
      lastKnown: async () => 3,
      request: async (frame) => {
        if (!isFirst) return outbox.acknowledge(stored(frame, 8));
        isFirst = false;
        throw new ParleyError('after_invalid', '');
      },
    });
    outbox.add(ADA, TALK, 'new');
    await pass(1000);
    expect(sent.map(({ after }) => after)).toEqual([3, 7]);
    expect(outbox.of(TALK)).toEqual([]);
  });

  it('is sent again with pauses when the server acknowledges something else', async () => {
    const { outbox, sent } = tab(memoryOutbox(), { request: async () => undefined });
    outbox.add(ADA, TALK, 'new');
    await pass(60_000);
    expect(sent.length).toBeLessThan(15);
    outbox.reset();
  });

  it('of one user is not sent by the next user of the browser', async () => {
    const outbox = memoryOutbox();
    const offline = await online(fakeServer({ handshake: () => 'refuse' }), { outbox });
    offline.client.conversationWith(BOB).send("ada's");
    await pass(10);
    offline.client.close();
    const server = fakeServer();
    const { client } = clientOf(server, { outbox });
    await during(client.logIn({ ...AS_ADA, email: 'bob@example.com' }), 500);
    expect([client.connection.value, server.log]).toEqual(['online', []]);
    // They cannot read it either.
    expect(await outbox.load()).toEqual([]);
  });
});

it('a store that never answers delays messages only shortly', async () => {
  const server = fakeServer();
  const outbox = { ...memoryOutbox(), put: never, update: never };
  const { client } = await online(server, { outbox });
  client.conversationWith(BOB).send('hello');
  await pass(10_000);
  expect(server.log).toMatchObject([{ message: 'hello' }]);
});

it('a message from before the clock was set back is sent first, also after a reload', async () => {
  const outbox = memoryOutbox();
  const down = fakeServer({ handshake: () => 'refuse' });
  for (const text of ['first', 'second']) {
    const { client } = await online(down, { outbox });
    client.conversationWith(BOB).send(text);
    await pass(10);
    client.close();
    vi.setSystemTime(Date.now() - 60 * 60_000);
  }
  const server = fakeServer();
  await online(server, { outbox });
  await pass(500);
  expect(server.log.map(({ message }) => message)).toEqual(['first', 'second']);
});

it('a message of a tab that was closed at once is sent by another tab when that is shown', async () => {
  const outbox = memoryOutbox();
  const server = fakeServer();
  const [one, other] = [await online(server, { outbox }), await online(server, { outbox })];
  await pass(60_000);
  one.client.conversationWith(BOB).send('bye');
  one.client.close();
  await pass(10);
  expect(await outbox.load()).toHaveLength(1);
  other.page.wake('hidden');
  await pass(2 * 60_000);
  other.page.wake('shown');
  await pass(500);
  expect(server.log).toMatchObject([{ message: 'bye' }]);
});
