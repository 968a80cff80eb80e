import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../../functions/core/conversations/rights.ts';
import { MAX_GROUPS, MAX_MEMBERS, MAX_NUMBERS } from '../../../../functions/core/conversations/roster.ts';
import { putMember } from '../../../../functions/core/groups/members.ts';
import { blockStore } from '../../../../functions/storage/blocks.ts';
import { membershipKey, profileKey } from '../../../../functions/storage/keys.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

type Groups = ReturnType<typeof groups>;

/** Users 1 to 4 are owner, moderator, member and reader; user 5 is another member. */
async function four() {
  const all = groups();
  const group = await all.create(1, [2, 3, 4, 5]);
  await all.put(1, group, 2, 'moderator');
  await all.put(1, group, 4, 'reader');
  all.told();
  return { ...all, group };
}

const NUMBER: Record<Role, number> = { owner: 1, moderator: 2, member: 3, reader: 4 };

/** Something that changes a group, by whom, and the roles that may do it. */
const CHANGES: readonly [
  what: string,
  change: (all: Groups, group: string, by: number) => Promise<unknown>,
  allowed: readonly Role[],
][] = [
  ['rename it', (all, group, by) => all.rename(by, group, 'Journey'), ['owner', 'moderator']],
  ['add a member', (all, group, by) => all.put(by, group, 6), ['owner', 'moderator']],
  ['add a reader', (all, group, by) => all.put(by, group, 6, 'reader'), ['owner', 'moderator']],
  ['add a moderator', (all, group, by) => all.put(by, group, 6, 'moderator'), ['owner']],
  ['add an owner', (all, group, by) => all.put(by, group, 6, 'owner'), ['owner']],
  ['give another role', (all, group, by) => all.put(by, group, 5, 'reader'), ['owner']],
  ['take a role for oneself', (all, group, by) => all.put(by, group, by, 'owner'), ['owner']],
  ['put somebody in who is there', (all, group, by) => all.put(by, group, 5), [...ROLES]],
  ['remove a member', (all, group, by) => all.remove(by, group, 5), ['owner', 'moderator']],
  ['remove somebody who is not in it', (all, group, by) => all.remove(by, group, 9), ['owner', 'moderator']],
];

describe('a role in a group', () => {
  it.each(CHANGES)('allows some members to %s', async (_, change, allowed) => {
    for (const role of ROLES) {
      const all = await four();
      const before = await all.said(all.group);
      const changing = change(all, all.group, NUMBER[role]);
      if (allowed.includes(role)) {
        await changing;
        continue;
      }
      expect([role, await rejection(changing)]).toEqual([role, { code: 'not_allowed' }]);
      expect(await all.said(all.group)).toEqual(before);
      expect(all.told()).toEqual([]);
    }
  });

  it('lets nobody but owners remove moderators and owners', async () => {
    for (const whom of [1, 2]) {
      const all = await four();
      await all.put(1, all.group, 6, 'moderator');
      await all.put(1, all.group, 7, 'owner');
      expect(await rejection(all.remove(6, all.group, whom))).toEqual({ code: 'not_allowed' });
      await all.remove(7, all.group, whom);
      expect((await all.members(all.group))[whom - 1]).toBe(`${whom}`);
    }
  });

  it('is not needed to leave', async () => {
    for (const n of [2, 3, 4, 5]) {
      const all = await four();
      await all.remove(n, all.group, n);
      expect((await all.said(all.group)).at(-1)).toBe(`4 user${n} left ${n}`);
    }
  });

  it.each<[string, (all: Groups, group: string, by: number) => Promise<unknown>]>([
    ['renamed', (all, group, by) => all.rename(by, group, 'Journey')],
    ['given a member', (all, group, by) => all.put(by, group, 6)],
    ['left', (all, group, by) => all.remove(by, group, by)],
    ['rid of a member', (all, group, by) => all.remove(by, group, 3)],
  ])(
    'is what a stranger and a former member lack: for them the group does not exist when it is %s',
    async (_, change) => {
      const all = await four();
      await all.remove(5, all.group, 5);
      for (const by of [5, 9]) {
        expect(await rejection(change(all, all.group, by))).toEqual({ code: 'conversation_not_found' });
        expect(await rejection(change(all, id(404), by))).toEqual({ code: 'conversation_not_found' });
      }
    },
  );

  it.each<[string, (all: Groups, group: string) => Promise<unknown>]>([
    ['renamed', (all, group) => all.rename(1, group, 'Journey')],
    ['given a member', (all, group) => all.put(1, group, 6)],
    ['rid of a member', (all, group) => all.remove(1, group, 2)],
  ])('is nothing in a pair, which cannot be %s', async (_, change) => {
    const all = groups();
    expect(await rejection(change(all, CONVERSATION))).toEqual({ code: 'not_a_group' });
    for (const foreign of [`${id(8)}.${id(9)}`, 'x']) {
      expect(await rejection(change(all, foreign))).toEqual({ code: 'conversation_not_found' });
    }
  });
});

