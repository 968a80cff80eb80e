import { expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { tellDevices } from '../../../../functions/core/delivery/deliver.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';

const device = (connectionId: string, userId = alice.id) =>
  aConnection(connectionId, { conversation: '', userId });

async function told(userIds: readonly string[], except?: string) {
  const connections = memoryConnections(
    device('phone'),
    device('desk'),
    aConnection('original'),
    device('bob', bob.id),
    device('carol', id(3)),
  );
  const deliveries: [readonly Connection[], string][] = [];
  const deliver = async (...one: [readonly Connection[], string]) => void deliveries.push(one);
  await tellDevices({ connections, deliver, now: frozenClock().now }, userIds, 'frame', except);
  return deliveries.map(([to, frame]) => [to.map(({ connectionId }) => connectionId), frame]);
}

it('every device of these users is told at once, and no socket of the original protocol', async () => {
  expect(await told([alice.id, bob.id])).toEqual([[['phone', 'desk', 'bob'], 'frame']]);
});

it('but not the device that it came from', async () => {
  expect(await told([alice.id, bob.id], 'phone')).toEqual([[['desk', 'bob'], 'frame']]);
});

it('nobody may be there to be told', async () => {
  expect(await told([id(4)])).toEqual([[[], 'frame']]);
});
