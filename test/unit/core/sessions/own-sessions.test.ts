import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openSession } from '../../../../functions/core/sessions/log-in-and-out.ts';
import {
  endOtherSessions,
  endSession,
  endSurplusSessions,
  MAX_SESSIONS,
  ownSessions,
} from '../../../../functions/core/sessions/own-sessions.ts';
import { refreshSession } from '../../../../functions/core/sessions/refresh-session.ts';
import type { Session } from '../../../../functions/core/sessions/session.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { LAPTOP, memorySessions, PHONE, readableAccess, readableTokens } from '../../support/sessions.ts';

const DAY_S = 86_400;
const secondsAfter = (seconds: number) => new Date(Date.parse(NOON) + seconds * 1000);

function session(n: number, more: Partial<Session> = {}): Session {
  return {
    ...{ id: id(n), userId: alice.id, familyHash: '#family', rotationHash: '#1', ...PHONE },
    createdAt: NOON,
    expiresAt: secondsAfter(DAY_S),
    ...more,
  };
}

const caller = { userId: alice.id, sessionId: id(501) };

function account(...stored: Session[]) {
  const sessions = memorySessions(...stored);
  const clock = frozenClock();
  const { audit, events: noted } = noting();
  return { sessions, clock, audit, noted, ids: () => sessions.rows().map((one) => one.id), now: clock.now };
}

describe('the sessions of a user', () => {
  it('are those that live, the newest log-in first, whatever their order in the store', async () => {
    const dependencies = account(
      session(502, { createdAt: secondsAfter(-60).toISOString(), ...LAPTOP }),
      session(501),
      session(503, { expiresAt: secondsAfter(0) }),
      session(504, { userId: bob.id }),
      session(500),
    );
    const listed = { ...PHONE, createdAt: NOON, lastUsedAt: NOON };
    const earlier = secondsAfter(-60).toISOString();
    expect(await ownSessions(dependencies, caller)).toEqual([
      { ...listed, id: id(500) },
      { ...listed, id: id(501) },
      { id: id(502), ...LAPTOP, createdAt: earlier, lastUsedAt: earlier },
    ]);
  });

  it.each([ownSessions, endOtherSessions])('are no business of a session that has ended: %o', async (ask) => {
    const dependencies = account(session(500), session(501, { expiresAt: secondsAfter(0) }));
    expect(await rejection(ask(dependencies, caller))).toEqual({ code: 'token_invalid' });
    expect(dependencies.ids()).toEqual([id(500), id(501)]);
  });
});

