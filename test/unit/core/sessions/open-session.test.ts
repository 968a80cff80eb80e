import { expect, it } from 'vitest';
import { openSession } from '../../../../functions/core/sessions/log-in-and-out.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { alice, bob, countingIds, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { memorySessions, readableAccess, readableTokens } from '../../support/sessions.ts';

const staff = { ...bob, staff: true };

function open(userId: string) {
  const sessions = memorySessions();
  const result = openSession(
    {
      profiles: knowing(alice, staff),
      sessions,
      refreshTokens: readableTokens,
      accessTokens: readableAccess,
      refreshSeconds: 86_400,
      newId: countingIds(500),
      now: frozenClock().now,
    },
    userId,
  );
  return { result, sessions };
}

it('opening a session hands out a pair of tokens, and keeps the hashes of the refresh token alone', async () => {
  const { result, sessions } = open(alice.id);
  expect(await result).toEqual({
    access: JSON.stringify({ userId: alice.id, username: 'Alice', sessionId: id(500), staff: false }),
    refresh: `${alice.id}/${id(500)}/family/1`,
  });
  expect(sessions.rows()).toEqual([
    {
      id: id(500),
      userId: alice.id,
      familyHash: '#family',
      rotationHash: '#1',
      createdAt: NOON,
      expiresAt: new Date('2026-11-24T12:00:00.000Z'),
    },
  ]);
});

it('the access token of staff says so', async () => {
  expect(JSON.parse((await open(staff.id).result).access)).toMatchObject({ staff: true });
});

it('an account that is gone opens no session', async () => {
  const { result, sessions } = open(id(404));
  expect(await rejection(result)).toEqual({ code: 'wrong_credentials' });
  expect(sessions.rows()).toEqual([]);
});
