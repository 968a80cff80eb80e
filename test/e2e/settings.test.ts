import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { conversationOf, device, quiet } from './support/devices.ts';
import { createGroup, removeMember } from './support/groups.ts';
import { sendMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

let ada: Person;
let charles: Person;
let eve: Person;
/** Ada and Charles have talked. */
let conversation: string;
beforeEach(async () => {
  [ada, charles, eve] = await people(api, 3);
  conversation = conversationOf(ada, charles);
  await sendMessage(api, charles, conversation, 'Hello');
});
afterEach(closeSockets);

const NOTHING = { muted_until: null, pinned_at: null, archived_at: null, unread: false };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

const change = ({ access: token }: Person, id: string, body: object): Promise<Reply> =>
  api.patch(`/conversations/${id}/settings/`, body, { token });
const get = async ({ access: token }: Person, path: string) => (await api.get(path, { token })).body;
const show = (who: Person, id: string) => get(who, `/conversations/${id}/`);
/** The inbox follows the logs by about a second. */
const eventually = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 15_000, interval: 100 });

// biome-ignore lint/suspicious/noExplicitAny: openapi.yaml validates it.
type Entry = any;

const idsOf = (entries: readonly Entry[]) => entries.map(({ id }) => id);
const inInbox = async (who: Person, id: string): Promise<Entry> =>
  (await get(who, '/conversations/?limit=100')).results.find((one: Entry) => one.id === id);

describe('the settings of a conversation', () => {
  it('are what its member has set, all of them in each answer', async () => {
    const pinned = { ...NOTHING, pinned_at: TIME };
    expect(await change(ada, conversation, { pinned: true })).toMatchObject({ status: 200, body: pinned });
    const muted_until = '2999-01-01T00:00:00.000Z';
    expect((await change(ada, conversation, { muted_until })).body).toEqual({ ...pinned, muted_until });
    expect((await change(ada, conversation, { pinned: false, unread: true })).body).toEqual({
      ...{ ...NOTHING, muted_until, unread: true },
    });
    expect((await change(charles, conversation, { archived: true })).body).toEqual({
      ...{ ...NOTHING, archived_at: TIME },
    });
  });

  it('are told to each device of the member, and to nobody else', async () => {
    const [phone, laptop, his] = [await device(url, ada), await device(url, ada), await device(url, charles)];
    const { body: settings } = await change(ada, conversation, { archived: true, unread: true });
    for (const socket of [phone, laptop]) {
      expect(await socket.next()).toEqual({ type: 'conversation.settings', conversation, settings });
      await quiet(socket);
    }
    await quiet(his);
  });

  it('are in the inbox, in the one conversation and in sync, as long as one is set', async () => {
    const group = await createGroup(api, charles, [ada]);
    const phone = await device(url, ada);
    const synced = async (id: string): Promise<Entry> => {
      const { conversations } = await phone.ask({ action: 'sync', conversations: { [id]: 1 } });
      return (conversations as Entry[]).find((one) => one.id === id);
    };
    for (const id of [conversation, group.id]) {
      await eventually(async () => expect(await inInbox(ada, id)).toMatchObject({ id }));
      const { body: settings } = await change(ada, id, { muted_until: 'forever', archived: true });
      await phone.next();
      await eventually(async () => {
        const shown = [await inInbox(ada, id), await show(ada, id), await synced(id)];
        expect(shown.map((one) => one.settings)).toEqual([settings, settings, settings]);
      });
      expect(settings.archived_at > (await show(ada, id)).last_message.created_at).toBe(true);
      await change(ada, id, { muted_until: null, archived: false });
      await phone.next();
      await eventually(async () => {
        for (const entry of [await inInbox(ada, id), await show(ada, id), await synced(id)])
          expect(entry).not.toHaveProperty('settings');
      });
      expect(await show(charles, id)).not.toHaveProperty('settings');
    }
  });

  it('say that it is not muted any more once the mute is over', async () => {
    const muted_until = new Date(Date.now() + 3_000).toISOString();
    expect((await change(ada, conversation, { muted_until, unread: true })).body.muted_until).toBe(
      muted_until,
    );
    await eventually(async () => {
      expect((await show(ada, conversation)).settings).toEqual({ ...NOTHING, unread: true });
    });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(muted_until));
    expect((await change(ada, conversation, { archived: true })).body.muted_until).toBeNull();
  });

  it('are in the export of an account', async () => {
    const { body: settings } = await change(ada, conversation, { pinned: true });
    const lines = async (who: Person): Promise<Entry[]> =>
      String(await get(who, '/users/me/export/'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ type }) => type === 'conversation');
    await eventually(async () => expect(await lines(ada)).toMatchObject([{ id: conversation, settings }]));
    await eventually(async () => expect(await lines(charles)).toHaveLength(1));
    expect((await lines(charles))[0]).not.toHaveProperty('settings');
  });
});

