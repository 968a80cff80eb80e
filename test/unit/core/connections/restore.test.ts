import { describe, expect, it } from 'vitest';
import { isDevice } from '../../../../functions/core/connections/connection.ts';
import { restore, restoreIfLost } from '../../../../functions/core/connections/open-and-close.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { rejection } from '../../support/rejection.ts';

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
