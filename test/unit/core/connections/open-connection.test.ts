import { describe, expect, it } from 'vitest';
import { openConnection } from '../../../../functions/core/connections/open-and-close.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections } from '../../support/connections.ts';
import { alice, id } from '../../support/people.ts';
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
