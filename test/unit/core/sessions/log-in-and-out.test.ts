import { describe, expect, it } from 'vitest';
import { logOut, openSession } from '../../../../functions/core/sessions/log-in-and-out.ts';
import type { Session } from '../../../../functions/core/sessions/session.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { memorySessions, PHONE, readableAccess, readableTokens } from '../../support/sessions.ts';

const staff = { ...bob, staff: true };
const carol = { ...bob, id: id(3), suspendedAt: NOON };

function open(userId: string, mayStay = async () => true) {
  const sessions = memorySessions();
  const noted = noting();
  const result = openSession(
    {
      profiles: knowing(alice, staff, carol),
      sessions,
      refreshTokens: readableTokens,
      accessTokens: readableAccess,
      refreshSeconds: 86_400,
      audit: noted.audit,
      newId: countingIds(500),
      now: frozenClock().now,
    },
    userId,
    PHONE,
    mayStay,
  );
  return { result, sessions, noted: noted.events };
}

it('opening a session returns a pair of tokens and stores only the hashes of the refresh token', async () => {
  const { result, sessions } = open(alice.id);
  expect(await result).toEqual({
    access: JSON.stringify({ userId: alice.id, username: 'Alice', sessionId: id(500), staff: false }),
    refresh: `${alice.id}/${id(500)}/family/1`,
  });
  expect(sessions.rows()).toEqual([
    {
      id: id(500),
      userId: alice.id,
      ...PHONE,
      familyHash: '#family',
      rotationHash: '#1',
      createdAt: NOON,
      expiresAt: new Date('2026-11-24T12:00:00.000Z'),
    },
  ]);
});

it('opening a session is noted, and not if it may not stay', async () => {
  const done = open(alice.id);
  await done.result;
  expect(done.noted).toEqual([`logged_in of ${alice.id} in ${id(500)}`]);
  const refused = open(alice.id, async () => false);
  await rejection(refused.result);
  expect(refused.noted).toEqual([]);
});

it('the access token of staff names them as staff', async () => {
  expect(JSON.parse((await open(staff.id).result).access)).toMatchObject({ staff: true });
});

it('a session that may not stay once it is stored is ended, and its tokens are not given out', async () => {
  const { result, sessions } = open(alice.id, async () => false);
  expect(await rejection(result)).toEqual({ code: 'wrong_credentials' });
  expect(sessions.rows()).toEqual([]);
});

it('a deleted account cannot open a session', async () => {
  const { result, sessions } = open(id(404));
  expect(await rejection(result)).toEqual({ code: 'wrong_credentials' });
  expect(sessions.rows()).toEqual([]);
});

it('a suspended account cannot open a session, which is noted', async () => {
  const { result, sessions, noted } = open(carol.id);
  expect(await rejection(result)).toEqual({ code: 'account_suspended' });
  expect(sessions.rows()).toEqual([]);
  expect(noted).toEqual([`log_in_refused of ${carol.id}`]);
});

it('a suspended account does not hear so if the session may not stay anyway', async () => {
  const { result, noted } = open(carol.id, async () => false);
  expect(await rejection(result)).toEqual({ code: 'wrong_credentials' });
  expect(noted).toEqual([]);
});

const session: Session = {
  id: id(500),
  userId: alice.id,
  ...PHONE,
  familyHash: '#family',
  rotationHash: '#3',
  createdAt: NOON,
  expiresAt: new Date('2026-11-24T12:00:00.000Z'),
};
const theirs: Session = { ...session, id: id(600), userId: bob.id };
const current = `${alice.id}/${session.id}/family/3`;

function device() {
  const sessions = memorySessions(session, theirs);
  const noted = noting();
  return {
    logOut: (token: string) =>
      logOut({ sessions, refreshTokens: readableTokens, audit: noted.audit }, alice.id, token),
    sessions,
    noted: noted.events,
  };
}

describe('logging out', () => {
  it('is noted once', async () => {
    const { logOut, noted } = device();
    await logOut(current);
    await rejection(logOut(current));
    await rejection(logOut(`${bob.id}/${theirs.id}/family/3`));
    expect(noted).toEqual([`logged_out of ${alice.id} in ${session.id}`]);
  });

  it('ends the session of the token, and no other', async () => {
    const { logOut, sessions } = device();
    await logOut(current);
    expect(sessions.rows()).toEqual([theirs]);
  });

  it('ends the session by an older token of the family, too', async () => {
    const { logOut, sessions } = device();
    await logOut(`${alice.id}/${session.id}/family/1`);
    expect(sessions.rows()).toEqual([theirs]);
  });

  it('changes nothing the second time and reports that', async () => {
    const { logOut } = device();
    await logOut(current);
    expect(await rejection(logOut(current))).toEqual({ code: 'token_invalid' });
  });

  it.each([
    ['garbage', 'garbage'],
    ['a made-up family', `${alice.id}/${session.id}/made-up/3`],
    ['the token of somebody else', `${bob.id}/${theirs.id}/family/3`],
    ['somebody else’s session under the own name', `${alice.id}/${theirs.id}/family/3`],
  ])('refuses %s, and every session stays', async (_, token) => {
    const { logOut, sessions } = device();
    expect(await rejection(logOut(token))).toEqual({ code: 'token_invalid' });
    expect(sessions.rows()).toEqual([session, theirs]);
  });

  it('refuses a token of another user before it reads the session', async () => {
    const { logOut, sessions } = device();
    await rejection(logOut(`${bob.id}/${theirs.id}/family/3`));
    expect(sessions.calls).toEqual([]);
  });
});
