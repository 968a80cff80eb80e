import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as user } from '../../../functions/http/user.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { alice, bob, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const profile = (account: typeof alice) => ({ pk: `USER#${account.id}`, sk: 'PROFILE', ...account });
const presence = (userId: string, item: object) => ({ pk: `USER#${userId}`, sk: 'PRESENCE', ...item });

const blockName = (userId: string) => Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url');

describe('/users/{user_id}/', () => {
  function entry(...items: object[]) {
    const { store, ask } = httpEntry(user);
    for (const item of [profile(bob), ...items]) store(item);
    return (userId: string) => ask('GET', `/users/${userId}/`, { path: { user_id: userId } });
  }

  it.each([
    ['who never came', [], { online: false, last_seen: null }],
    ['who is online', [presence(bob.id, { online: true })], { online: true, last_seen: null }],
    ['who went', [presence(bob.id, { online: false, lastSeen: NOON })], { online: false, last_seen: NOON }],
    [
      'who hides',
      [presence(bob.id, { online: true, hidden: true, lastSeen: NOON })],
      { online: false, last_seen: null },
    ],
    [
      'to somebody who hides',
      [presence(alice.id, { hidden: true }), presence(bob.id, { online: true })],
      { online: false, last_seen: null },
    ],
    [
      'to somebody whom they block, who is not told',
      [presence(bob.id, { online: true, [`block#${blockName(alice.id)}`]: true })],
      { online: false, last_seen: null },
    ],
    [
      'to somebody who blocks them, and says so',
      [presence(alice.id, { [`block#${blockName(bob.id)}`]: true }), presence(bob.id, { online: true })],
      { online: false, last_seen: null, blocked: true },
    ],
  ])('shows a user %s, with no more than others may know', async (_, items, seen) => {
    const body = { id: bob.id, username: 'bob', ...seen };
    expect(await entry(...items)(bob.id)).toEqual({ statusCode: 200, body });
  });

  it.each([id(404), 'x', 'me'])('is not found: %s', async (userId) => {
    expect(await entry()(userId)).toMatchObject({ statusCode: 404, body: { code: 'user_not_found' } });
  });
});
