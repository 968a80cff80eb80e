import { describe, expect, it } from 'vitest';
import { MAX_GROUPS, MAX_MEMBERS } from '../../../../functions/core/conversations/roster.ts';
import { presenceKey } from '../../../../functions/storage/keys.ts';
import { invitations } from '../../support/invitations.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

type All = Awaited<ReturnType<typeof two>>;

/** User 1 owns a group, user 2 moderates it, and user 3 is a member of it. */
async function two(history: 'all' | 'since_joining' = 'all') {
  const all = invitations();
  const group = await all.create(1, [2, 3], { history });
  await all.put(1, group, 2, 'moderator');
  all.told();
  const usesOf = async () => (await all.list(1, group)).map(({ uses }) => uses);
  return Object.assign(all, { group, usesOf });
}

const NOT_FOUND = { code: 'invitation_not_found' };

/** The token with another character of its secret. */
const misread = (token: string) => token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1);

/** What the preview and the join answer, which is the same. */
async function refused(all: All, n: number, token: string) {
  const asked = [await rejection(all.preview(n, token)), await rejection(all.join(n, token))];
  expect(asked[0]).toEqual(asked[1]);
  return asked[0];
}

describe('whoever has the token of an invitation', () => {
  it('sees what they are invited to, and uses nothing up', async () => {
    const all = await two();
    const token = await all.token(2, all.group, { role: 'reader' });
    expect(await all.preview(9, token)).toMatchObject({
      conversation: { id: all.group, title: 'Trip', members: 3 },
      invitation: { role: 'reader', expiresAt: new Date('2026-11-30T12:00:00.000Z') },
      invitedBy: { id: id(2), username: 'user2' },
    });
    expect(await all.usesOf()).toEqual([0]);
    expect(await all.members(all.group)).toHaveLength(3);
  });

  it('joins, and every device of the group hears of it, their own too', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    await all.join(9, token);
    expect((await all.members(all.group)).at(-1)).toBe('9 member');
    expect((await all.said(all.group)).at(-1)).toBe('3 user9 joined 9');
    expect(all.told().map(({ to, event }) => [to, event])).toEqual(
      [1, 2, 3, 9].map((n) => [n, { type: 'joined', users: [id(9)] }]),
    );
    expect(all.membership(9, all.group)).toMatchObject({ number: 3, role: 'member', from: 1, readSeq: 3 });
    expect(await all.usesOf()).toEqual([1]);
    await all.say(9, all.group);
  });

  it('becomes a reader by an invitation for readers', async () => {
    const all = await two();
    await all.join(9, await all.token(2, all.group, { role: 'reader' }));
    expect((await all.members(all.group)).at(-1)).toBe('9 reader');
    expect(await rejection(all.say(9, all.group))).toEqual({ code: 'not_allowed' });
  });

  it('sees what is written from then on, in a group that says so', async () => {
    const all = await two('since_joining');
    await all.join(9, await all.token(2, all.group));
    expect((await all.own(9, all.group)).from).toBe(3);
  });

  it('joins once: a member uses nothing up and tells nobody, whatever has become of the invitation', async () => {
    const all = await two();
    const { token, invitation } = await all.invite(2, all.group, { maxUses: 2 });
    await all.join(9, token);
    all.told();
    for (const n of [9, 1, 3]) expect((await all.join(n, token)).id).toBe(all.group);
    expect(await all.usesOf()).toEqual([1]);
    await all.revoke(1, all.group, invitation.id);
    await all.join(9, token);
    expect(await all.said(all.group)).toHaveLength(3);
    expect(all.told()).toEqual([]);
    expect((await all.members(all.group)).slice(0, 3)).toEqual(['1 owner', '2 moderator', '3 member']);
  });

  it('comes back after leaving, though they were removed before that and added again', async () => {
    const all = await two();
    const token = await all.token(1, all.group);
    await all.remove(1, all.group, 3);
    expect(await refused(all, 3, token)).toEqual(NOT_FOUND);
    await all.put(2, all.group, 3);
    await all.remove(3, all.group, 3);
    await all.join(3, token);
    expect(await all.members(all.group)).toEqual(['1 owner', '2 moderator', '3 member']);
  });

  it('comes back after leaving, with their number', async () => {
    const all = await two();
    await all.remove(3, all.group, 3);
    await all.join(3, await all.token(1, all.group));
    expect(await all.members(all.group)).toEqual(['1 owner', '2 moderator', '3 member']);
  });

  it('joins by several at once, each of whom uses it once', async () => {
    const all = await two();
    const token = await all.token(1, all.group, { maxUses: 3 });
    const outcomes = await Promise.allSettled([4, 5, 6, 7, 8].map((n) => all.join(n, token)));
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [{ ...one.reason }] : []));
    const joined = (await all.members(all.group)).length - 3;
    expect([joined, refused.length]).toEqual([3, 2]);
    expect(refused).toEqual([NOT_FOUND, NOT_FOUND]);
    expect(await rejection(all.join(9, token))).toEqual(NOT_FOUND);
  });
});

