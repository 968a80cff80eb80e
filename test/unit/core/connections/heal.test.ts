import { expect, it } from 'vitest';
import { isDevice } from '../../../../functions/core/connections/connection.ts';
import { heal } from '../../../../functions/core/connections/heal.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections } from '../../support/connections.ts';

const { now } = frozenClock();

it('a live socket whose row was removed gets it back, as it was', async () => {
  const connections = memoryConnections(aConnection('other'));
  expect(await heal({ connections, now }, aConnection('phone'))).toBe(true);
  expect(connections.rows()).toEqual([aConnection('other'), aConnection('phone')]);
});

it('a socket whose row is there costs no write', async () => {
  const connections = memoryConnections(aConnection('phone'));
  expect(await heal({ connections, now }, aConnection('phone'))).toBe(false);
  expect(connections.calls).toEqual([]);
});

it('a device is a socket that is for no conversation of its own', () => {
  expect(isDevice(aConnection('phone', { conversation: '' }))).toBe(true);
  expect(isDevice(aConnection('phone'))).toBe(false);
});
