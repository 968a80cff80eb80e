import { beforeEach, describe, expect, it, vi } from 'vitest';
import { passwordHasher } from '../../../functions/auth/passwords.ts';
import { handler } from '../../../functions/http/own-password.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { alice, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const PRESENT = 'down the rabbit hole';
const NEW = 'through the looking-glass';
const { hash, verify } = passwordHasher(4);
const passwordHash = await hash(PRESENT);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const CREDENTIALS = { pk: 'EMAIL#alice@example.org', sk: 'CREDENTIALS' };

/** Alice asks with session 500, and has another one. */
function entry() {
  const { store, state, ask } = httpEntry(handler);
  const session = { pk: `USER#${alice.id}`, sk: `SESSION#${id(501)}` };
  store({ ...session, id: id(501), userId: alice.id, createdAt: NOON, ttl: Date.parse(NOON) / 1000 + 60 });
  store({ pk: `USER#${alice.id}`, sk: 'PROFILE', ...alice });
  store({ ...CREDENTIALS, userId: alice.id, passwordHash });
  return {
    change: (body: object) => ask('POST', '/users/me/password', { body }),
    stored: () => state.get(CREDENTIALS)?.passwordHash as string,
    hasOther: () => state.get(session) !== undefined,
  };
}

describe('POST /users/me/password/', () => {
  it('answers 204, stores a hash of the new password and ends the other session', async () => {
    const { change, stored, hasOther } = entry();
    expect(await change({ password: PRESENT, new_password: NEW })).toEqual({ statusCode: 204, body: null });
    expect(await verify(NEW, stored())).toBe(true);
    expect(hasOther()).toBe(false);
    for (const secret of [PRESENT, NEW]) expect(JSON.stringify(sent())).not.toContain(secret);
  });

  it('answers 403 for a wrong present password, for 401 would let clients refresh their token', async () => {
    const { change, stored, hasOther } = entry();
    expect(await change({ password: 'up the rabbit hole', new_password: NEW })).toEqual({
      statusCode: 403,
      body: {
        ...{ type: 'about:blank', title: 'Forbidden', status: 403, code: 'wrong_password' },
        detail: 'This is not the password of your account.',
      },
    });
    expect([stored(), hasOther()]).toEqual([passwordHash, true]);
  });

  it.each([
    [{ password: PRESENT }, 'new_password'],
    [{ new_password: NEW }, 'password'],
    [{ password: '', new_password: NEW }, 'password'],
    [{ password: 1, new_password: NEW }, 'password'],
    [{ password: 'x'.repeat(4_097), new_password: NEW }, 'password'],
    [{ password: PRESENT, new_password: 'short' }, 'new_password'],
    [{ password: PRESENT, new_password: '\ud800 through the glass' }, 'new_password'],
    [{ password: PRESENT, new_password: 'aaaaaaaaaaaa' }, 'new_password'],
    [{ password: PRESENT, new_password: ['x'] }, 'new_password'],
    [{ password: PRESENT, new_password: NEW, user_id: id(2) }, 'user_id'],
  ])('answers 400 for %j and changes nothing', async (body, field) => {
    const { change, stored, hasOther } = entry();
    const reply = await change(body);
    expect(reply).toMatchObject({ statusCode: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual([field]);
    expect([stored(), hasOther()]).toEqual([passwordHash, true]);
  });
});