describe('an invitation is not found, alike for', () => {
  it.each<[string, (all: All, token: string) => Promise<unknown> | unknown]>([
    ['one that has expired, though it is still stored', (all) => all.clock.pass(7 * 24 * 60 * 60 * 1_000)],
    [
      'one that was revoked',
      async (all) => {
        for (const one of await all.list(1, all.group)) await all.revoke(1, all.group, one.id);
      },
    ],
    [
      'one that is used up',
      async (all, token) => {
        for (const n of [6, 7]) await all.join(n, token);
      },
    ],
    ['one of somebody who has left', (all) => all.remove(2, all.group, 2)],
    ['one of somebody who was removed', (all) => all.remove(1, all.group, 2)],
    ['one of somebody who may add members no longer', (all) => all.put(1, all.group, 2, 'member')],
    [
      'one for somebody whom others have removed from the group',
      async (all) => {
        await all.put(1, all.group, 9);
        await all.remove(1, all.group, 9);
      },
    ],
    ['one of somebody who blocks whoever asks', (all) => all.block(2, 9)],
    ['one of somebody whom they block', (all) => all.block(9, 2)],
    [
      'one to a group that all have left',
      async (all) => {
        await all.put(1, all.group, 2, 'owner');
        for (const n of [1, 3, 2]) await all.remove(n, all.group, n);
      },
    ],
  ])('%s', async (_, happens) => {
    const all = await two();
    const token = await all.token(2, all.group, { maxUses: 2 });
    await all.preview(9, token);
    await happens(all, token);
    const before = await all.invited.list(all.group);
    expect(await refused(all, 9, token)).toEqual(NOT_FOUND);
    expect(await all.members(all.group)).not.toContain('9 member');
    expect(await all.invited.list(all.group)).toEqual(before);
  });

  it('a text that is no token, one of no group, and one of another group', async () => {
    const all = await two();
    const other = await all.create(4, [5]);
    const token = await all.token(1, all.group);
    all.told();
    const bytes = Buffer.from(token, 'base64url');
    const elsewhere = (group: string) =>
      Buffer.concat([Buffer.from(group.replaceAll('-', ''), 'hex'), bytes.subarray(16)]).toString(
        'base64url',
      );
    const texts = [
      '',
      'x',
      '__proto__',
      token.slice(1),
      `${token}A`,
      misread(token),
      elsewhere(other),
      elsewhere(id(404)),
    ];
    for (const text of texts) expect([text, await refused(all, 9, text)]).toEqual([text, NOT_FOUND]);
    expect(all.told()).toEqual([]);
  });

  it('one whose creator has deleted their account', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    const key = presenceKey(id(2));
    all.state.set(key, { ...key, deletedAt: '2026-11-23T12:00:00.000Z' });
    // Before they are taken out of the group.
    expect(await refused(all, 9, token)).toEqual(NOT_FOUND);
    await all.leaveForGood(2, all.group);
    expect(await refused(all, 9, token)).toEqual(NOT_FOUND);
  });
});

describe('an invitation works again', () => {
  it('when its creator may add members again, or the block has ended', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    await all.put(1, all.group, 2, 'reader');
    await all.block(2, 9);
    await all.put(1, all.group, 2, 'moderator');
    expect(await refused(all, 9, token)).toEqual(NOT_FOUND);
    await all.unblock(2, 9);
    await all.join(9, token);
  });

  it('when a full group has room again', async () => {
    const all = await two();
    const token = await all.token(1, all.group);
    await all.put(1, all.group, 4);
    await all.fill(all.group, MAX_MEMBERS, 'member');
    expect((await all.preview(12, token)).conversation.members).toBe(MAX_MEMBERS);
    expect(await rejection(all.join(12, token))).toEqual({ code: 'group_full' });
    expect(await all.usesOf()).toEqual([0]);
    await all.remove(4, all.group, 4);
    await all.join(12, token);
    // It is no secret of a full group whether a token is right.
    expect(await rejection(all.join(4, misread(token)))).toEqual(NOT_FOUND);
  });
});

