import { describe, expect, it } from 'vitest';
import { isDevice } from '../../../../functions/core/connections/connection.ts';
import {
  closeSession,
  openConnection,
  restore,
  restoreIfLost,
} from '../../../../functions/core/connections/open-and-close.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const socket = aConnection('a');

function open(isLive: () => Promise<boolean>) {
  const connections = memoryConnections();
  const asked: unknown[] = [];
  const sessions = {
    isLive: (userId: string, sessionId: string) => {
      connections.calls.push('is the session live?');
      asked.push([userId, sessionId]);
      return isLive();
    },
  };
  return {
    result: openConnection({ connections, sessions, now: frozenClock().now }, socket),
    connections,
    asked,
  };
}

describe('opening a connection', () => {
  it('stores its row before it checks that the session is live', async () => {
    const { result, connections, asked } = open(async () => true);
    await result;
    expect(connections.calls).toEqual(['put a', 'is the session live?']);
    expect(connections.rows()).toEqual([socket]);
    expect(asked).toEqual([[alice.id, id(500)]]);
  });

  it('deletes the row and fails when the session has ended', async () => {
    const { result, connections } = open(async () => false);
    expect(await rejection(result)).toEqual({ code: 'token_invalid' });
    expect(connections.calls).toEqual(['put a', 'is the session live?', 'remove a']);
    expect(connections.rows()).toEqual([]);
  });

  it('deletes the row and fails when the session cannot be checked', async () => {
    const { result, connections } = open(() => Promise.reject(new Unavailable()));
    expect(await rejection(result)).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(connections.rows()).toEqual([]);
  });
});

const ended = { userId: alice.id, sessionId: id(500) };
const base = { ...frozenClock(), endFrame: 'the session has ended' };

describe('closing a session', () => {
  it('closes every socket of the session, deletes their rows, and touches no other', async () => {
    const connections = memoryConnections(
      aConnection('a'),
      aConnection('b', { conversation: '' }),
      aConnection('other-device', { sessionId: id(501) }),
      aConnection('bob', { userId: bob.id }),
    );
    const gateway = scriptedGateway();
    await closeSession({ ...base, connections, gateway }, ended);
    expect(gateway.closed).toEqual(['a', 'b']);
    expect(connections.rows().map(({ connectionId }) => connectionId)).toEqual(['other-device', 'bob']);
  });

  it('finds its sockets by a strongly consistent read, so that no new socket is missed', async () => {
    const connections = {
      ...memoryConnections(aConnection('a')),
      of: () => Promise.reject(new Error('stale')),
    };
    const gateway = scriptedGateway();
    await closeSession({ ...base, connections, gateway }, ended);
    expect(gateway.closed).toEqual(['a']);
  });

  it('keeps the row of a socket that it could not close, and fails so that it is retried', async () => {
    const connections = memoryConnections(aConnection('a'), aConnection('b'));
    const gateway = {
      ...scriptedGateway(),
      close: async (one: string) => {
        if (one === 'a') throw new Error('throttled');
        return 'closed' as const;
      },
    };
    const result = closeSession({ ...base, connections, gateway }, ended);
    await expect(result).rejects.toThrow('throttled');
    expect(connections.rows().map(({ connectionId }) => connectionId)).toEqual(['a']);
  });

  it('tries again to close a young socket that is said to be gone', async () => {
    const connections = memoryConnections(aConnection('a'));
    const answers = ['gone', 'gone', 'closed'] as const;
    const closed: string[] = [];
    const gateway = {
      ...scriptedGateway(),
      close: async (one: string) => answers[closed.push(one) - 1] ?? 'closed',
    };
    const { waits, ...clock } = frozenClock();
    await closeSession({ ...base, ...clock, connections, gateway }, ended);
    expect({ closed, waits }).toEqual({ closed: ['a', 'a', 'a'], waits: [1_000, 1_000] });
    expect(connections.rows()).toEqual([]);
  });

  it('forgets a socket that is still gone after ten seconds', async () => {
    const connections = memoryConnections(aConnection('a'));
    const gateway = scriptedGateway({}, ['a']);
    const { waits, ...clock } = frozenClock();
    await closeSession({ ...base, ...clock, connections, gateway }, ended);
    expect([gateway.closed.length, waits.length]).toEqual([11, 10]);
    expect(connections.rows()).toEqual([]);
  });

  it('stops trying when `$disconnect` has deleted the row', async () => {
    const connections = memoryConnections(aConnection('a'));
    const gateway = scriptedGateway({}, ['a']);
    const wait = () => connections.remove(alice.id, 'a');
    await closeSession({ ...base, connections, gateway, wait }, ended);
    expect(gateway.closed).toEqual(['a']);
  });

  it('does nothing the second time', async () => {
    const gateway = scriptedGateway();
    await closeSession({ ...base, connections: memoryConnections(), gateway }, ended);
    expect(gateway.closed).toEqual([]);
  });
});

