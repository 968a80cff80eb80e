import { describe, expect, it } from 'vitest';
import { readUser } from '../../../../functions/core/accounts/profile.ts';
import { NOON } from '../../support/clock.ts';
import { alice, bob, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

function read(userId: string, hidden = false) {
  const presences = {
    of: async (userIds: readonly string[]) =>
      userIds.map((one) => ({ userId: one, online: false, hidden, lastSeen: NOON })),
  };
  return readUser({ profiles: knowing(alice, bob), presences }, userId);
}

describe('somebody', () => {
  it('is seen by others with name and presence, and nothing more', async () => {
    expect(await read(bob.id)).toEqual({
      user: { id: bob.id, username: 'bob' },
      presence: { userId: bob.id, online: false, lastSeen: NOON },
    });
  });

  it('who hides is not seen to have been here', async () => {
    expect((await read(bob.id, true)).presence).toEqual({ userId: bob.id, online: false });
  });

  it.each([id(404), 'x', '', 'ABCDEF00-0000-4000-8000-00000000000F'])(
    'like %j is not found',
    async (userId) => {
      expect(await rejection(read(userId))).toEqual({ code: 'user_not_found' });
    },
  );
});