describe('ending a session', () => {
  it('is noted, with the session, and all others together', async () => {
    const { noted, ...dependencies } = account(session(500), session(501), session(502));
    await endSession(dependencies, alice.id, id(500));
    await rejection(endSession(dependencies, alice.id, id(500)));
    await endOtherSessions(dependencies, caller);
    expect(noted).toEqual([
      `session_ended of ${alice.id} in ${id(500)}`,
      `other_sessions_ended of ${alice.id}`,
    ]);
  });

  it('ends it and no other, be it the own one or another', async () => {
    const dependencies = account(session(500), session(501), session(502));
    await endSession(dependencies, alice.id, id(500));
    expect(dependencies.ids()).toEqual([id(501), id(502)]);
    await endSession(dependencies, alice.id, id(501));
    expect(dependencies.ids()).toEqual([id(502)]);
  });

  it.each([
    ['of another user', id(600)],
    ['that has expired', id(502)],
    ['that never was', id(404)],
    ['with an id that cannot be', 'x'],
    ['with an empty id', ''],
    ['with a part of a key as its id', `${id(501)}#`],
  ])('is refused for one %s, and ends nothing', async (_, sessionId) => {
    const dependencies = account(
      session(501),
      session(502, { expiresAt: secondsAfter(0) }),
      session(600, { userId: bob.id }),
    );
    expect(await rejection(endSession(dependencies, alice.id, sessionId))).toEqual({
      code: 'session_not_found',
    });
    expect(dependencies.ids()).toEqual([id(501), id(502), id(600)]);
  });

  it('asks the store for nothing that is no id: a key may have 1 KB', async () => {
    const dependencies = account(session(501));
    for (const sessionId of ['', 'x', 'x'.repeat(2_000)])
      await rejection(endSession(dependencies, alice.id, sessionId));
    expect(dependencies.sessions.calls).toEqual([]);
  });

  it('of two at once, succeeds for one', async () => {
    const dependencies = account(session(500), session(501));
    const ends = [1, 2].map(() => endSession(dependencies, alice.id, id(500)));
    const outcomes = await Promise.allSettled(ends);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('ending all other sessions', () => {
  it('keeps the own one, and those of other users', async () => {
    const many = Array.from({ length: 60 }, (_, n) => session(500 + n));
    const dependencies = account(...many, session(600, { userId: bob.id }));
    await endOtherSessions(dependencies, caller);
    expect(dependencies.ids()).toEqual([id(501), id(600)]);
    await endOtherSessions(dependencies, caller);
    expect(dependencies.ids()).toEqual([id(501), id(600)]);
  });

  it('reports a failure, and a repetition ends the rest', async () => {
    const dependencies = account(...Array.from({ length: 40 }, (_, n) => session(500 + n)));
    const { sessions } = dependencies;
    let left = 10;
    const failing = {
      ...dependencies,
      sessions: {
        ...sessions,
        remove: async (...ended: Parameters<typeof sessions.remove>) => {
          left -= 1;
          if (left < 0) throw new Error('down');
          return sessions.remove(...ended);
        },
      },
    };
    await expect(endOtherSessions(failing, caller)).rejects.toThrow('down');
    expect(dependencies.ids()).toHaveLength(30);
    await endOtherSessions(dependencies, caller);
    expect(dependencies.ids()).toEqual([id(501)]);
  });
});

describe('a log-in beyond the limit', () => {
  const full = Array.from({ length: MAX_SESSIONS }, (_, n) =>
    session(500 + n, { createdAt: secondsAfter(n).toISOString() }),
  );

  it('ends the session that was unused for longest, and one that was refreshed is not that', async () => {
    const { sessions, clock, now, ids, audit, noted } = account(...full, session(600, { userId: bob.id }));
    clock.pass(60_000);
    const profiles = knowing(alice, bob);
    const common = {
      profiles,
      sessions,
      audit,
      refreshTokens: readableTokens,
      accessTokens: readableAccess,
      now,
    };
    const seconds = { refreshSeconds: DAY_S, sessionSeconds: 30 * DAY_S };
    await refreshSession({ ...common, ...seconds }, `${alice.id}/${id(500)}/family/1`, LAPTOP);
    await openSession({ ...common, ...seconds, newId: countingIds(900) }, alice.id, PHONE, async () => true);
    const kept = full.map((one) => one.id).filter((one) => one !== id(501));
    expect(ids()).toEqual([...kept, id(600), id(900)]);
    expect(noted).toEqual([
      `logged_in of ${alice.id} in ${id(900)}`,
      `surplus_sessions_ended of ${alice.id}`,
    ]);
  });

  it('ends none of a user with fewer, and counts no expired one', async () => {
    const expired = full.slice(1).map((one, n) => ({ ...one, id: id(700 + n), expiresAt: secondsAfter(0) }));
    const dependencies = account(...full.slice(1), ...expired, session(900));
    await endSurplusSessions(dependencies, alice.id, id(900));
    expect(dependencies.ids()).toHaveLength(2 * MAX_SESSIONS - 1);
  });

  it('ends 25 at most, those unused for longest, but never itself, even by a clock that is behind', async () => {
    const dependencies = account(
      session(900, { createdAt: secondsAfter(-60).toISOString() }),
      ...full,
      ...full.map((one, n) => ({ ...one, id: id(700 + n), createdAt: secondsAfter(-10 - n).toISOString() })),
    );
    await endSurplusSessions(dependencies, alice.id, id(900));
    const left = full.slice(0, MAX_SESSIONS - 25).map((_, n) => id(700 + n));
    expect(dependencies.ids()).toEqual([id(900), ...full.map((one) => one.id), ...left]);
    await endSurplusSessions(dependencies, alice.id, id(900));
    expect(dependencies.ids()).toEqual([id(900), ...full.slice(1).map((one) => one.id)]);
  });
});

it('whatever two users do with their sessions, neither touches the other’s, and nobody has too many', async () => {
  const step = fc.record({
    who: fc.constantFrom(alice.id, alice.id, alice.id, bob.id),
    what: fc.constantFrom(...Array<string>(40).fill('open'), 'end', 'end', 'endOthers', 'endForeign'),
    which: fc.nat(),
    seconds: fc.nat({ max: DAY_S / 25 }),
  });
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 150, size: 'max' }), async (steps) => {
      const dependencies = account();
      const { sessions, clock, now } = dependencies;
      const newId = countingIds(1_000);
      /** What each user should have, the one used last at the end. */
      const expected = new Map<string, Session[]>([alice, bob].map((one) => [one.id, []]));
      for (const { who, what, which, seconds } of steps) {
        clock.pass(seconds * 1000);
        for (const [user, all] of expected)
          expected.set(
            user,
            all.filter(({ expiresAt }) => expiresAt > now()),
          );
        const own = expected.get(who) ?? [];
        const theirs = expected.get(who === alice.id ? bob.id : alice.id) ?? [];
        const one = own[which % own.length];
        if (what === 'open') {
          const created = session(0, {
            ...{ id: newId(), userId: who, createdAt: now().toISOString() },
            expiresAt: new Date(now().getTime() + DAY_S * 1000),
          });
          await sessions.create(created);
          await endSurplusSessions(dependencies, who, created.id);
          // Of those that were opened at the same moment, the lower ids count as newer.
          const older = own.toSorted(
            (a, b) => a.createdAt.localeCompare(b.createdAt) || b.id.localeCompare(a.id),
          );
          expected.set(who, [...older.slice(-(MAX_SESSIONS - 1)), created]);
        } else if (what === 'endForeign') {
          const foreign = theirs[which % theirs.length]?.id ?? 'none';
          expect(await rejection(endSession(dependencies, who, foreign))).toEqual({
            code: 'session_not_found',
          });
        } else if (one && what === 'end') {
          await endSession(dependencies, who, one.id);
          expected.set(
            who,
            own.filter((other) => other !== one),
          );
        } else if (one) {
          await endOtherSessions(dependencies, { userId: who, sessionId: one.id });
          expected.set(who, [one]);
        }
        for (const [user, all] of expected) {
          const live = await sessions.of(user, now());
          most = Math.max(most, live.length);
          expect(live.map((other) => other.id).toSorted()).toEqual(all.map((other) => other.id).toSorted());
        }
      }
    }),
  );
  expect(most).toBe(MAX_SESSIONS);
});
