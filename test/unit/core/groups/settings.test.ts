import { describe, expect, it } from 'vitest';
import { ROLES, type Role } from '../../../../functions/core/conversations/rights.ts';
import type { AskedSettings } from '../../../../functions/core/groups/settings.ts';
import { sendMessage } from '../../../../functions/core/messages/send-message.ts';
import { aboutReader } from '../../../../functions/storage/abouts.ts';
import { groups } from '../../support/groups.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Users 1 to 4 are owner, moderator, member and reader; user 5 is another member. */
async function four() {
  const all = groups();
  const group = await all.create(1, [2, 3, 4, 5]);
  await all.put(1, group, 2, 'moderator');
  await all.put(1, group, 4, 'reader');
  all.told();
  const about = () => aboutReader(all.table).about(group);
  const last = async () => (await all.said(group)).at(-1);
  return { ...all, group, about, last };
}

const NUMBER: Record<Role, number> = { owner: 1, moderator: 2, member: 3, reader: 4 };
const PICTURE = 'https://example.com/a.png';

describe('the settings of a group', () => {
  it('are changed by one entry of the log, which names what has changed', async () => {
    const { change, group, about, stored, last, told } = await four();
    const all = {
      who: { write: 'moderator' },
      picture: PICTURE,
      description: 'Two\nlines',
      title: 'Journey',
    } as const;
    expect(await change(1, group, all)).toMatchObject({ title: 'Journey', version: 4 });
    expect(await stored.roster(group)).toMatchObject({
      title: 'Journey',
      version: 4,
      who: { write: 'moderator' },
    });
    expect(await about()).toEqual({ description: 'Two\nlines', picture: PICTURE });
    expect(await last()).toBe('4 user1 changed title description picture who Journey');
    const event = { type: 'changed', fields: ['title', 'description', 'picture', 'who'], title: 'Journey' };
    expect(told()).toMatchObject([1, 2, 3, 4, 5].map((to) => ({ to, seq: 4, event })));
  });

  it('are named only if they have really changed', async () => {
    const { change, group, last } = await four();
    await change(1, group, { title: 'Trip', description: 'New', who: { add: 'moderator', write: 'member' } });
    expect(await last()).toBe('4 user1 changed description');
    await change(1, group, { title: 'Journey', description: 'New', picture: '' });
    expect(await last()).toBe('5 user1 renamed Journey');
    await change(1, group, { picture: PICTURE, description: 'New' });
    expect(await last()).toBe('6 user1 changed picture');
  });

  it.each<[string, AskedSettings]>([
    ['the title', { title: 'Trip' }],
    ['no description', { description: '' }],
    ['no picture', { picture: '' }],
    ['the default rights', { who: { write: 'member', add: 'moderator', rename: 'moderator' } }],
    ['all of it', { title: 'Trip', description: '', picture: '', who: { write: 'member' } }],
  ])('that are so already store nothing: %s', async (_, asked) => {
    const { change, group, said, told, state } = await four();
    const before = state.partition(`CONV#${group}`);
    await change(1, group, asked);
    expect(await said(group)).toHaveLength(3);
    expect(state.partition(`CONV#${group}`)).toEqual(before);
    expect(told()).toEqual([]);
  });

  it('that are not named stay as they are', async () => {
    const { change, group, about, stored } = await four();
    await change(1, group, { description: 'One', picture: PICTURE, who: { write: 'owner', add: 'member' } });
    await change(2, group, { title: 'Journey' }).catch(() => {});
    await change(1, group, { description: 'Two' });
    await change(1, group, { who: { write: 'member' } });
    expect(await about()).toEqual({ description: 'Two', picture: PICTURE });
    expect(await stored.roster(group)).toMatchObject({ title: 'Journey', who: { add: 'member' } });
    await change(1, group, { picture: '', who: { add: 'moderator' } });
    expect(await about()).toEqual({ description: 'Two', picture: '' });
    expect((await stored.roster(group))?.who).toBeUndefined();
  });

  it.each<[string, AskedSettings, readonly Role[]]>([
    ['the title', { title: 'Journey' }, ['owner', 'moderator']],
    ['the description', { description: 'x' }, ['owner', 'moderator']],
    ['no new description', { description: '' }, ['owner', 'moderator']],
    ['the picture', { picture: PICTURE }, ['owner', 'moderator']],
    ['who may do what', { who: { write: 'moderator' } }, ['owner']],
    ['who may do what to what it is', { who: { write: 'member' } }, ['owner']],
    ['the title, and who may do what', { title: 'Journey', who: { write: 'moderator' } }, ['owner']],
  ])('are changed by some roles: %s', async (_, asked, allowed) => {
    for (const role of ROLES) {
      const { change, group, state, told } = await four();
      const before = state.partition(`CONV#${group}`);
      const changing = change(NUMBER[role], group, asked);
      if (allowed.includes(role)) {
        await changing;
        continue;
      }
      expect([role, await rejection(changing)]).toEqual([role, { code: 'not_allowed' }]);
      expect(state.partition(`CONV#${group}`)).toEqual(before);
      expect(told()).toEqual([]);
    }
  });

  it('are no matter of a pair, nor of somebody who is not in the group', async () => {
    const { change, group, remove } = await four();
    await remove(5, group, 5);
    expect(await rejection(change(1, CONVERSATION, { description: 'x' }))).toEqual({ code: 'not_a_group' });
    for (const [by, where] of [
      [5, group],
      [9, group],
      [1, id(404)],
      [1, 'x'],
    ] as const) {
      const refused = { code: 'conversation_not_found' };
      expect(await rejection(change(by, where, { description: 'x', who: { add: 'member' } }))).toEqual(
        refused,
      );
    }
  });

  it('that two change at once are both kept', async () => {
    const { change, group, meanwhile, about, said } = await four();
    meanwhile.push(() => change(2, group, { picture: PICTURE }));
    await change(1, group, { description: 'One' });
    expect(await about()).toEqual({ description: 'One', picture: PICTURE });
    expect((await said(group)).slice(3)).toEqual(['4 user2 changed picture', '5 user1 changed description']);
  });

  it('are stored once when the answer to the write is lost', async () => {
    const { change, group, outcomes, said, about, told } = await four();
    outcomes.push('answer lost');
    await change(1, group, { description: 'One' });
    expect(await about()).toEqual({ description: 'One', picture: '' });
    expect((await said(group)).slice(3)).toEqual(['4 user1 changed description']);
    expect(told()).toHaveLength(5);
  });
});

