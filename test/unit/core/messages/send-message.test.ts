import { describe, expect, it } from 'vitest';
import {
  type Connection,
  type ConnectionStore,
  OF_DELETED_ACCOUNT,
} from '../../../../functions/core/connections/connection.ts';
import { AccountDeleted, Busy, ClientIdConflict, Unavailable } from '../../../../functions/core/errors.ts';
import {
  type SendDependencies,
  sendMessage,
  sendMessages,
} from '../../../../functions/core/messages/send-message.ts';
import type { Draft } from '../../support/append-one.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { type MemoryLog, memoryLog } from '../../support/message-log.ts';
import { ALICES, alice, bob, CONVERSATION, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const LIMIT = { messages: 20, seconds: 10 };

const here = aConnection('alice-here');
const draft: Draft = { conversation: ALICES, text: 'Hello', clientId: id(77), after: 4 };

interface Scene {
  readonly limitedUntil?: Date;
  readonly rows?: readonly Connection[];
  readonly log?: MemoryLog;
  readonly of?: ConnectionStore['of'];
  readonly restore?: () => Promise<unknown>;
}

/** Alice has a conversation that holds four messages. */
function scene({ rows = [here], log = memoryLog({ holding: 4 }), limitedUntil, of }: Scene) {
  const connections = memoryConnections(...rows);
  const gateway = scriptedGateway();
  const failures: unknown[] = [];
  const clock = frozenClock();
  const faults: unknown[] = [];
  const dependencies: SendDependencies = {
    log,
    profiles: knowing(alice, bob),
    retries: { count: async () => limitedUntil },
    sendLimit: LIMIT,
    connections: { ...connections, ...(of && { of }) },
    gateway,
    onDeliveryFailure: (_, error) => failures.push(error),
    onConnectionsFailure: (error) => failures.push(error),
    onFault: (error) => faults.push(error),
    lastFrames: { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' },
    newId: countingIds(1),
    ...clock,
    random: () => 0,
  };
  return { dependencies, connections, gateway, failures, faults, clock, log };
}

/** Alice sends a message over `here`. */
function send({ restore, ...options }: Scene) {
  const { dependencies, connections, gateway, failures, clock, log } = scene(options);
  const result = sendMessage(
    dependencies,
    draft,
    (messages, reader) => messages.map(({ seq }) => `${seq} for ${reader}`),
    { connection: here, restore: restore ?? (() => connections.add(here, clock.now())) },
  );
  return { result, gateway, connections, failures, log };
}

/** The ids of the connections that were posted to. */
const reached = ({ posts }: ReturnType<typeof scriptedGateway>) =>
  posts.map(([connectionId]) => connectionId);

describe('sending a message', () => {
  it('appends the message under its sender and returns the stored message', async () => {
    const { result, log } = send({});
    expect(await result).toEqual({ message: log.messages[4], repeated: false });
    expect(log.messages[4]).toMatchObject({
      conversation: CONVERSATION,
      seq: 5,
      senderId: alice.id,
      text: 'Hello',
      clientId: id(77),
    });
  });

  it('delivers to every other socket of both members that belongs to this conversation or to a device', async () => {
    const { result, gateway } = send({
      rows: [
        here,
        aConnection('alice-phone'),
        aConnection('alice-with-carol', { conversation: 'another' }),
        aConnection('alice-device', { conversation: '' }),
        aConnection('bob-laptop', { userId: bob.id }),
        aConnection('bob-phone', { userId: bob.id }),
        aConnection('bob-with-carol', { userId: bob.id, conversation: 'another' }),
        aConnection('carol', { userId: id(3) }),
      ],
    });
    await result;
    expect(gateway.posts).toEqual([
      ['alice-phone', '5 for sender'],
      ['alice-device', '5 for sender'],
      ['bob-laptop', '5 for others'],
      ['bob-phone', '5 for others'],
    ]);
  });

  it('delivers nothing before the write has resolved', async () => {
    const write = Promise.withResolvers<boolean>();
    const log = { ...memoryLog({ holding: 4 }), append: () => write.promise };
    const { result, gateway } = send({ log, rows: [here, aConnection('bob', { userId: bob.id })] });
    await new Promise(setImmediate);
    expect(gateway.posts).toEqual([]);
    write.resolve(true);
    await result;
    expect(reached(gateway)).toEqual(['bob']);
  });

  it.each([new ClientIdConflict(), new Busy(), new Error('a bug')])(
    'delivers nothing after %s',
    async (error) => {
      const log = { ...memoryLog({ holding: 4 }), append: () => Promise.reject(error) };
      const { result, gateway, connections } = send({ rows: [], log });
      await expect(result).rejects.toBe(error);
      expect(gateway.posts).toEqual([]);
      expect(connections.calls).toEqual([]);
    },
  );

  const rows = [here, aConnection('bob', { userId: bob.id })];
  const sentAgo = (ms: number) => {
    const log = memoryLog({ holding: 4 });
    const createdAt = new Date(Date.parse(NOON) - ms).toISOString();
    log.add({ text: 'Hello', clientId: id(77), createdAt });
    return log;
  };

  it.each([0, 29_999])(
    'delivers a message again that was stored %d ms ago, as the first try may have died',
    async (ms) => {
      const { result, gateway } = send({ rows, log: sentAgo(ms) });
      expect(await result).toMatchObject({ repeated: true });
      expect(reached(gateway)).toEqual(['bob']);
    },
  );

  it.each([30_000, 3_600_000])(
    'answers a repeat of a message stored %d ms ago and delivers nothing',
    async (ms) => {
      const { result, gateway } = send({ rows, log: sentAgo(ms) });
      expect(await result).toMatchObject({ repeated: true });
      expect(gateway.posts).toEqual([]);
    },
  );

  it('refuses repeats above the send limit and delivers nothing', async () => {
    const limitedUntil = new Date(Date.parse(NOON) + 6_100);
    const { result, gateway } = send({ rows, log: sentAgo(0), limitedUntil });
    expect(await rejection(result)).toEqual({ code: 'rate_limited', retryAfter: 7 });
    expect(gateway.posts).toEqual([]);
  });

  it('counts no message that is new', async () => {
    const { result } = send({ rows, limitedUntil: new Date(Date.parse(NOON) + 1) });
    expect(await result).toMatchObject({ message: { seq: 5 }, repeated: false });
  });

  it('restores the row of its own socket after a false 410', async () => {
    const { result, connections } = send({ rows: [] });
    await result;
    expect(connections.rows()).toEqual([here]);
  });

  it('writes no row for a socket that has one', async () => {
    const { result, connections } = send({ rows: [here] });
    await result;
    expect(connections.calls).toEqual([]);
  });

  it('acknowledges a stored message when the connections cannot be read', async () => {
    const outage = new Unavailable();
    const { result, gateway, failures } = send({ of: () => Promise.reject(outage) });
    expect(await result).toMatchObject({ message: { seq: 5 }, repeated: false });
    expect(gateway.posts).toEqual([]);
    expect(failures).toEqual([outage]);
  });

  it('acknowledges a stored message when its own socket cannot be listed again', async () => {
    const outage = new Unavailable();
    const { result, failures } = send({ rows: [], restore: () => Promise.reject(outage) });
    expect(await result).toMatchObject({ message: { seq: 5 }, repeated: false });
    expect(failures).toEqual([outage]);
  });

  it.each([
    ['the peer', alice.id, bob.id],
    ['the sender', bob.id, alice.id],
  ])('is refused once %s is deleted, and nothing is stored', async (_, living, deleted) => {
    const of = async (userIds: readonly string[]) =>
      userIds.map((userId) => (userId === living ? [here] : OF_DELETED_ACCOUNT));
    const { result, log, gateway } = send({ of });
    const refusal = await result.catch((error: Error) => error);
    expect(refusal).toEqual(new AccountDeleted(deleted));
    expect(log.messages).toHaveLength(4);
    expect(gateway.posts).toEqual([]);
  });

  it('reads the connections while the message is being written', async () => {
    const reads: unknown[] = [];
    const write = Promise.withResolvers<boolean>();
    const { result } = send({
      log: { ...memoryLog({ holding: 4 }), append: () => write.promise },
      of: async (userIds) => {
        reads.push(userIds);
        return [[here], []];
      },
    });
    await new Promise(setImmediate);
    expect(reads).toEqual([[alice.id, bob.id]]);
    write.reject(new Busy());
    expect(await rejection(result)).toEqual({ code: 'busy', retryAfter: 1 });
  });
});

describe('sending several messages', () => {
  const texts = ['one', 'two', 'three'];
  const several = {
    conversation: ALICES,
    after: 4,
    messages: texts.map((text, i) => ({ text, clientId: id(80 + i) })),
  };

  it('reports a store that fails behind the first of them, because the sender gets no error', async () => {
    const log = memoryLog({ holding: 4, onWrite: (_, { seq }) => (seq === 6 ? 'unavailable' : 'stored') });
    const { dependencies, faults } = scene({ log });
    const { messages, refusal } = await sendMessages(dependencies, several, () => []);
    expect(messages).toHaveLength(1);
    expect(faults).toEqual([refusal]);
  });

  it('keeps what is stored when a member turns out to be deleted behind the first of them', async () => {
    const { dependencies } = scene({
      log: memoryLog({ holding: 0 }),
      of: async () => [OF_DELETED_ACCOUNT, [here]],
    });
    const first = { ...several, after: 0 };
    const { messages, refusal } = await sendMessages(dependencies, first, () => []);
    expect([messages.length, refusal?.code]).toEqual([1, 'user_not_found']);
  });

  it('reports no refusal that is the sender’s own doing', async () => {
    const { dependencies, faults } = scene({});
    const limited = { ...dependencies, sendLimit: { messages: 1, seconds: 10 } };
    const { messages, refusal } = await sendMessages(limited, several, () => []);
    expect([messages.length, refusal?.code, faults]).toEqual([1, 'rate_limited', []]);
  });
});

describe('with more devices online than a request tells', () => {
  const phones = (count: number) =>
    Array.from({ length: count }, (_, i) => aConnection(`phone ${i}`, { userId: bob.id, conversation: '' }));

  it.each([
    [50, undefined, 50],
    [51, 'stream', 0],
  ] as const)('of %d, the message is marked as told by %s', async (count, told, posts) => {
    const { dependencies, gateway, log } = scene({ rows: phones(count) });
    const { message } = await sendMessage(dependencies, draft, () => ['frame']);
    expect(message.told).toBe(told);
    expect((await log.last(ALICES))?.told).toBe(told);
    expect(gateway.posts).toHaveLength(posts);
  });

  it('a retry is not told by the request, either', async () => {
    const { dependencies, gateway } = scene({ rows: phones(51) });
    for (let i = 0; i < 2; i += 1) await sendMessage(dependencies, draft, () => ['frame']);
    expect(gateway.posts).toEqual([]);
  });

  it('the next message is not marked once fewer are online', async () => {
    const { dependencies, log } = scene({ rows: phones(51) });
    await sendMessage(dependencies, draft, () => ['frame']);
    const fewer = { ...dependencies, mostDevices: 60 };
    await sendMessage(fewer, { ...draft, clientId: id(78) }, () => ['frame']);
    expect((await log.last(ALICES))?.told).toBeUndefined();
  });
});
