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
  it('stores its row, and only then asks whether the session is live', async () => {
    const { result, connections, asked } = open(async () => true);
    await result;
    expect(connections.calls).toEqual(['put a', 'is the session live?']);
    expect(connections.rows()).toEqual([socket]);
    expect(asked).toEqual([[alice.id, id(500)]]);
  });

  it('takes the row away again when the session has ended, and refuses', async () => {
    const { result, connections } = open(async () => false);
    expect(await rejection(result)).toEqual({ code: 'token_invalid' });
    expect(connections.calls).toEqual(['put a', 'is the session live?', 'remove a']);
    expect(connections.rows()).toEqual([]);
  });

  it('refuses when nobody can tell, and leaves no row behind', async () => {
    const { result, connections } = open(() => Promise.reject(new Unavailable()));
    expect(await rejection(result)).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(connections.rows()).toEqual([]);
  });
});

const ended = { userId: alice.id, sessionId: id(500) };
const base = { now: frozenClock().now, endFrame: 'the session has ended' };

describe('closing a session', () => {
  it('closes and forgets every socket of it, and no other', async () => {
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

  it('looks for them strongly consistent, so that none slips through which has just opened', async () => {
    const connections = {
      ...memoryConnections(aConnection('a')),
      of: () => Promise.reject(new Error('stale')),
    };
    const gateway = scriptedGateway();
    await closeSession({ ...base, connections, gateway }, ended);
    expect(gateway.closed).toEqual(['a']);
  });

  it('keeps the row of a socket that it could not close, and fails, so that it is tried again', async () => {
    const connections = memoryConnections(aConnection('a'), aConnection('b'));
    const gateway = {
      ...scriptedGateway(),
      close: async (one: string) => {
        if (one === 'a') throw new Error('throttled');
      },
    };
    const result = closeSession({ ...base, connections, gateway }, ended);
    await expect(result).rejects.toThrow('throttled');
    expect(connections.rows().map(({ connectionId }) => connectionId)).toEqual(['a']);
  });

  it('has nothing to do the second time', async () => {
    const gateway = scriptedGateway();
    await closeSession({ ...base, connections: memoryConnections(), gateway }, ended);
    expect(gateway.closed).toEqual([]);
  });
});

const device = (connectionId: string) => aConnection(connectionId, { conversation: '' });

function closing(gateway: ReturnType<typeof scriptedGateway>, ...rows: ReturnType<typeof aConnection>[]) {
  const connections = memoryConnections(...rows);
  const dependencies = { connections, gateway, now: frozenClock().now, endFrame: 'the session has ended' };
  return { connections, close: () => closeSession(dependencies, { userId: alice.id, sessionId: id(500) }) };
}

it('a device is told why its socket closes; the original protocol has no frame for that', async () => {
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

it('a device of another session stays, and is told nothing', async () => {
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
  it('gets it back, as it was', async () => {
    const around = surroundings();
    expect(await restoreIfLost(around, phone)).toBe(true);
    expect(around.connections.rows()).toEqual([other, phone]);
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], []]);
  });

  it('costs no write while its row is there', async () => {
    const around = surroundings({ connections: memoryConnections(phone) });
    expect(await restoreIfLost(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual([]);
  });

  it('does not get it back when its session has ended: it is told, and closed', async () => {
    const around = surroundings({ isLive: async () => false });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.calls).toEqual(['put phone', 'remove phone']);
    expect(around.gateway.posts).toEqual([['phone', 'the session has ended']]);
    expect(around.gateway.closed).toEqual(['phone']);
  });

  it('of the original protocol is closed without a word that its client would not know', async () => {
    const around = surroundings({ isLive: async () => false });
    await restore(around, aConnection('original'));
    expect([around.gateway.posts, around.gateway.closed]).toEqual([[], ['original']]);
  });

  it('does not get it back when it has closed meanwhile: a frame was under way', async () => {
    const around = surroundings({ gone: ['phone'] });
    expect(await restore(around, phone)).toBe(false);
    expect(around.connections.rows()).toEqual([other]);
    expect(around.gateway.closed).toEqual([]);
  });

  it('is looked at only once the row is there: a logout in between finds it', async () => {
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
  ])('has none when %s: what failed is undone', async (_, fault) => {
    const around = surroundings(fault);
    expect(await rejection(restore(around, phone))).toMatchObject({ code: 'unavailable' });
    expect(around.connections.calls.at(-1)).toBe('remove phone');
    expect(around.connections.rows()).toEqual([other]);
  });
});

it('a device is a socket that is for no conversation of its own', () => {
  expect(isDevice(phone)).toBe(true);
  expect(isDevice(other)).toBe(false);
});
