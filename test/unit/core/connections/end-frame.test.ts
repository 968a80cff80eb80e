import { expect, it } from 'vitest';
import { closeSession } from '../../../../functions/core/connections/open-and-close.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, id } from '../../support/people.ts';

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
