import { describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { followConnections } from '../../../../functions/core/presence/follow-presence.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections } from '../../support/connections.ts';
import { alice, bob } from '../../support/people.ts';

function following(...open: readonly Connection[]) {
  const { table } = memoryTable();
  const { now, pass } = frozenClock();
  const connections = memoryConnections(...open);
  const presences = presenceStore(table);
  return {
    connections,
    pass,
    follow: (...stayed: readonly Connection[]) =>
      followConnections({ connections, presences, now }, { userId: alice.id, stayed }),
    presence: async () => (await presences.of([alice.id]))[0],
  };
}

const ONLINE = { userId: alice.id, online: true, hidden: false };
const OFFLINE = { userId: alice.id, online: false, hidden: false };

describe('after a socket has opened or closed, its user', () => {
  it('is online with one device or more, and offline only after the last one', async () => {
    const { connections, follow, presence, pass } = following(aConnection('phone'), aConnection('desk'));
    await follow();
    expect(await presence()).toEqual(ONLINE);
    await connections.remove(alice.id, 'phone');
    await follow();
    expect(await presence()).toEqual(ONLINE);
    await connections.remove(alice.id, 'desk');
    pass(1_000);
    await follow();
    expect(await presence()).toEqual({ ...OFFLINE, lastSeen: '2026-11-23T12:00:01.000Z' });
  });

  it('is online again with the next socket, without a time last seen', async () => {
    const { connections, follow, presence } = following(aConnection('phone'));
    await follow();
    await connections.remove(alice.id, 'phone');
    await follow();
    await connections.add(aConnection('phone'), new Date(NOON));
    await follow();
    expect(await presence()).toEqual(ONLINE);
  });

  it('was last seen when the last device closed, however often the record arrives', async () => {
    const { connections, follow, presence, pass } = following(aConnection('phone'));
    await follow();
    await connections.remove(alice.id, 'phone');
    await follow();
    pass(60_000);
    await follow();
    expect(await presence()).toEqual({ ...OFFLINE, lastSeen: NOON });
  });

  it('has the current presence, whatever a late record says', async () => {
    const { connections, follow, presence } = following();
    await follow();
    expect(await presence()).toEqual(OFFLINE);
    await connections.add(aConnection('phone'), new Date(NOON));
    await follow();
    await follow();
    expect(await presence()).toEqual(ONLINE);
  });

  it('is as before while another socket stayed open: nothing is read or written', async () => {
    const { connections, follow, presence } = following(aConnection('phone'), aConnection('desk'));
    vi.spyOn(connections, 'ofNow');
    await follow(aConnection('phone'));
    expect(connections.ofNow).not.toHaveBeenCalled();
    expect(await presence()).toEqual(OFFLINE);
  });

  it('does not stay online for a socket that has outlived its two hours', async () => {
    const { connections, follow, presence, pass } = following(aConnection('phone'));
    await follow();
    await connections.remove(alice.id, 'phone');
    pass(2 * 60 * 60 * 1_000);
    await follow(aConnection('lost'));
    expect((await presence())?.online).toBe(false);
  });

  it('is not online because of the sockets of others', async () => {
    const { follow, presence } = following(aConnection('x', { userId: bob.id }));
    await follow();
    expect(await presence()).toEqual(OFFLINE);
  });
});