describe('a new title', () => {
  it('is in the roster and in the log, and is told to all devices', async () => {
    const { rename, group, stored, said, told } = await four();
    expect(await rename(2, group, 'Journey')).toMatchObject({ title: 'Journey', version: 4 });
    expect(await stored.roster(group)).toMatchObject({ title: 'Journey', version: 4 });
    expect((await said(group)).at(-1)).toBe('4 user2 renamed Journey');
    expect(told()).toMatchObject(
      [1, 2, 3, 4, 5].map((to) => ({ to, seq: 4, event: { type: 'renamed', title: 'Journey' } })),
    );
  });

  it('that it has already changes nothing', async () => {
    const { rename, group, said, told } = await four();
    await rename(1, group, 'Trip');
    expect(await said(group)).toHaveLength(3);
    expect(told()).toEqual([]);
  });
});

describe('a new member', () => {
  it('has a number, a membership, and an entry in the log that all are told', async () => {
    const { put, group, said, told, members, membership } = await four();
    expect(await put(2, group, 6)).toEqual({ id: id(6), username: 'user6', role: 'member' });
    expect(await members(group)).toEqual([
      ...['1 owner', '2 moderator', '3 member', '4 reader', '5 member', '6 member'],
    ]);
    expect((await said(group)).at(-1)).toBe('4 user2 joined 6');
    expect(told().map(({ to, seq }) => [to, seq])).toEqual([1, 2, 3, 4, 5, 6].map((to) => [to, 4]));
    // What was said before they came counts as read.
    expect(membership(6, group)).toMatchObject({
      ...{ number: 5, role: 'member', from: 1, readSeq: 4, readOthers: 0 },
    });
  });

  it('that is in it already is not added twice', async () => {
    const { put, group, said, told } = await four();
    expect(await put(2, group, 4)).toMatchObject({ role: 'reader' });
    expect(await put(1, group, 4, 'reader')).toMatchObject({ role: 'reader' });
    expect(await said(group)).toHaveLength(3);
    expect(told()).toEqual([]);
  });

  it('that comes back has their number again, and is new to the log', async () => {
    const { put, remove, group, members, membership, say } = await four();
    await say(3, group);
    await remove(1, group, 3);
    expect(membership(3, group)).toBeUndefined();
    await say(5, group);
    await put(1, group, 3, 'reader');
    expect(await members(group)).toEqual(['1 owner', '2 moderator', '3 reader', '4 reader', '5 member']);
    // Two of the seven entries are messages, and one of them is their own.
    expect(membership(3, group)).toMatchObject({ number: 2, role: 'reader', readSeq: 7, readOthers: 1 });
  });

  it.each([
    ['all', 1],
    ['since_joining', 3],
  ] as const)('of a group with the history `%s` sees it from entry %d on', async (history, from) => {
    const { create, say, put, own, membership } = groups();
    const group = await create(1, [2], { history });
    await say(1, group);
    await put(1, group, 3);
    expect(await own(3, group)).toMatchObject({ from });
    expect(membership(3, group)).toMatchObject({ from });
    expect(await own(1, group)).toMatchObject({ from: 1 });
  });

  it.each([
    ['never was', id(404), 'user_not_found'],
    ['cannot be', 'x', 'user_not_found'],
    ['has deleted their account', id(6), 'user_not_found'],
    ['blocks who adds them', id(7), 'cannot_write_to_user'],
    ['is blocked by who adds them', id(8), 'cannot_write_to_user'],
  ])('cannot be somebody who %s', async (_, userId, code) => {
    const { table, state, dependencies, actor, group, said, told } = await four();
    state.set(profileKey(id(6)), { ...profileKey(id(6)), id: id(6), deletedAt: NOON });
    await blockStore(table).add(id(7), id(1), 10);
    await blockStore(table).add(id(1), id(8), 10);
    expect(await rejection(putMember(dependencies, group, actor(1), { userId }))).toMatchObject({ code });
    expect(await said(group)).toHaveLength(3);
    expect(told()).toEqual([]);
  });

  it('is one too many in a full group, until somebody leaves', async () => {
    const { put, remove, fill, group, members } = await four();
    await fill(group, MAX_MEMBERS, 'member');
    expect((await members(group)).length).toBe(MAX_MEMBERS);
    expect(await rejection(put(1, group, 9))).toEqual({ code: 'group_full' });
    await remove(1, group, 3);
    await put(1, group, 9);
    expect(await rejection(put(1, group, 3))).toEqual({ code: 'group_full' });
  });

  it('has no number left in a group that hundreds of people were in; who comes back has one', async () => {
    const { put, remove, fill, group } = await four();
    await fill(group, MAX_NUMBERS);
    expect(await rejection(put(1, group, 6))).toEqual({ code: 'group_full' });
    await remove(1, group, 3);
    expect(await put(1, group, 3)).toMatchObject({ role: 'member' });
  });
});