const device = (connectionId: string) => aConnection(connectionId, { conversation: '' });

function closing(gateway: ReturnType<typeof scriptedGateway>, ...rows: ReturnType<typeof aConnection>[]) {
  const connections = memoryConnections(...rows);
  const dependencies = { connections, gateway, ...frozenClock(), endFrame: 'the session has ended' };
  return { connections, close: () => closeSession(dependencies, { userId: alice.id, sessionId: id(500) }) };
}

it('a device gets a frame before its socket closes; a socket of the original protocol gets none', async () => {
  const gateway = scriptedGateway();
  const { close, connections } = closing(gateway, device('phone'), aConnection('original'));
  await close();
  expect(gateway.posts).toEqual([['phone', 'the session has ended']]);
  expect([...gateway.closed].sort()).toEqual(['original', 'phone']);
  expect(connections.rows()).toEqual([]);
});

it.each(['gone', new Error('down')] as const)(
  'a device that cannot be told is closed all the same: %s',
  async (answer) => {
    const gateway = scriptedGateway({ phone: [answer] });
    const { close, connections } = closing(gateway, device('phone'));
    await close();
    expect(gateway.closed).toEqual(['phone']);
    expect(connections.rows()).toEqual([]);
  },
);

it('a device of another session stays connected and gets no frame', async () => {
  const gateway = scriptedGateway();
  const { close } = closing(gateway, { ...device('phone'), sessionId: id(501) });
  await close();
  expect([gateway.posts, gateway.closed]).toEqual([[], []]);
});

const { now } = frozenClock();
const phone = aConnection('phone', { conversation: '' });
const other = aConnection('other');

function surroundings({
  isLive = async () => true,
  gone = [] as readonly string[],
  connections = memoryConnections(other),
} = {}) {
  const gateway = scriptedGateway({}, gone);
  return { connections, gateway, sessions: { isLive }, now, endFrame: 'the session has ended' };
}

describe('a live socket whose row was removed', () => {
  it('gets the same row again', async () => {
    const around = surroundings();
    expect(await restoreIfLost(around, phone)).toBe(true);
    expect(around.connections.rows()).toEqual([other, phone]);
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], []]);
  });

  it('costs no write while its row exists', async () => {
    const around = surroundings({ connections: memoryConnections(phone) });
    expect(await restoreIfLost(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual([]);
  });

  it('gets no row, but a frame and a close, when its session has ended', async () => {
    const around = surroundings({ isLive: async () => false });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual(['put phone', 'remove phone']);
    expect(around.gateway.posts).toEqual([['phone', 'the session has ended']]);
    expect(around.gateway.closed).toEqual(['phone']);
  });

  it('of the original protocol is closed without a frame', async () => {
    const around = surroundings({ isLive: async () => false });
    await restore(around, aConnection('original'));
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], ['original']]);
  });

  it('gets no row when it has closed in the meantime', async () => {
    const around = surroundings({ gone: ['phone'] });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.rows()).toEqual([other]);
    expect(around.gateway.closed).toEqual([]);
  });

  it('is checked after its row is written, so that a concurrent logout finds the row', async () => {
    const connections = memoryConnections(other);
    const isLive = async () => {
      expect(connections.rows()).toEqual([other, phone]);
      return true;
    };
    expect(await restore(surroundings({ connections, isLive }), phone)).toBe(true);
  });

  it.each([
    ['its session cannot be read', { isLive: () => Promise.reject(new Unavailable()) }],
    [
      'the answer to the write is lost',
      {
        connections: {
          ...memoryConnections(other),
          put: () => Promise.reject(new Unavailable()),
        },
      },
    ],
  ])('has no row when %s, because the failed restore is undone', async (_, fault) => {
    const around = surroundings(fault);
    expect(await rejection(restore(around, phone))).toMatchObject({ code: 'unavailable' });
    expect(around.connections.calls.at(-1)).toBe('remove phone');
    expect(around.connections.rows()).toEqual([other]);
  });
});

it('a device is a socket without a conversation of its own', () => {
  expect(isDevice(phone)).toBe(true);
  expect(isDevice(other)).toBe(false);
});
