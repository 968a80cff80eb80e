import { describe, expect, it } from 'vitest';
import { isDevice } from '../../../../functions/core/connections/connection.ts';
import {
  closeReplaced,
  closeSessions,
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
const lastFrames = {
  sessionEnded: 'the session has ended',
  replaced: 'a newer one has replaced it',
  tokenExpired: 'the token has expired',
};

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
  it('lists it before it checks that the session is live', async () => {
    const { result, connections, asked } = open(async () => true);
    await result;
    expect(connections.calls).toEqual(['add a', 'is the session live?']);
    expect(connections.rows()).toEqual([socket]);
    expect(asked).toEqual([[alice.id, id(500)]]);
  });

  it('removes it and fails when the session has ended', async () => {
    const { result, connections } = open(async () => false);
    expect(await rejection(result)).toEqual({ code: 'token_invalid' });
    expect(connections.calls).toEqual(['add a', 'is the session live?', 'remove a']);
    expect(connections.rows()).toEqual([]);
  });

  it('removes it and fails when the session cannot be checked', async () => {
    const { result, connections } = open(() => Promise.reject(new Unavailable()));
    expect(await rejection(result)).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(connections.rows()).toEqual([]);
  });
});

it('a connection that is older than all of a full list is refused, and its session is not read', async () => {
  const connections = { ...memoryConnections(), add: async () => 'full' as const };
  const isLive = () => Promise.reject(new Error('not to be asked'));
  const result = openConnection({ connections, sessions: { isLive }, now: frozenClock().now }, socket);
  expect(await rejection(result)).toEqual({ code: 'busy', retryAfter: 1 });
  expect(connections.calls).toEqual([]);
});

it('a socket of a deleted account is refused like one whose session has ended', async () => {
  const connections = { ...memoryConnections(), add: async () => 'deleted' as const };
  const isLive = () => Promise.reject(new Error('not to be asked'));
  const result = openConnection({ connections, sessions: { isLive }, now: frozenClock().now }, socket);
  expect(await rejection(result)).toEqual({ code: 'token_invalid' });
  expect(connections.calls).toEqual([]);
});

const ended = { userId: alice.id, sessionIds: [id(500)] };
const base = { ...frozenClock(), lastFrames };

describe('closing a session', () => {
  it('closes every socket of the session, removes them, and touches no other', async () => {
    const connections = memoryConnections(
      aConnection('a'),
      aConnection('b', { conversation: '' }),
      aConnection('other-device', { sessionId: id(501) }),
      aConnection('bob', { userId: bob.id }),
    );
    const gateway = scriptedGateway();
    await closeSessions({ ...base, connections, gateway }, ended);
    expect(gateway.closed).toEqual(['a', 'b']);
    expect(connections.rows().map(({ connectionId }) => connectionId)).toEqual(['other-device', 'bob']);
  });

  it('finds its sockets by a strongly consistent read, so that no new socket is missed', async () => {
    const connections = {
      ...memoryConnections(aConnection('a')),
      of: () => Promise.reject(new Error('stale')),
    };
    const gateway = scriptedGateway();
    await closeSessions({ ...base, connections, gateway }, ended);
    expect(gateway.closed).toEqual(['a']);
  });

  it('keeps a socket listed that it could not close, and fails so that it is retried', async () => {
    const connections = memoryConnections(aConnection('a'), aConnection('b'));
    const gateway = {
      ...scriptedGateway(),
      close: async (one: string) => {
        if (one === 'a') throw new Error('throttled');
        return 'closed' as const;
      },
    };
    const result = closeSessions({ ...base, connections, gateway }, ended);
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
    await closeSessions({ ...base, ...clock, connections, gateway }, ended);
    expect({ closed, waits }).toEqual({ closed: ['a', 'a', 'a'], waits: [1_000, 1_000] });
    expect(connections.rows()).toEqual([]);
  });

  it('forgets a socket that is still gone after ten seconds', async () => {
    const connections = memoryConnections(aConnection('a'));
    const gateway = scriptedGateway({}, ['a']);
    const { waits, ...clock } = frozenClock();
    await closeSessions({ ...base, ...clock, connections, gateway }, ended);
    expect([gateway.closed.length, waits.length]).toEqual([11, 10]);
    expect(connections.rows()).toEqual([]);
  });

  it('stops trying when `$disconnect` has removed the socket', async () => {
    const connections = memoryConnections(aConnection('a'));
    const gateway = scriptedGateway({}, ['a']);
    const wait = () => connections.remove(alice.id, 'a');
    await closeSessions({ ...base, connections, gateway, wait }, ended);
    expect(gateway.closed).toEqual(['a']);
  });

  it('does nothing the second time', async () => {
    const gateway = scriptedGateway();
    await closeSessions({ ...base, connections: memoryConnections(), gateway }, ended);
    expect(gateway.closed).toEqual([]);
  });
});