describe('a right that owners have given to other roles', () => {
  it('to write keeps members silent, who still read, react, delete and leave', async () => {
    const { change, group, say, edit, del, react, remove } = await four();
    await say(3, group, 'Mine');
    await change(1, group, { who: { write: 'moderator' } });
    for (const n of [3, 4]) expect(await rejection(say(n, group))).toEqual({ code: 'not_allowed' });
    expect(await rejection(edit(3, group, 4, 'Mine!'))).toEqual({ code: 'not_allowed' });
    for (const n of [1, 2]) await say(n, group);
    await react(3, group, 6);
    await del(3, group, 4);
    await remove(3, group, 3);
    await change(1, group, { who: { write: 'owner' } });
    expect(await rejection(say(2, group))).toEqual({ code: 'not_allowed' });
  });

  it('to write counts from its entry on: a message under way is not stored behind it', async () => {
    const { change, group, own, sending, last } = await four();
    const conversation = await own(3, group);
    await change(1, group, { who: { write: 'moderator' } });
    const late = sendMessage(sending, { conversation, text: 'Late' }, () => []);
    expect(await rejection(late)).toMatchObject({ code: 'busy' });
    expect(await last()).toBe('4 user1 changed who');
  });

  it('to add lets members add members and readers, and nobody else', async () => {
    const { change, group, put, remove, members } = await four();
    await change(1, group, { who: { add: 'member' } });
    await put(3, group, 6);
    await put(3, group, 7, 'reader');
    for (const role of ['moderator', 'owner'] as const) {
      expect(await rejection(put(3, group, 8, role))).toEqual({ code: 'not_allowed' });
    }
    expect(await rejection(put(4, group, 8))).toEqual({ code: 'not_allowed' });
    expect(await rejection(remove(3, group, 6))).toEqual({ code: 'not_allowed' });
    expect((await members(group)).slice(5)).toEqual(['6 member', '7 reader']);
    await change(1, group, { who: { add: 'owner' } });
    expect(await rejection(put(2, group, 8))).toEqual({ code: 'not_allowed' });
    await put(1, group, 8);
  });

  it('to rename is that to change the description and the picture, too', async () => {
    const { change, group, last } = await four();
    await change(1, group, { who: { rename: 'member' } });
    await change(3, group, { title: 'Journey', description: 'x', picture: PICTURE });
    expect(await last()).toBe('5 user3 changed title description picture Journey');
    expect(await rejection(change(3, group, { who: { rename: 'owner' } }))).toEqual({ code: 'not_allowed' });
    await change(1, group, { who: { rename: 'owner' } });
    expect(await rejection(change(2, group, { picture: '' }))).toEqual({ code: 'not_allowed' });
  });
});
