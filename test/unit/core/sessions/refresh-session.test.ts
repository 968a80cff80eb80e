import { describe, expect, it } from 'vitest';
import type { ProfileStore } from '../../../../functions/core/accounts/account.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import { refreshSession } from '../../../../functions/core/sessions/refresh-session.ts';
import type { Session } from '../../../../functions/core/sessions/session.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { LAPTOP, memorySessions, PHONE, readableAccess, readableTokens } from '../../support/sessions.ts';

const session: Session = {
  id: id(500),
  userId: alice.id,
  ...PHONE,
  familyHash: '#family',
  rotationHash: '#1',
  createdAt: NOON,
  expiresAt: new Date('2026-11-24T12:00:00.000Z'),
};
const token = (rotation: number, { family = 'family', owner = alice.id, of = session.id } = {}) =>
  `${owner}/${of}/${family}/${rotation}`;

function device({ profiles = knowing(alice, bob) as ProfileStore, accessTokens = readableAccess } = {}) {
  const clock = frozenClock();
  const sessions = memorySessions(session);
  const noted = noting();
  const dependencies = {
    profiles,
    sessions,
    refreshTokens: readableTokens,
    accessTokens,
    refreshSeconds: 86_400,
    sessionSeconds: 30 * 86_400,
    audit: noted.audit,
    now: clock.now,
  };
  return {
    refresh: (refreshToken: string) => refreshSession(dependencies, refreshToken, LAPTOP),
    sessions,
    clock,
    noted: noted.events,
  };
}

describe('refreshing a session', () => {
  it('is not noted, but a token that comes back late is', async () => {
    const { refresh, clock, noted } = device();
    await refresh(token(1));
    await refresh(token(1));
    clock.pass(61_000);
    expect(noted).toEqual([]);
    await rejection(refresh(token(1)));
    expect(noted).toEqual([`token_reused of ${alice.id} in ${session.id}`]);
    await rejection(refresh(token(1)));
    await rejection(refresh(token(9, { family: 'made-up' })));
    expect(noted).toHaveLength(1);
  });

  it('returns a new pair and extends the session from now', async () => {
    const { refresh, sessions, clock } = device();
    clock.pass(3_600_000);
    expect(await refresh(token(1))).toEqual({
      access: JSON.stringify({ userId: alice.id, username: 'Alice', sessionId: session.id, staff: false }),
      refresh: token(2),
    });
    expect(sessions.rows()).toEqual([
      { ...session, ...LAPTOP, rotationHash: '#2', expiresAt: new Date('2026-11-24T13:00:00.000Z') },
    ]);
  });

  it('ends 30 days after its login at the latest, however often it is refreshed', async () => {
    const { refresh, sessions, clock } = device();
    const HALF_A_DAY = 43_200_000;
    let current = token(1);
    for (let halves = 1; halves <= 58; halves += 1) {
      clock.pass(HALF_A_DAY);
      ({ refresh: current } = await refresh(current));
    }
    expect(sessions.rows()).toMatchObject([{ expiresAt: new Date(Date.parse(NOON) + 60 * HALF_A_DAY) }]);
    clock.pass(1);
    expect(await rejection(refresh(current))).toMatchObject({ code: 'token_invalid' });
    expect(sessions.calls).not.toContain('end');
  });

  it('works with each new token', async () => {
    const { refresh } = device();
    let { refresh: current } = await refresh(token(1));
    for (let i = 0; i < 3; i += 1) ({ refresh: current } = await refresh(current));
    expect(current).toBe(token(5));
  });

  it('uses the current account', async () => {
    const { refresh } = device({ profiles: knowing({ ...alice, staff: true }) });
    expect(JSON.parse((await refresh(token(1))).access)).toMatchObject({ staff: true });
  });

  it.each([0, 1_000, 59_999])(
    'returns the same successor for the previous token, %d ms later',
    async (later) => {
      const { refresh, sessions, clock } = device();
      const first = await refresh(token(1));
      clock.pass(later);
      expect(await refresh(token(1))).toEqual(first);
      expect(await refresh(first.refresh)).toMatchObject({ refresh: token(3) });
      expect(sessions.calls).not.toContain('end');
    },
  );

  it('returns the same successor to two concurrent requests, and both continue with it', async () => {
    const { refresh } = device();
    const [one, other] = await Promise.all([refresh(token(1)), refresh(token(1))]);
    expect(one).toEqual(other);
    const [next, same] = await Promise.all([refresh(one.refresh), refresh(other.refresh)]);
    expect(next).toEqual(same);
  });

  it('ends the whole family when a token is reused after a minute', async () => {
    const { refresh, sessions, clock } = device();
    const { refresh: current } = await refresh(token(1));
    clock.pass(60_000);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([]);
    expect(await rejection(refresh(current))).toEqual({ code: 'token_invalid' });
  });

  it('ends the family at once for a token whose successor has been used', async () => {
    const { refresh, sessions } = device();
    await refresh((await refresh(token(1))).refresh);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([]);
  });

  it('ends the family for a token of it that was never issued', async () => {
    const { refresh, sessions } = device();
    expect(await rejection(refresh(token(7)))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([]);
  });

  it('does not restore a session that has ended in the meantime', async () => {
    const { refresh, sessions } = device();
    await refresh(token(1));
    await sessions.end({ userId: alice.id, sessionId: session.id, familyHash: '#family', rotationHash: '' });
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'token_invalid' });
  });

  it.each([
    ['garbage', 'garbage'],
    ['an empty token', ''],
    ['another family', token(1, { family: 'made-up' })],
    ['another session', token(1, { of: id(501) })],
    ['somebody else’s name', token(1, { owner: bob.id })],
    ['nobody’s name', token(1, { owner: id(404) })],
  ])('refuses %s and ends no session', async (_, forged) => {
    const { refresh, sessions } = device();
    expect(await rejection(refresh(forged))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([session]);
    expect(sessions.calls).not.toContain('end');
  });

  it('refuses a session that has expired', async () => {
    const { refresh, clock } = device();
    clock.pass(86_400_000);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'token_invalid' });
  });

  it('refuses when the account is deleted', async () => {
    expect(await rejection(device({ profiles: knowing() }).refresh(token(1)))).toEqual({
      code: 'token_invalid',
    });
  });

  it('refuses when the account is suspended, and ends a session that is left', async () => {
    const { refresh, sessions, noted } = device({ profiles: knowing({ ...alice, suspendedAt: NOON }) });
    expect(await rejection(refresh(token(1, { family: 'made-up' })))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([session]);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'account_suspended' });
    expect(sessions.rows()).toEqual([]);
    expect(noted).toEqual([`log_in_refused of ${alice.id}`]);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'token_invalid' });
  });

  it.each([
    ['the profile cannot be read', { profiles: { profileOf: () => Promise.reject(new Unavailable()) } }],
    ['the key cannot be read', { accessTokens: { sign: () => Promise.reject(new Unavailable()) } }],
  ])('leaves the token valid for a retry when %s', async (_, outage) => {
    const { refresh, sessions } = device(outage);
    expect(await rejection(refresh(token(1)))).toEqual({ code: 'unavailable', retryAfter: 1 });
    expect(sessions.rows()).toEqual([session]);
  });
});
