import { expect, it } from 'vitest';
import { tellConnections, tellDevices } from '../../../../functions/core/delivery/deliver.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
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
  const gateway = scriptedGateway();
  const { now, wait } = frozenClock();
  const onDeliveryFailure = () => {};
  await tellDevices({ connections, gateway, now, wait, onDeliveryFailure }, userIds, 'frame', except);
  return gateway.posts;
}

it('every device of these users is told at once, and no socket of the original protocol', async () => {
  expect(await told([alice.id, bob.id])).toEqual([
    ['phone', 'frame'],
    ['desk', 'frame'],
    ['bob', 'frame'],
  ]);
});

it('but not the device that it came from', async () => {
  expect(await told([alice.id, bob.id], 'phone')).toEqual([
    ['desk', 'frame'],
    ['bob', 'frame'],
  ]);
});

it('nobody may be there to be told', async () => {
  expect(await told([id(4)])).toEqual([]);
});

it('connections are told by their ids, and one failed post does not stop the others', async () => {
  const broken = new Error('too many requests');
  const gateway = scriptedGateway({ a: [broken], b: ['gone'] });
  const failures: [string, unknown][] = [];
  const onDeliveryFailure = (...one: [string, unknown]) => void failures.push(one);
  await tellConnections({ gateway, onDeliveryFailure }, ['a', 'b', 'c'], 'frame');
  expect(gateway.posts.map(([connectionId]) => connectionId)).toEqual(['a', 'b', 'c']);
  expect(failures).toEqual([['a', broken]]);
});
