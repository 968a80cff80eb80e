import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { Busy, ClientIdConflict, Unavailable } from '../../../../functions/core/errors.ts';
import type { Appended, Draft } from '../../../../functions/core/messages/append.ts';
import { type Outgoing, sendMessage } from '../../../../functions/core/messages/send-message.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections } from '../../support/connections.ts';
import { aMessage } from '../../support/message-log.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const message = aMessage(1);
const LIMIT = { messages: 20, seconds: 10 };

type SendDependencies = Parameters<typeof sendMessage>[0];

const here = aConnection('alice-here');
const outgoing: Outgoing = {
  from: here,
  senderId: alice.id,
  peerId: bob.id,
  text: 'Hello',
  clientId: id(77),
  after: 4,
};

function send({
  rows = [here],
  append = async () => ({ message, repeated: false }),
  faults = {},
  limitedUntil,
}: {
  limitedUntil?: Date;
  rows?: readonly Connection[];
  append?: (draft: Draft) => Promise<Appended>;
  faults?: Partial<ReturnType<typeof memoryConnections> & Pick<SendDependencies, 'restore'>>;
}) {
  const delivered: string[][] = [];
  const connections = memoryConnections(...rows);
  const deliver = async (to: readonly Connection[]) => {
    delivered.push(to.map(({ connectionId }) => connectionId));
  };
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const now = frozenClock().now;
  const restore = faults.restore ?? connections.put;
  const repeats = { count: async () => limitedUntil };
  const result = sendMessage(
    {
      append,
      connections: { ...connections, ...faults },
      repeats,
      paceLimit: LIMIT,
      restore,
      deliver,
      onFailure,
      now,
    },
    outgoing,
  );
  return { result, delivered, connections, failures };
}

describe('sending a message', () => {
  it('appends it to the conversation of the two, as said by its sender, and returns what was stored', async () => {
    const drafts: Draft[] = [];
    const append = async (draft: Draft) => {
      drafts.push(draft);
      return { message, repeated: false };
    };
    expect(await send({ append }).result).toEqual({ message, repeated: false });
    expect(drafts).toEqual([
      { conversation: CONVERSATION, senderId: alice.id, text: 'Hello', clientId: id(77), after: 4 },
    ]);
  });

  it('delivers to every other socket of both members that is this conversation’s or a device’s, and to no other', async () => {
    const { result, delivered } = send({
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
    expect(delivered).toEqual([['alice-phone', 'alice-device', 'bob-laptop', 'bob-phone']]);
  });

  it('tells nobody before the write has resolved', async () => {
    const write = Promise.withResolvers<Appended>();
    const { result, delivered } = send({ append: () => write.promise });
    await new Promise(setImmediate);
    expect(delivered).toEqual([]);
    write.resolve({ message, repeated: false });
    await result;
    expect(delivered).toHaveLength(1);
  });

  it.each([new ClientIdConflict(), new Busy(), new Error('a bug')])(
    'tells nobody after %s',
    async (error) => {
      const { result, delivered, connections } = send({ rows: [], append: () => Promise.reject(error) });
      await expect(result).rejects.toBe(error);
      expect(delivered).toEqual([]);
      expect(connections.calls).toEqual([]);
    },
  );

  const rows = [here, aConnection('bob', { userId: bob.id })];
  const saidAgo = (ms: number) => {
    const createdAt = new Date(Date.parse(NOON) - ms).toISOString();
    return async () => ({ message: { ...message, createdAt }, repeated: true });
  };

  it.each([0, 29_999])(
    'delivers a message again that was stored %d ms ago, as the first try may have died',
    async (ms) => {
      const { result, delivered } = send({ rows, append: saidAgo(ms) });
      expect(await result).toMatchObject({ repeated: true });
      expect(delivered).toEqual([['bob']]);
    },
  );

  it.each([30_000, 3_600_000])(
    'answers a repeat of what was stored %d ms ago, and tells nobody',
    async (ms) => {
      const { result, delivered } = send({ rows, append: saidAgo(ms) });
      expect(await result).toMatchObject({ repeated: true });
      expect(delivered).toEqual([]);
    },
  );

  it('refuses repeats beyond the flood limit, and tells nobody', async () => {
    const limitedUntil = new Date(Date.parse(NOON) + 6_100);
    const { result, delivered } = send({ rows, append: saidAgo(0), limitedUntil });
    expect(await rejection(result)).toEqual({ code: 'rate_limited', retryAfter: 7 });
    expect(delivered).toEqual([]);
  });

  it('counts no message that is new', async () => {
    const { result } = send({ rows, limitedUntil: new Date(Date.parse(NOON) + 1) });
    expect(await result).toEqual({ message, repeated: false });
  });

  it('gives its own socket the row back that a false 410 has cost it', async () => {
    const { result, connections } = send({ rows: [] });
    await result;
    expect(connections.rows()).toEqual([here]);
  });

  it('writes no row for a socket that has one', async () => {
    const { result, connections } = send({ rows: [here] });
    await result;
    expect(connections.calls).toEqual([]);
  });

  it('acknowledges what is stored although the connections cannot be read', async () => {
    const outage = new Unavailable();
    const { result, delivered, failures } = send({
      faults: {
        of: async () => {
          throw outage;
        },
      },
    });
    expect(await result).toEqual({ message, repeated: false });
    expect(delivered).toEqual([[]]);
    expect(failures).toEqual([outage, outage]);
  });

  it('acknowledges what is stored although the own row cannot be restored', async () => {
    const outage = new Unavailable();
    const { result, failures } = send({
      rows: [],
      faults: {
        restore: async () => {
          throw outage;
        },
      },
    });
    expect(await result).toEqual({ message, repeated: false });
    expect(failures).toEqual([outage]);
  });

  it('finds the connections while the message is being written', async () => {
    const reads: string[] = [];
    const write = Promise.withResolvers<Appended>();
    const result = sendMessage(
      {
        append: () => write.promise,
        connections: {
          ...memoryConnections(here),
          of: async (userId) => {
            reads.push(userId);
            return [here];
          },
        },
        repeats: { count: async () => undefined },
        paceLimit: LIMIT,
        restore: async () => {},
        deliver: async () => {},
        onFailure: () => {},
        now: frozenClock().now,
      },
      outgoing,
    );
    await new Promise(setImmediate);
    expect(reads).toEqual([alice.id, bob.id]);
    write.reject(new Busy());
    expect(await rejection(result)).toEqual({ code: 'busy', retryAfter: 1 });
  });
});
