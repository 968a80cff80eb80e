import { describe, expect, it } from 'vitest';
import { conversationOf } from '../../client/ids.ts';
import { ADA, BOB, fakeServer, GROUP, problem, TALK } from './fake-server.ts';
import { clientOf, during, fakeClock, online, pass } from './support.ts';

fakeClock();

const FOREVER = '9999-12-31T23:59:59.999Z';
const NOTHING = { mutedUntil: null, pinnedAt: null, archivedAt: null, isUnread: false };
const SOON = new Date('2026-11-23T10:00:00.000Z');

/** Ada's client, with a conversation in its inbox. */
async function begun() {
  const server = fakeServer();
  server.say('Hello');
  const { client } = await online(server);
  return { server, client, talk: client.conversation(TALK) };
}

describe('the settings of a conversation', () => {
  it.each([
    ['mute for a time', 'mute', [SOON], { mutedUntil: SOON.toISOString() }],
    ['mute for ever', 'mute', ['forever'], { mutedUntil: FOREVER }],
    ['pin', 'pin', [], { pinnedAt: expect.any(String) }],
    ['archive', 'archive', [], { archivedAt: expect.any(String) }],
    ['mark as unread', 'markUnread', [], { isUnread: true }],
  ] as const)('show a change at once, and keep it: %s', async (_what, method, args, changed) => {
    const { server, talk } = await begun();
    expect(talk.settings.value).toEqual(NOTHING);
    const saved = (talk[method] as (...given: unknown[]) => Promise<void>)(...args);
    expect(talk.settings.value).toEqual({ ...NOTHING, ...changed });
    await during(saved);
    expect(talk.settings.value).toEqual({ ...NOTHING, ...changed });
    expect(server.requests).toContain(`PATCH /conversations/${TALK}/settings`);
  });

  it('can all be taken back', async () => {
    const { talk, server } = await begun();
    await during(Promise.all([talk.mute('forever'), talk.pin(), talk.archive()]));
    const undone = Promise.all([talk.unmute(), talk.unpin(), talk.unarchive()]);
    expect(talk.settings.value).toEqual(NOTHING);
    await during(undone);
    expect(talk.settings.value).toEqual(NOTHING);
    expect(server.settings).toBeUndefined();
  });

  it('go back if the server refuses', async () => {
    const { server, client, talk } = await begun();
    server.faults.http = (method) => (method === 'PATCH' ? problem(409, 'too_many_pins') : undefined);
    const pinned = talk.pin();
    expect(client.inbox.items.value).toMatchObject([{ settings: { pinnedAt: FOREVER } }]);
    await expect(during(pinned)).rejects.toMatchObject({ code: 'too_many_pins' });
    expect(talk.settings.value).toEqual(NOTHING);
    expect(client.inbox.items.value).toMatchObject([{ settings: NOTHING }]);
  });

  it('go back without a network, but keep what was changed before', async () => {
    const { server, talk } = await begun();
    await during(talk.pin());
    server.faults.http = () => 'offline';
    await expect(during(talk.mute('forever'))).rejects.toMatchObject({ code: 'offline' });
    expect(talk.settings.value).toMatchObject({ mutedUntil: null, pinnedAt: expect.any(String) });
  });

  it('follow other devices, also while a change is under way', async () => {
    const { server, talk } = await begun();
    server.set({ pinned_at: '2026-11-23T08:00:00.000Z' });
    await pass(10);
    expect(talk.settings.value).toMatchObject({ pinnedAt: '2026-11-23T08:00:00.000Z' });
    const muted = talk.mute('forever');
    server.set({ pinned_at: null });
    await pass(2);
    expect(talk.settings.value).toEqual({ ...NOTHING, mutedUntil: FOREVER });
    await during(muted);
    expect(talk.settings.value).toEqual({ ...NOTHING, mutedUntil: FOREVER });
  });

  it('are read again if another device changes them between a request and its answer', async () => {
    const { server, talk } = await begun();
    const muted = talk.mute('forever');
    // The server has answered, but the answer takes longer than the frame.
    await pass(3);
    server.set({ archived_at: '2026-11-23T09:00:00.000Z' });
    await during(muted);
    expect(talk.settings.value).toMatchObject({
      mutedUntil: FOREVER,
      archivedAt: '2026-11-23T09:00:00.000Z',
    });
  });

  it('are there on the next page, and after a time without a connection', async () => {
    const { server, client, talk } = await begun();
    await during(talk.mute('forever'));
    const { client: next } = await online(server);
    expect(next.conversation(TALK).settings.value.mutedUntil).toBe(FOREVER);
    server.faults.handshake = () => 'refuse';
    server.faults.push = () => [];
    for (const socket of server.open()) socket.cut();
    await pass(100);
    server.set({ muted_until: null, pinned_at: '2026-11-23T08:00:00.000Z' });
    server.faults.handshake = () => 'open';
    await pass(60_000);
    for (const one of [client, next])
      expect(one.conversation(TALK).settings.value).toEqual({
        ...NOTHING,
        pinnedAt: '2026-11-23T08:00:00.000Z',
      });
  });

  it('are not taken from a page that was read before a change', async () => {
    const { server, client } = await begun();
    server.faults.http = (method, path) => {
      if (method !== 'GET' || path !== '/conversations' || server.settings) return undefined;
      const page = new Response(JSON.stringify({ next: null, results: [server.entry()] }));
      // The frame comes before the page.
      server.set({ pinned_at: '2026-11-23T08:00:00.000Z' });
      return page;
    };
    server.last().cut();
    while (!server.settings) await pass(10);
    // Before the next `sync`.
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([{ settings: { pinnedAt: '2026-11-23T08:00:00.000Z' } }]);
  });

  it('are not those of the next user', async () => {
    const { client, talk } = await begun();
    await during(talk.mute('forever'));
    await during(client.logOut());
    expect(talk.settings.value).toEqual(NOTHING);
  });
});