describe('a user who is in a hundred groups', () => {
  /** User 2 is in as many groups as one can be in. */
  async function busy() {
    const all = await four();
    for (let n = 1; n < MAX_GROUPS; n += 1) {
      const key = membershipKey(id(2), id(2_000 + n));
      all.state.set(key, { ...key });
    }
    return all;
  }

  it('can be added to none, create none, and be in those', async () => {
    const { put, create, group, said } = await busy();
    const [third, before] = [await create(3), await said(group)];
    expect(await rejection(put(3, third, 2))).toEqual({ code: 'too_many_groups' });
    expect(await rejection(create(3, [2]))).toEqual({ code: 'too_many_groups' });
    expect(await rejection(create(2))).toEqual({ code: 'too_many_groups' });
    await put(1, group, 2, 'member');
    expect((await said(group)).length).toBe(before.length + 1);
  });

  it('can join another one after leaving one', async () => {
    const { put, remove, create, group } = await busy();
    const third = await create(3);
    await remove(2, group, 2);
    expect(await put(3, third, 2)).toMatchObject({ role: 'member' });
  });
});

describe('another role', () => {
  it('is in the roster, the membership and the log, and is told to all devices', async () => {
    const { put, group, said, told, members, membership } = await four();
    expect(await put(1, group, 3, 'owner')).toEqual({ id: id(3), username: 'user3', role: 'owner' });
    expect((await members(group))[2]).toBe('3 owner');
    expect(membership(3, group)).toMatchObject({ number: 2, role: 'owner' });
    expect((await said(group)).at(-1)).toBe('4 user1 role 3 owner');
    expect(told().map(({ to }) => to)).toEqual([1, 2, 3, 4, 5]);
  });

  it('keeps what the member has read and may see', async () => {
    const { put, group, membership, stored } = await four();
    const before = membership(5, group);
    await put(1, group, 5, 'moderator');
    expect(membership(5, group)).toEqual({ ...before, role: 'moderator' });
    expect((await stored.roster(group))?.members[4]).toMatchObject({ from: 1 });
  });

  it('cannot be that of the only owner, who must make another one first', async () => {
    const { put, group, said } = await four();
    expect(await rejection(put(1, group, 1, 'member'))).toEqual({ code: 'last_owner' });
    expect(await said(group)).toHaveLength(3);
    await put(1, group, 2, 'owner');
    await put(1, group, 1, 'member');
    expect(await rejection(put(2, group, 2, 'reader'))).toEqual({ code: 'last_owner' });
  });
});

