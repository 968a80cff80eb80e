import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { type KnownEnds, renew, withCurrentEnd } from '../../../../functions/core/connections/renew.ts';
import { SESSION_ENDED, TokenInvalid, Unavailable } from '../../../../functions/core/errors.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { alice, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const at = (minutes: number) => new Date(Date.parse(NOON) + minutes * 60_000);
const socket = aConnection('a', { conversation: '', expiresAt: at(30) });
const identity = { userId: alice.id, username: 'Alice', sessionId: id(500), staff: false };
const lastFrames = { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' };

interface Scene {
  readonly listed?: readonly Connection[];
  /** Whether the session lives, at each check in turn; the last answer from then on. */
  readonly live?: readonly boolean[];
  readonly gone?: readonly string[];
}

function scene({ listed = [socket], live = [true], gone = [] }: Scene = {}) {
  const connections = memoryConnections(...listed);
  const gateway = scriptedGateway({}, gone);
  const knownEnds: KnownEnds = new Map();
  const clock = frozenClock();
  let checks = 0;
  const sessions = { isLive: async () => live[Math.min(checks++, live.length - 1)] ?? false };
  let reads = 0;
  const counted = {
    ...connections,
    ofNow: (...args: Parameters<typeof connections.ofNow>) => {
      reads += 1;
      return connections.ofNow(...args);
    },
  };
  const dependencies = { connections: counted, sessions, gateway, lastFrames, knownEnds, now: clock.now };
  return {
    dependencies,
    connections,
    gateway,
    clock,
    reads: () => reads,
    renew: (minutes: number, more: object = {}) =>
      renew(dependencies, socket, { ...identity, expiresAt: at(minutes), ...more }),
    current: () => withCurrentEnd(dependencies, socket),
    ends: () => connections.rows().map(({ expiresAt }) => expiresAt),
  };
}

describe('renewing a socket', () => {
  it('moves its end to that of the newer token', async () => {
    const { renew, ends } = scene();
    expect(await renew(60)).toEqual(at(60));
    expect(ends()).toEqual([at(60)]);
  });

  it('never moves it back, and tells the end that counts', async () => {
    const { renew, ends } = scene();
    await renew(60);
    expect([await renew(45), await renew(20), await renew(60)]).toEqual([at(60), at(60), at(60)]);
    expect(ends()).toEqual([at(60)]);
  });

  it('takes the latest of several tokens at once', async () => {
    const { renew, ends } = scene();
    await Promise.all([renew(50), renew(70), renew(60)]);
    expect(ends()).toEqual([at(70)]);
  });

  it.each([
    ['user', { userId: bob.id }],
    ['session', { sessionId: id(501) }],
  ])('refuses a token of another %s, and leaves the socket as it is', async (_what, other) => {
    const { renew, ends, gateway } = scene();
    expect(await rejection(renew(60, other))).toEqual({ code: 'token_invalid' });
    expect({ ends: ends(), closed: gateway.closed }).toEqual({ ends: [at(30)], closed: [] });
  });

  it('refuses a token of a session that has ended, and writes nothing', async () => {
    const { renew, ends } = scene({ live: [false] });
    await expect(renew(60)).rejects.toThrow(new TokenInvalid(SESSION_ENDED));
    expect(ends()).toEqual([at(30)]);
  });

  it('changes nothing if the session cannot be checked', async () => {
    const { dependencies, ends } = scene();
    const sessions = { isLive: () => Promise.reject(new Unavailable()) };
    const tried = renew({ ...dependencies, sessions }, socket, { ...identity, expiresAt: at(60) });
    expect(await rejection(tried)).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(ends()).toEqual([at(30)]);
  });

  it('lists a live socket again that was lost, with its new end', async () => {
    const { renew, connections } = scene({ listed: [] });
    expect(await renew(60)).toEqual(at(60));
    expect(connections.rows()).toEqual([{ ...socket, expiresAt: at(60) }]);
  });

  it('does not bring back a socket whose session ends meanwhile: it is removed, told and closed', async () => {
    const { renew, connections, gateway } = scene({ listed: [], live: [true, false] });
    expect(await rejection(renew(60))).toEqual({ code: 'busy', retryAfter: 1 });
    expect({ rows: connections.rows(), posts: gateway.posts, closed: gateway.closed }).toEqual({
      rows: [],
      posts: [['a', 'ended']],
      closed: ['a'],
    });
  });

  it('does not bring back a socket that has closed meanwhile', async () => {
    const { renew, connections } = scene({ listed: [], gone: ['a'] });
    expect(await rejection(renew(60))).toEqual({ code: 'busy', retryAfter: 1 });
    expect(connections.rows()).toEqual([]);
  });
});

describe('the end of a socket', () => {
  it('is that of its first token, without a read, while that lasts', async () => {
    const { current, reads } = scene();
    expect([await current(), reads()]).toEqual([socket, 0]);
  });

  it('is looked up once after that, and remembered until it is over, too', async () => {
    const { current, reads, clock, connections } = scene();
    await connections.renew(alice.id, 'a', at(60));
    clock.pass(30 * 60_000);
    for (let frame = 0; frame < 3; frame += 1) expect((await current()).expiresAt).toEqual(at(60));
    expect(reads()).toBe(1);
    clock.pass(30 * 60_000);
    expect((await current()).expiresAt).toEqual(at(60));
    await connections.renew(alice.id, 'a', at(90));
    expect((await current()).expiresAt).toEqual(at(90));
  });

  it('needs no look-up in the process that has renewed it', async () => {
    const { current, renew, reads, clock } = scene();
    await renew(60);
    clock.pass(40 * 60_000);
    expect([(await current()).expiresAt, reads()]).toEqual([at(60), 0]);
  });

  it.each([
    ['is not listed any more', []],
    ['was never renewed', [socket]],
    ['is of another user’s list', [{ ...socket, userId: bob.id, expiresAt: at(90) }]],
  ])('stays over if the socket %s', async (_what, listed) => {
    const { current, clock } = scene({ listed });
    clock.pass(30 * 60_000);
    expect((await current()).expiresAt).toEqual(at(30));
  });
});