describe('the mark as unread', () => {
  it('ends when the read receipt moves, and stays when it does not', async () => {
    const phone = await device(url, ada);
    const read = (seq: number) => phone.ask({ action: 'conversation.read', conversation, seq });
    await change(ada, conversation, { unread: true });
    await phone.next();
    expect(await read(1)).toMatchObject({ moved: true });
    await eventually(async () => expect(await show(ada, conversation)).not.toHaveProperty('settings'));
    await change(ada, conversation, { unread: true });
    await phone.next();
    expect(await read(1)).toMatchObject({ moved: false });
    expect((await change(ada, conversation, { archived: true })).body).toMatchObject({ unread: true });
  });
});

describe('pinned conversations', () => {
  it('come with the first page of the inbox, the last one first, however far down they stand', async () => {
    const group = await createGroup(api, charles, [ada]);
    await change(ada, conversation, { pinned: true });
    await change(ada, group.id, { pinned: true });
    for (const peer of await people(api, 2)) await sendMessage(api, ada, conversationOf(ada, peer), 'Hello');
    await eventually(async () => {
      const all = await get(ada, '/conversations/?limit=100');
      expect(all.results).toHaveLength(4);
      expect(idsOf(all.pinned)).toEqual([group.id, conversation]);
      expect(all.results).toEqual(expect.arrayContaining(all.pinned));
      const first = await get(ada, '/conversations/?limit=1');
      expect(first.results).toHaveLength(1);
      expect(first.pinned).toEqual(all.pinned);
      const second = await get(ada, first.next.slice(first.next.indexOf('/conversations/')));
      expect(second).not.toHaveProperty('pinned');
    });
    expect((await get(charles, '/conversations/')).pinned).toEqual([]);
  });

  it('are ten at most, and a group that was left is not one of them', async () => {
    const others = await people(api, 9);
    const pairs = others.map((other) => conversationOf(ada, other));
    for (const pair of pairs) await sendMessage(api, ada, pair, 'Hello');
    const group = await createGroup(api, charles, [ada]);
    for (const id of [...pairs, group.id])
      expect(await change(ada, id, { pinned: true })).toMatchObject({ status: 200 });
    expect(await change(ada, conversation, { pinned: true, unread: true })).toMatchObject({
      status: 409,
      body: { code: 'too_many_pins' },
    });
    expect((await change(ada, conversation, { archived: true })).body.unread).toBe(false);
    expect(await removeMember(api, ada, group.id, ada)).toMatchObject({ status: 204 });
    expect(await change(ada, conversation, { pinned: true })).toMatchObject({ status: 200 });
    await eventually(async () => {
      const { pinned } = await get(ada, '/conversations/');
      expect(idsOf(pinned)).toEqual([conversation, ...pairs.toReversed()]);
    });
  });

  it('are all kept when two devices pin at the same moment', async () => {
    const group = await createGroup(api, charles, [ada]);
    const both = [conversation, group.id];
    const answers = await Promise.all(both.map((id) => change(ada, id, { pinned: true })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    await eventually(async () => {
      const { pinned } = await get(ada, '/conversations/');
      expect(idsOf(pinned).toSorted()).toEqual(both.toSorted());
    });
  });
});

describe('a conversation', () => {
  it('has no settings for those who are not in it, and none before its first message', async () => {
    const group = await createGroup(api, charles, [eve]);
    for (const id of [
      group.id,
      conversationOf(charles, eve),
      conversationOf(ada, eve),
      crypto.randomUUID(),
      'x',
    ]) {
      expect(await change(ada, id, { pinned: true })).toMatchObject({
        status: 404,
        body: { code: 'conversation_not_found' },
      });
    }
  });

  it('has no settings any more for somebody who has left it, also when they come back', async () => {
    const group = await createGroup(api, charles, [ada]);
    await change(ada, group.id, { pinned: true, archived: true });
    await removeMember(api, charles, group.id, ada);
    expect(await change(ada, group.id, { pinned: false })).toMatchObject({ status: 404 });
    const path = `/conversations/${group.id}/members/${ada.id}/`;
    expect(await api.send('PUT', path, {}, { token: charles.access })).toMatchObject({ status: 200 });
    await eventually(async () => expect(await inInbox(ada, group.id)).toMatchObject({ id: group.id }));
    expect(await show(ada, group.id)).not.toHaveProperty('settings');
    expect((await get(ada, '/conversations/')).pinned).toEqual([]);
  });

  it.each([
    ['nothing', {}, 'body'],
    ['a mute that is over', { muted_until: '2026-01-01T00:00:00Z' }, 'muted_until'],
    ['a time that is none', { muted_until: 'tomorrow' }, 'muted_until'],
    ['a pin that is neither', { pinned: null }, 'pinned'],
    ['an unknown field', { pinned: true, color: 'red' }, 'color'],
  ])('refuses %s as settings', async (_, body, field) => {
    const refused = await change(ada, conversation, body);
    expect([refused.status, Object.keys(refused.body.errors)]).toEqual([400, [field]]);
  });
});