describe('a muted conversation', () => {
  it('does not count in the total, until the mute ends', async () => {
    const { client, talk } = await begun();
    expect(client.inbox.unread.value.count).toBe(1);
    await during(talk.mute(SOON));
    expect(client.inbox.unread.value.count).toBe(0);
    expect(client.inbox.items.value).toMatchObject([{ unread: 1 }]);
    await pass(60 * 60_000);
    expect(client.inbox.unread.value.count).toBe(1);
    expect(talk.settings.value).toEqual(NOTHING);
  });

  it('is not muted for less than a timer can wait', async () => {
    const { talk } = await begun();
    await during(talk.mute(new Date('2027-03-01T00:00:00.000Z')));
    await pass(26 * 24 * 60 * 60_000);
    expect(talk.settings.value.mutedUntil).toBe('2027-03-01T00:00:00.000Z');
  });
});

describe('an archived conversation', () => {
  it('stands apart and does not count, until its next message', async () => {
    const { server, client, talk } = await begun();
    await during(talk.archive());
    expect(client.inbox.items.value).toEqual([]);
    expect(client.inbox.archived.value).toMatchObject([{ id: TALK, isArchived: true, unread: 1 }]);
    expect(client.inbox.unread.value).toEqual({ count: 0, mentions: 0, isComplete: true });
    server.clock = Date.now() + 1_000;
    server.say('Are you there?');
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([{ id: TALK, isArchived: false, unread: 2 }]);
    expect(client.inbox.archived.value).toEqual([]);
    expect(client.inbox.unread.value.count).toBe(2);
  });
});

describe('a conversation that is marked as unread', () => {
  it('is so until it is opened', async () => {
    const { server, talk } = await begun();
    await during(talk.markUnread());
    expect(server.settings).toMatchObject({ unread: true });
    await during(talk.open());
    expect(talk.settings.value.isUnread).toBe(false);
    expect(server.settings).toBeUndefined();
  });

  it('stays so while it is open, until the user reads further', async () => {
    const { server, talk } = await begun();
    await during(talk.open());
    talk.markRead();
    await during(talk.markUnread());
    talk.markRead();
    await pass(1_000);
    expect(talk.settings.value.isUnread).toBe(true);
    server.say('And?');
    await pass(100);
    talk.markRead();
    expect(talk.settings.value.isUnread).toBe(false);
    await pass(1_000);
    expect(server.settings).toBeUndefined();
  });

  it('is marked after the server has what was read before', async () => {
    const { server, talk } = await begun();
    await during(talk.open());
    talk.markRead();
    await during(talk.markUnread());
    expect(server.sent('conversation.read')).toHaveLength(1);
    expect(server.settings).toMatchObject({ unread: true });
    expect(talk.settings.value.isUnread).toBe(true);
  });

  it('is read on another device', async () => {
    const { server, talk } = await begun();
    await during(talk.markUnread());
    server.push({ type: 'conversation.read', conversation: TALK, user_id: ADA, seq: 1 });
    await pass(10);
    expect(talk.settings.value.isUnread).toBe(false);
  });
});

describe('pinned conversations', () => {
  const peers = Array.from({ length: 3 }, (_, i) => `0198c3f5-0000-7000-8000-00000000000${i + 1}`);
  const entryOf = (peer: string, createdAt: string, pinnedAt?: string) => ({
    id: conversationOf(ADA, peer),
    kind: 'pair',
    peer: { id: peer, username: peer, online: false, last_seen: null },
    last_message: { id: peer, seq: 1, sender_id: peer, message: 'x', created_at: createdAt },
    ...{ unread: 0, read: 1, received: 1, peer_read: 0, peer_received: 0 },
    ...(pinnedAt && {
      settings: { muted_until: null, pinned_at: pinnedAt, archived_at: null, unread: false },
    }),
  });

  it('come first, the last pinned one before the others, also from beyond the first page', async () => {
    const [one = '', two = '', three = ''] = peers;
    const entries = [
      entryOf(one, '2026-11-03T00:00:00.000Z'),
      entryOf(two, '2026-11-02T00:00:00.000Z', '2026-11-10T00:00:00.000Z'),
    ];
    const beyond = entryOf(three, '2026-11-01T00:00:00.000Z', '2026-11-11T00:00:00.000Z');
    const server = fakeServer();
    server.faults.http = (_method, path) =>
      path === '/conversations'
        ? new Response(JSON.stringify({ next: null, results: entries, pinned: [beyond, entries[1]] }))
        : undefined;
    const { client } = await online(server);
    const order = () => client.inbox.items.value.map((item) => item.kind === 'pair' && item.peer.id);
    expect(order()).toEqual([three, two, one]);
  });
});

it('a group has settings too, and a conversation without messages has none', async () => {
  const group = { title: 'Engines', roles: { [ADA]: 'owner' }, former: [], firstSeq: 1 };
  const server = fakeServer({}, group);
  server.happen(ADA, { type: 'created', title: 'Engines', users: [] });
  const { client } = await online(server);
  await during(client.conversation(GROUP).pin());
  expect(client.inbox.items.value).toMatchObject([{ id: GROUP, settings: { pinnedAt: expect.any(String) } }]);

  const { client: other } = clientOf(fakeServer());
  await during(other.logIn({ email: 'ada@example.com', password: 'x' }));
  const talk = other.conversationWith(BOB);
  await expect(during(talk.mute('forever'))).rejects.toMatchObject({ code: 'conversation_not_found' });
  expect(talk.settings.value).toEqual(NOTHING);
});
