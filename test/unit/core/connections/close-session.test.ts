import { describe, expect, it } from 'vitest';
import { closeSession } from '../../../../functions/core/connections/open-and-close.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';

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