it('a user who is in as many groups as one can be in joins no other', async () => {
  const all = await two();
  const token = await all.token(1, all.group);
  for (let n = 0; n < MAX_GROUPS; n += 1) await all.create(9);
  expect(await rejection(all.join(9, token))).toMatchObject({ code: 'too_many_groups' });
  expect(await all.usesOf()).toEqual([0]);
  // Whoever has no right token learns nothing.
  expect(await rejection(all.join(9, misread(token)))).toEqual(NOT_FOUND);
});

it('members invite where the group lets them add others, and no longer', async () => {
  const all = await two();
  expect(await rejection(all.invite(3, all.group))).toEqual({ code: 'not_allowed' });
  await all.change(1, all.group, { who: { add: 'member' } });
  const token = await all.token(3, all.group);
  await all.join(9, token);
  await all.change(1, all.group, { who: { add: 'owner' } });
  expect(await refused(all, 8, token)).toEqual(NOT_FOUND);
  expect(await rejection(all.invite(2, all.group))).toEqual({ code: 'not_allowed' });
});

describe('while somebody joins by an invitation,', () => {
  it.each<[string, (all: All, token: string) => Promise<unknown>]>([
    ['they are removed', (all) => all.put(1, all.group, 9).then(() => all.remove(1, all.group, 9))],
    ['it is revoked', async (all, token) => all.revoke(1, all.group, all.tokens.read(token)?.id as string)],
    ['somebody else has its last use', (all, token) => all.join(8, token)],
    ['its creator leaves', (all) => all.remove(2, all.group, 2)],
    ['its creator loses the right', (all) => all.put(1, all.group, 2, 'reader')],
  ])('%s: then they do not', async (_, happens) => {
    const all = await two();
    const token = await all.token(2, all.group, { maxUses: 1 });
    all.meanwhile.push(() => happens(all, token));
    expect(await rejection(all.join(9, token))).toEqual(NOT_FOUND);
    expect((await all.members(all.group)).filter((one) => one.startsWith('9 '))).toEqual([]);
    expect(all.membership(9, all.group)).toBeUndefined();
    expect((await all.said(all.group)).join()).not.toContain('user9 joined');
  });

  it('another invitation is created: then both are done', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    all.meanwhile.push(() => all.invite(1, all.group));
    await all.join(9, token);
    expect(await all.usesOf()).toEqual([0, 1]);
  });

  it('somebody writes: then they join behind that', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    all.meanwhile.push(() => all.say(1, all.group, 'Hello'));
    await all.join(9, token);
    expect((await all.said(all.group)).slice(2)).toEqual(['3 user1 Hello', '4 user9 joined 9']);
    expect(await all.usesOf()).toEqual([1]);
  });

  it('they are added by name: then nothing is used up', async () => {
    const all = await two();
    const token = await all.token(2, all.group);
    all.meanwhile.push(() => all.put(1, all.group, 9, 'reader'));
    await all.join(9, token);
    expect((await all.members(all.group)).at(-1)).toBe('9 reader');
    expect(await all.usesOf()).toEqual([0]);
  });

  it('the answer of the store is lost: then they have joined once', async () => {
    const all = await two();
    const token = await all.token(2, all.group, { maxUses: 2 });
    all.outcomes.push('answer lost');
    await all.join(9, token);
    expect((await all.said(all.group)).slice(2)).toEqual(['3 user9 joined 9']);
    expect(await all.usesOf()).toEqual([1]);
    expect(all.told().filter(({ to }) => to === 1)).toHaveLength(1);
  });

  it('the store fails twice: then they ask again, and nothing is lost', async () => {
    const all = await two();
    const token = await all.token(2, all.group, { maxUses: 1 });
    all.outcomes.push('unavailable', 'unavailable');
    expect(await rejection(all.join(9, token))).toMatchObject({ code: 'unavailable' });
    await all.join(9, token);
    expect((await all.members(all.group)).at(-1)).toBe('9 member');
  });
});
