import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as me } from '../../../functions/http/me.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { alice } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const profile = (account: typeof alice) => ({ pk: `USER#${account.id}`, sk: 'PROFILE', ...account });

describe('/users/me/', () => {
  const own = {
    id: alice.id,
    email: 'Alice@Example.org',
    email_verified: false,
    username: 'Alice',
    first_name: 'Alice',
    last_name: 'Liddell',
    presence: 'shown',
    created_at: NOON,
    has_password: true,
  };

  function entry() {
    const { store, state, ask } = httpEntry(me);
    store(profile(alice));
    const patch = (body: unknown) => ask('PATCH', '/users/me/', { body });
    return { state, patch, get: () => ask('GET', '/users/me/') };
  }

  it('is the own account', async () => {
    expect(await entry().get()).toEqual({ statusCode: 200, body: own });
  });

  it.each([
    [{ first_name: 'Al' }, { first_name: 'Al' }],
    [{ last_name: 'L' }, { last_name: 'L' }],
    [{ presence: 'hidden' }, { presence: 'hidden' }],
    [
      { first_name: 'Al', presence: 'hidden' },
      { first_name: 'Al', presence: 'hidden' },
    ],
    [{}, {}],
  ])('is changed by %j and in nothing else', async (change, changed) => {
    const { patch, get } = entry();
    const after = { statusCode: 200, body: { ...own, ...changed } };
    expect(await patch(change)).toEqual(after);
    expect(await get()).toEqual(after);
  });

  it.each([
    [{ presence: 'away' }, { presence: ['Must be one of shown, hidden.'] }],
    [{ presence: null }, { presence: ['Must be one of shown, hidden.'] }],
    [{ first_name: '' }, { first_name: ['Must not be empty.'] }],
    [{ first_name: ' ' }, { first_name: ['Must not be blank.'] }],
    [{ last_name: 'x'.repeat(151) }, { last_name: ['Must have at most 150 characters.'] }],
    [{ username: 'Eve' }, { username: ['Unknown field.'] }],
    [
      { staff: true, email: 'x' },
      { staff: ['Unknown field.'], email: ['Unknown field.'] },
    ],
  ])('is not changed by %j', async (change, errors) => {
    const { patch, get } = entry();
    expect(await patch(change)).toMatchObject({
      statusCode: 400,
      body: { code: 'validation_failed', errors },
    });
    expect((await get()).body).toEqual(own);
  });
});
