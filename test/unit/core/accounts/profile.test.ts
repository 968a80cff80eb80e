import { describe, expect, it } from 'vitest';
import type { Account } from '../../../../functions/core/accounts/account.ts';
import {
  changeProfile,
  type NamesChange,
  ownProfile,
  readUser,
} from '../../../../functions/core/accounts/profile.ts';
import { NOON } from '../../support/clock.ts';
import { alice, bob, id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

function profile(hidden = false) {
  let account: Account = alice;
  const changes: unknown[] = [];
  const profiles = {
    profileOf: async (userId: string) => (userId === alice.id ? account : undefined),
    rename: async (userId: string, change: NamesChange) => {
      if (userId !== alice.id) return undefined;
      changes.push(['rename', change]);
      const given = Object.entries(change).filter(([, value]) => value !== undefined);
      account = { ...account, ...Object.fromEntries(given) };
      return account;
    },
  };
  const state = { hidden };
  const presences = {
    of: async (userIds: readonly string[]) => userIds.map((userId) => ({ userId, online: true, ...state })),
    hide: async (userId: string, isHidden: boolean) => {
      changes.push(['hide', userId, isHidden]);
      state.hidden = isHidden;
    },
  };
  return { dependencies: { profiles, presences }, changes };
}

describe('the own profile', () => {
  it.each([
    [false, 'shown'],
    [true, 'hidden'],
  ])('says whether presence is shown: hidden %s', async (hidden, presence) => {
    expect(await ownProfile(profile(hidden).dependencies, alice.id)).toEqual({ account: alice, presence });
  });

  it('does not exist for an unknown user', async () => {
    const { dependencies } = profile();
    expect(await rejection(ownProfile(dependencies, id(404)))).toEqual({ code: 'user_not_found' });
  });
});

describe('a change of the own profile', () => {
  it.each([
    [{ firstName: 'Al' }, [['rename', { firstName: 'Al' }]], { firstName: 'Al' }, 'shown'],
    [{ lastName: 'L', firstName: undefined }, [['rename', { lastName: 'L' }]], { lastName: 'L' }, 'shown'],
    [{ presence: 'hidden' as const }, [['hide', alice.id, true]], {}, 'hidden'],
    [
      { firstName: 'Al', presence: 'shown' as const },
      [
        ['rename', { firstName: 'Al' }],
        ['hide', alice.id, false],
      ],
      { firstName: 'Al' },
      'shown',
    ],
    [{}, [], {}, 'shown'],
    [{ firstName: undefined, lastName: undefined, presence: undefined }, [], {}, 'shown'],
  ])('to %j changes nothing else', async (change, changes, names, presence) => {
    const { dependencies, changes: done } = profile();
    const after = { account: { ...alice, ...names }, presence };
    expect(await changeProfile(dependencies, alice.id, change)).toEqual(after);
    expect(done).toEqual(changes);
    expect(await ownProfile(dependencies, alice.id)).toEqual(after);
  });

  it('of names returns the unchanged presence', async () => {
    const { dependencies } = profile(true);
    expect(await changeProfile(dependencies, alice.id, { firstName: 'Al' })).toMatchObject({
      presence: 'hidden',
    });
  });

  it.each([{}, { firstName: 'Al' }, { presence: 'hidden' as const }])(
    'of nobody by %j is not found, and stores nothing',
    async (change) => {
      const { dependencies, changes } = profile();
      expect(await rejection(changeProfile(dependencies, id(404), change))).toEqual({
        code: 'user_not_found',
      });
      expect(changes).toEqual([]);
    },
  );
});

/** `hiding` are the users who hide their presence. */
function read(userId: string, ...hiding: readonly string[]) {
  const presences = {
    of: async (userIds: readonly string[]) =>
      userIds.map((one) => ({ userId: one, online: false, hidden: hiding.includes(one), lastSeen: NOON })),
  };
  return readUser({ profiles: knowing(alice, bob), presences }, { userId, viewerId: alice.id });
}

describe('the profile of another user', () => {
  it('has the name and the presence, and nothing else', async () => {
    expect(await read(bob.id)).toEqual({
      user: { id: bob.id, username: 'bob' },
      presence: { userId: bob.id, online: false, lastSeen: NOON },
      isBlocked: false,
    });
  });

  it('shows nobody to those who hide their own presence', async () => {
    expect((await read(bob.id, alice.id)).presence).toEqual({ userId: bob.id, online: false });
  });

  it('never shows when a user with hidden presence was online', async () => {
    expect((await read(bob.id, bob.id)).presence).toEqual({ userId: bob.id, online: false });
  });

  it.each([id(404), 'x', '', 'ABCDEF00-0000-4000-8000-00000000000F'])(
    'like %j is not found',
    async (userId) => {
      expect(await rejection(read(userId))).toEqual({ code: 'user_not_found' });
    },
  );
});
