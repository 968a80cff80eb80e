import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../../functions/core/conversations/rights.ts';
import { ownGroup } from '../../../../functions/core/conversations/roster.ts';
import { projectMessages } from '../../../../functions/core/inbox/project-messages.ts';
import { sendMessage } from '../../../../functions/core/messages/send-message.ts';
import { dissolvedKey, type Key, membershipKey, messageKey } from '../../../../functions/storage/keys.ts';
import { groups } from '../../support/groups.ts';
import { storedAs } from '../../support/inboxes.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Users 1 to 4 are owner, moderator, member and reader; user 5 has left. */
async function four() {
  const all = groups();
  const group = await all.create(1, [2, 3, 4, 5]);
  await all.put(1, group, 2, 'moderator');
  await all.put(1, group, 4, 'reader');
  await all.remove(5, group, 5);
  all.told();
  /** The sort keys of what is stored of the group. */
  const left = () => all.state.partition(`CONV#${group}`).map(({ sk }) => sk);
  const store = (item: Key & Record<string, unknown>) => all.state.set(item, item);
  return { ...all, group, left, store };
}

const NUMBER: Record<Role, number> = { owner: 1, moderator: 2, member: 3, reader: 4 };
const gone = { code: 'conversation_not_found' };

describe('a group that is dissolved', () => {
  it('has nobody in it from its last entry on, which all who were in it are told', async () => {
    const { dissolve, group, members, said, told } = await four();
    await dissolve(1, group);
    expect(await members(group)).toEqual(['1', '2', '3', '4', '5']);
    expect((await said(group)).at(-1)).toBe('5 user1 dissolved');
    expect(told()).toMatchObject([1, 2, 3, 4].map((to) => ({ to, seq: 5, event: { type: 'dissolved' } })));
  });

  it('does not exist for anybody', async () => {
    const { dissolve, group, own, put, remove, rename, createGroup } = await four();
    await dissolve(1, group);
    for (const n of [1, 2, 5, 9]) {
      for (const attempt of [
        () => own(n, group),
        () => put(n, group, 6),
        () => remove(n, group, n),
        () => rename(n, group, 'x'),
        () => dissolve(n, group),
      ]) {
        expect(await rejection(attempt())).toEqual(gone);
      }
    }
    const keyed = { title: 'Trip', members: [], history: 'all', key: 'x' } as const;
    const { roster } = await createGroup(1, keyed);
    await dissolve(1, roster.id);
    expect(await rejection(createGroup(1, keyed))).toEqual(gone);
  });

  it('is dissolved by an owner alone', async () => {
    for (const role of ROLES.filter((one) => one !== 'owner')) {
      const { dissolve, group, said, told } = await four();
      expect([role, await rejection(dissolve(NUMBER[role], group))]).toEqual([role, { code: 'not_allowed' }]);
      expect(await said(group)).toHaveLength(4);
      expect(told()).toEqual([]);
    }
    const { dissolve, group } = await four();
    for (const n of [5, 9]) expect(await rejection(dissolve(n, group))).toEqual(gone);
    expect(await rejection(dissolve(1, CONVERSATION))).toEqual({ code: 'not_a_group' });
  });

  it('gets no message behind its last entry from somebody who had read it before', async () => {
    const { dissolve, group, own, sending, said } = await four();
    const conversation = await own(3, group);
    await dissolve(1, group);
    const late = sendMessage(sending, { conversation, text: 'Late' }, () => []);
    expect(await rejection(late)).toMatchObject({ code: 'busy' });
    expect(await said(group)).toHaveLength(5);
  });

  it('is so once, when the answer to the write is lost', async () => {
    const { dissolve, group, outcomes, said, told } = await four();
    outcomes.push('answer lost');
    await dissolve(1, group);
    expect(await said(group)).toHaveLength(5);
    expect(told()).toHaveLength(4);
  });

  it('is the same as one that its last member has left', async () => {
    const { create, remove, leaveForGood, state } = groups();
    for (const leave of [(one: string) => remove(1, one, 1), (one: string) => leaveForGood(1, one)]) {
      const one = await create(1, []);
      expect(state.get(dissolvedKey(one))).toBeUndefined();
      await leave(one);
      expect(state.get(dissolvedKey(one))).toEqual(dissolvedKey(one));
    }
  });
});

describe('what is stored of a dissolved group', () => {
  it('goes: its log, what it says of itself, its summary, and all memberships', async () => {
    const { dissolve, group, clear, change, say, react, follow, left, state } = await four();
    await change(1, group, { description: 'Looms', picture: 'https://example.com/a.png' });
    await say(3, group, 'Hi');
    await react(2, group, 6);
    await follow(group);
    await dissolve(1, group);
    expect(left()).toEqual(expect.arrayContaining(['ABOUT', 'META', messageKey(group, 7).sk]));
    await clear(group);
    expect(left()).toEqual(['DISSOLVED', 'GROUP']);
    for (const n of [1, 2, 3, 4, 5]) expect(state.get(membershipKey(id(n), group))).toBeUndefined();
  });

  it('goes in steps, each of which asks for the next one and may be repeated', async () => {
    const { dissolve, group, clear, left, state, store, membership } = await four();
    await dissolve(1, group);
    for (let n = 100; n < 1_300; n += 1) store({ ...messageKey(group, n), text: 'x' });
    const asked = () => state.get(dissolvedKey(group));
    await clear(group);
    expect(asked()).toMatchObject({ steps: 1 });
    expect(membership(1, group)).toBeUndefined();
    const afterOne = left().length;
    await clear(group, 1);
    await clear(group, 1);
    expect(left().length).toBeLessThanOrEqual(afterOne - 700);
    await clear(group, 2);
    expect(left()).toEqual(['DISSOLVED', 'GROUP']);
    expect(asked()).toMatchObject({ ttl: expect.any(Number) });
    await clear(group, 2);
    expect(left()).toEqual(['DISSOLVED', 'GROUP']);
  });

  it('is looked for again an hour later, and then also the roster tells nothing', async () => {
    const { dissolve, group, clear, left, state, store, stored, clock } = await four();
    await dissolve(1, group);
    await clear(group);
    expect(state.get(dissolvedKey(group))).toMatchObject({ ttl: clock.now().getTime() / 1000 + 3600 });
    store({ ...messageKey(group, 6), text: 'Late' });
    store({ ...membershipKey(id(3), group), readSeq: 5 });
    state.set(dissolvedKey(group), undefined);
    await clear(group, 0, true);
    expect(left()).toEqual(['GROUP']);
    expect(state.get(membershipKey(id(3), group))).toBeUndefined();
    const roster = await stored.roster(group);
    expect(roster).toMatchObject({ id: group, title: '', members: [] });
    expect(ownGroup(roster as never, id(1))).toBeUndefined();
    expect(JSON.stringify(state.partition(`CONV#${group}`))).not.toContain('Trip');
  });

  it('is not written again by the inboxes, which follow later', async () => {
    const { dissolve, group, clear, left, say, log, own, projection } = await four();
    await say(3, group, 'Hi');
    const entries = await log.since(await own(1, group), 1, 100);
    await dissolve(1, group);
    await clear(group);
    await projectMessages(projection, entries.map(storedAs));
    expect(left()).toEqual(['DISSOLVED', 'GROUP']);
  });

  it('is in no inbox', async () => {
    const { dissolve, group, clear, follow, entries } = await four();
    await follow(group);
    expect(await entries(2)).toHaveLength(1);
    await dissolve(1, group);
    await clear(group);
    for (const n of [1, 2, 3, 4]) expect(await entries(n)).toEqual([]);
  });
});