describe('a member who goes', () => {
  it('is told last of all that they were removed', async () => {
    const { remove, say, group, told, members, membership, own, said } = await four();
    await remove(2, group, 3);
    expect(told().map(({ to, event }) => [to, event])).toEqual(
      [1, 2, 3, 4, 5].map((to) => [to, { type: 'removed', users: [id(3)] }]),
    );
    expect((await said(group)).at(-1)).toBe('4 user2 removed 3');
    expect(await members(group)).toEqual(['1 owner', '2 moderator', '3', '4 reader', '5 member']);
    expect(membership(3, group)).toBeUndefined();
    expect(await rejection(own(3, group))).toEqual({ code: 'conversation_not_found' });
    await say(5, group);
    expect(told().map(({ to }) => to)).toEqual([1, 2, 4, 5]);
  });

  it('is gone from the list of memberships and from the inbox', async () => {
    const { remove, group, entries, membership } = await four();
    expect(await entries(3)).toHaveLength(1);
    await remove(3, group, 3);
    expect([await entries(3), membership(3, group)]).toEqual([[], undefined]);
  });

  it('is known as removed if others did it, and as one who left otherwise', async () => {
    const { remove, put, group, stored } = await four();
    const removed = async () => (await stored.roster(group))?.members.map((one) => one.removed);
    await remove(3, group, 3);
    await remove(1, group, 4);
    expect(await removed()).toEqual([undefined, undefined, undefined, true, undefined]);
    await put(1, group, 4);
    expect(await removed()).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('goes once', async () => {
    const { remove, group, said, told } = await four();
    await remove(1, group, 3);
    told();
    await remove(1, group, 3);
    await remove(1, group, 9);
    expect(await said(group)).toHaveLength(4);
    expect(told()).toEqual([]);
  });

  it('cannot be the only owner, as long as there are others', async () => {
    const { remove, put, group, said, members } = await four();
    expect(await rejection(remove(1, group, 1))).toEqual({ code: 'last_owner' });
    expect(await said(group)).toHaveLength(3);
    await put(1, group, 4, 'owner');
    await remove(1, group, 1);
    expect((await members(group)).slice(0, 4)).toEqual(['1', '2 moderator', '3 member', '4 owner']);
  });

  it('may be the last one; then nobody finds the group', async () => {
    const { create, remove, own, members } = groups();
    const group = await create(1);
    await remove(1, group, 1);
    expect(await members(group)).toEqual(['1']);
    expect(await rejection(own(1, group))).toEqual({ code: 'conversation_not_found' });
  });
});

describe('a member whose account is deleted', () => {
  it('leaves', async () => {
    const { leaveForGood, group, said, membership } = await four();
    await leaveForGood(3, group);
    expect((await said(group)).slice(3)).toEqual(['4 user3 left 3']);
    expect(membership(3, group)).toBeUndefined();
  });

  it.each<[string, readonly Role[], number]>([
    ['the first moderator', ['reader', 'member', 'moderator', 'moderator'], 4],
    ['the first member if there is no moderator', ['reader', 'member', 'member', 'reader'], 3],
    ['a reader if there is nobody else', ['reader', 'reader', 'reader', 'reader'], 2],
  ])('and is the only owner makes one of %s', async (_, roles, heir) => {
    const { create, put, leaveForGood, said, members } = groups();
    const group = await create(1, [2, 3, 4, 5]);
    for (const [i, role] of roles.entries()) await put(1, group, 2 + i, role);
    const before = (await said(group)).length;
    await leaveForGood(1, group);
    expect((await said(group)).slice(before)).toEqual([
      `${before + 1} user1 role ${heir} owner`,
      `${before + 2} user1 left 1`,
    ]);
    expect((await members(group))[heir - 1]).toBe(`${heir} owner`);
  });

  it('makes nobody an owner where there is another one, or nobody', async () => {
    const { create, put, leaveForGood, said, group } = { ...(await four()) };
    await put(1, group, 5, 'owner');
    await leaveForGood(1, group);
    expect((await said(group)).at(-1)).toBe('5 user1 left 1');
    const alone = await create(6);
    await leaveForGood(6, alone);
    expect(await said(alone)).toEqual(['1 user6 created 6 Trip', '2 user6 left 6']);
  });

  it('goes on where a former try has ended, and does nothing twice', async () => {
    const { leaveForGood, outcomes, group, said } = await four();
    outcomes.push('stored', 'unavailable', 'unavailable');
    expect(await rejection(leaveForGood(1, group))).toMatchObject({ code: 'unavailable' });
    expect((await said(group)).at(-1)).toBe('4 user1 role 2 owner');
    for (let i = 0; i < 3; i += 1) await leaveForGood(1, group);
    expect((await said(group)).slice(3)).toEqual(['4 user1 role 2 owner', '5 user1 left 1']);
    await leaveForGood(1, id(404));
  });

  it('leaves an owner behind, also if the heir goes at the same moment', async () => {
    const { leaveForGood, meanwhile, group, members } = await four();
    meanwhile.push(
      // The owner has made the moderator one, and is about to leave when the moderator goes for good.
      async () => {},
      () => leaveForGood(2, group),
    );
    await leaveForGood(1, group);
    const left = await members(group);
    expect(left.filter((one) => one.includes('owner'))).toHaveLength(1);
    expect(left.slice(0, 2)).toEqual(['1', '2']);
  });
});