const device = (connectionId: string) => aConnection(connectionId, { conversation: '' });

function closing(gateway: ReturnType<typeof scriptedGateway>, ...rows: ReturnType<typeof aConnection>[]) {
  const connections = memoryConnections(...rows);
  const dependencies = { connections, gateway, ...frozenClock(), lastFrames };
  return {
    connections,
    close: () => closeSessions(dependencies, { userId: alice.id, sessionIds: [id(500)] }),
  };
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

describe('sockets that newer ones have replaced', () => {
  it('are closed and removed; a device is told why, and a socket of the original protocol is not', async () => {
    const [tablet, original] = [device('tablet'), aConnection('original')];
    const gateway = scriptedGateway();
    const connections = memoryConnections(tablet, original, device('phone'));
    await closeReplaced({ ...base, connections, gateway }, [tablet, original]);
    expect(gateway.posts).toEqual([['tablet', 'a newer one has replaced it']]);
    expect(gateway.closed.toSorted()).toEqual(['original', 'tablet']);
    expect(connections.rows()).toEqual([device('phone')]);
  });

  it('are closed again while they are young and said to be gone', async () => {
    const gateway = scriptedGateway({}, ['tablet']);
    const { waits, ...clock } = frozenClock();
    const connections = memoryConnections(device('tablet'));
    await closeReplaced({ ...base, ...clock, connections, gateway }, [device('tablet')]);
    expect([gateway.closed.length, waits.length]).toEqual([11, 10]);
  });
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
  return { connections, gateway, sessions: { isLive }, now, lastFrames };
}

describe('a live socket that is not listed', () => {
  it('is listed again as before', async () => {
    const around = surroundings();
    expect(await restoreIfLost(around, phone)).toBe(true);
    expect(around.connections.rows()).toEqual([other, phone]);
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], []]);
  });

  it('costs no write while it is listed', async () => {
    const around = surroundings({ connections: memoryConnections(phone) });
    expect(await restoreIfLost(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual([]);
  });

  it('is not listed, but told and closed, when its session has ended', async () => {
    const around = surroundings({ isLive: async () => false });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual(['add phone', 'remove phone']);
    expect(around.gateway.posts).toEqual([['phone', 'the session has ended']]);
    expect(around.gateway.closed).toEqual(['phone']);
  });

  it('of the original protocol is closed without a frame', async () => {
    const around = surroundings({ isLive: async () => false });
    await restore(around, aConnection('original'));
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], ['original']]);
  });

  it('is not listed, but told and closed, when the list is full of newer ones', async () => {
    const connections = { ...memoryConnections(other), add: async () => 'full' as const };
    const around = surroundings({ connections });
    expect(await restore(around, phone)).toBe(false);
    expect(around.gateway.posts).toEqual([['phone', 'a newer one has replaced it']]);
    expect(around.gateway.closed).toEqual(['phone']);
  });

  it('is not listed when it has closed in the meantime', async () => {
    const around = surroundings({ gone: ['phone'] });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.rows()).toEqual([other]);
    expect(around.gateway.closed).toEqual([]);
  });

  it('is checked after it is listed, so that a concurrent logout finds it', async () => {
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
          add: () => Promise.reject(new Unavailable()),
        },
      },
    ],
  ])('is not listed when %s, because the failed restore is undone', async (_, fault) => {
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
