import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../client/index.ts';
import { ADA, BOB, CY, type FakeGroup, fakeServer, GROUP, TALK } from './fake-server.ts';
import { during, fakeClock, online, pass, texts } from './support.ts';

fakeClock();

/** A group of ada, bob and cy. */
function groupServer(given: Partial<FakeGroup> = {}) {
  const roles = { [ADA]: 'owner', [BOB]: 'moderator', [CY]: 'member' };
  const group = { title: 'Engines', roles, former: [], firstSeq: 1, ...given };
  const server = fakeServer({}, group);
  server.happen(ADA, { type: 'created', title: 'Engines', users: [] });
  return { server, group };
}

/** Ada's client, with the group open. */
async function opened(given: Partial<FakeGroup> = {}) {
  const { server, group } = groupServer(given);
  const { client } = await online(server);
  const talk = client.conversation(GROUP);
  await during(talk.open());
  return { server, group, client, talk };
}

const namesOf = (members: readonly { readonly username: string; readonly role?: string }[]) =>
  members.map(({ username, role }) => `${username} ${role ?? 'left'}`);

describe('a group', () => {
  it('stands in the inbox with its title and the own role, and events never count as unread', async () => {
    const { server } = groupServer();
    server.say('Hello');
    server.happen(BOB, { type: 'renamed', title: 'Machines' });
    const { client } = await online(server);
    expect(client.inbox.items.value).toMatchObject([
      { id: GROUP, kind: 'group', title: 'Machines', role: 'owner', firstSeq: 1, unread: 1 },
    ]);
    expect(client.inbox.items.value[0]?.last.event).toEqual({ type: 'renamed', title: 'Machines' });
    server.happen(BOB, { type: 'role', users: [ADA], role: 'reader' });
    server.say('And again', CY);
    server.happen(BOB, { type: 'renamed', title: 'Looms' });
    await pass(100);
    expect(client.inbox.items.value).toMatchObject([{ title: 'Looms', role: 'reader', unread: 2 }]);
    expect(client.inbox.unread.value.count).toBe(2);
  });

  it('has the title of its last event, in whatever order frames come', async () => {
    const { server } = groupServer();
    const { client } = await online(server);
    const delays = [50, 1];
    server.faults.push = () => [delays.shift() ?? 1];
    server.happen(BOB, { type: 'renamed', title: 'First' });
    server.happen(BOB, { type: 'renamed', title: 'Second' });
    await pass(200);
    expect(client.inbox.items.value).toMatchObject([{ title: 'Second', last: { seq: 3 } }]);
    delays.push(50, 1);
    server.happen(BOB, { type: 'renamed', title: 'Third' });
    server.say('Later');
    await pass(200);
    expect(client.inbox.items.value).toMatchObject([{ title: 'Third', last: { text: 'Later' } }]);
  });

  it('shows messages and events of all its members, and sends through the outbox', async () => {
    const { server, talk } = await opened();
    server.say('Hello');
    server.say('Good evening', CY);
    talk.send('Welcome');
    expect(talk.messages.value.at(-1)).toMatchObject({ text: 'Welcome', state: 'sending' });
    await pass(100);
    expect(talk.messages.value).toMatchObject([
      { senderId: ADA, event: { type: 'created' }, text: '' },
      { senderId: BOB, text: 'Hello', state: 'received' },
      { senderId: CY, text: 'Good evening', state: 'received' },
      { senderId: ADA, text: 'Welcome', isOwn: true, state: 'sent' },
    ]);
    const [sent] = server.sent('message.send');
    expect(sent).toMatchObject({ conversation: GROUP, text: 'Welcome' });
    expect(sent).not.toHaveProperty('to');
  });

  it('does not tell who of several has read', async () => {
    const { server, talk } = await opened();
    talk.send('Welcome');
    await pass(100);
    server.push({ type: 'conversation.read', conversation: GROUP, user_id: BOB, seq: 2 });
    server.say('Read', CY);
    await pass(100);
    expect(talk.messages.value[1]).toMatchObject({ text: 'Welcome', state: 'sent' });
    server.push({ type: 'conversation.read', conversation: GROUP, user_id: ADA, seq: 3 });
    await pass(100);
    expect(server.sent('conversation.read')).toEqual([]);
  });

  it('has a log that begins where the user may see it', async () => {
    const { server, group } = groupServer();
    for (let i = 2; i <= 80; i += 1) server.append(BOB, `${i}`);
    group.firstSeq = 20;
    const { client } = await online(server);
    const talk = client.conversation(GROUP);
    await during(talk.open());
    expect(talk.hasOlder.value).toBe(true);
    expect(await during(talk.loadBackTo(1))).toBe(false);
    expect(texts(talk.messages.value).at(0)).toBe('20');
    expect(talk.hasOlder.value).toBe(false);
    const asked = server.requests.length;
    await during(talk.loadOlder());
    expect(server.requests.length).toBe(asked);
  });

  it('tells who of several is typing', async () => {
    const { server, talk } = await opened();
    server.push({ type: 'typing', conversation: GROUP, user_id: BOB, expires_in: 6 });
    await pass(1_000);
    server.push({ type: 'typing', conversation: GROUP, user_id: CY, expires_in: 6 });
    await pass(100);
    expect(talk.typists.value).toEqual([BOB, CY]);
    server.say('Done');
    await pass(100);
    expect(talk.typists.value).toEqual([CY]);
    expect(talk.typing.value).toBe(true);
    await pass(6_000);
    expect(talk.typists.value).toEqual([]);
    expect(talk.typing.value).toBe(false);
  });
});

describe('the members of a group', () => {
  it('are there while it is open, follow its events, and keep their names when they have left', async () => {
    const { server, client, talk } = await opened({ roles: { [ADA]: 'owner', [BOB]: 'member' } });
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob member']);
    server.happen(ADA, { type: 'joined', users: [CY] });
    await pass(100);
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob member', 'cy member']);
    server.happen(ADA, { type: 'role', users: [BOB], role: 'reader' });
    server.happen(CY, { type: 'left', users: [CY] });
    await pass(100);
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob reader', 'cy left']);
    talk.close();
    expect(talk.members.value).toEqual([]);
    expect(client.inbox.items.value).toHaveLength(1);
  });

  it('are read once for several events, and not again for older pages', async () => {
    const { server, talk } = await opened();
    const asked = () => server.requests.filter((one) => one === `GET /conversations/${GROUP}`).length;
    expect(asked()).toBe(1);
    for (let i = 0; i < 60; i += 1) server.append(BOB, `${i}`);
    for (let i = 0; i < 5; i += 1)
      server.happen(ADA, { type: 'role', users: [CY], role: i % 2 ? 'member' : 'reader' });
    await pass(2_000);
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob moderator', 'cy reader']);
    expect(asked()).toBeLessThanOrEqual(4);
    const before = asked();
    await during(talk.loadOlder());
    expect(asked()).toBe(before);
  });

  it('are read again after a failure, and after a time without a connection', async () => {
    const { server } = groupServer();
    let failures = 2;
    server.faults.http = (_, path) =>
      path === `/conversations/${GROUP}` && failures-- > 0 ? 'offline' : undefined;
    const { client } = await online(server);
    const talk = client.conversation(GROUP);
    await during(talk.open());
    await pass(5_000);
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob moderator', 'cy member']);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await pass(100);
    server.happen(BOB, { type: 'removed', users: [CY] });
    server.faults.handshake = () => 'open';
    await pass(60_000);
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob moderator', 'cy left']);
  });

  it('are changed by those who may: added, given a role, removed', async () => {
    const { server, group, talk } = await opened({ roles: { [ADA]: 'owner' } });
    await during(talk.putMember(BOB, 'reader'));
    await during(talk.putMember(CY));
    await during(talk.putMember(CY, 'moderator'));
    await during(talk.removeMember(BOB));
    await during(talk.rename('Looms'));
    expect(group.roles).toEqual({ [ADA]: 'owner', [CY]: 'moderator' });
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'cy moderator', 'bob left']);
    expect(talk.messages.value.map(({ event }) => event?.type)).toEqual([
      'created',
      'joined',
      'joined',
      'role',
      'removed',
      'renamed',
    ]);
    server.faults.http = () =>
      Response.json({ status: 403, code: 'not_allowed', detail: '' }, { status: 403 });
    await expect(during(talk.rename('Mills'))).rejects.toMatchObject({ code: 'not_allowed' });
  });

  it.each(['', '.', '..', 'bob', `${BOB}/..`])('are users: “%s” is none, and nothing is sent', async (id) => {
    const { server, talk } = await opened();
    const asked = server.requests.length;
    await expect(talk.putMember(id)).rejects.toMatchObject({ code: 'user_not_found' });
    await expect(talk.removeMember(id)).rejects.toMatchObject({ code: 'user_not_found' });
    expect(server.requests.length).toBe(asked);
  });

  it('are those of groups only', async () => {
    const server = fakeServer();
    const { client } = await online(server);
    const talk = client.conversationWith(BOB);
    await expect(talk.rename('Us')).rejects.toMatchObject({ code: 'not_a_group' });
    await expect(talk.putMember(CY)).rejects.toMatchObject({ code: 'not_a_group' });
    await expect(talk.leave()).rejects.toMatchObject({ code: 'not_a_group' });
    await expect(talk.dissolve()).rejects.toMatchObject({ code: 'not_a_group' });
    await expect(talk.invitations()).rejects.toMatchObject({ code: 'not_a_group' });
    expect(talk.members.value).toEqual([]);
  });
});

describe('what a group says of itself, and who may do what', () => {
  it('is there while it is open, and follows the changes of others', async () => {
    const { server, group, client, talk } = await opened({ description: 'Of all kinds' });
    expect(talk.about.value).toEqual({ description: 'Of all kinds', picture: '' });
    expect(client.inbox.items.value).toMatchObject([
      { who: { write: 'member', add: 'moderator', rename: 'moderator' } },
    ]);
    group.description = 'Of steam';
    group.who = { write: 'moderator', add: 'moderator', rename: 'owner' };
    server.happen(BOB, { type: 'changed', fields: ['description', 'who'] });
    await pass(100);
    expect(talk.about.value).toEqual({ description: 'Of steam', picture: '' });
    expect(client.inbox.items.value).toMatchObject([{ who: group.who }]);
    // An entry of the inbox does not tell of it.
    server.last().cut();
    await pass(10_000);
    expect(client.inbox.items.value).toMatchObject([{ who: group.who }]);
    talk.close();
    expect(talk.about.value).toEqual({ description: '', picture: '' });
  });

  it('is changed by one request, which sends only what a group has', async () => {
    const { group, client, talk } = await opened();
    const change = { description: 'Of steam', who: { write: 'moderator' }, rows: 4 } as const;
    await during(talk.update(change));
    expect(group).toMatchObject({ description: 'Of steam', who: { write: 'moderator', add: 'moderator' } });
    expect(talk.about.value.description).toBe('Of steam');
    expect(client.inbox.items.value).toMatchObject([{ who: { write: 'moderator' } }]);
    expect(talk.messages.value.at(-1)?.event).toMatchObject({ fields: ['description', 'who'] });
  });
});

describe('invitations', () => {
  it('are made, listed and revoked', async () => {
    const { group, talk } = await opened();
    const { token, id } = await during(talk.createInvitation({ max_uses: 1, role: 'reader' }));
    expect(token).toBe('token-1');
    expect(await during(talk.invitations())).toMatchObject([{ id, uses: 0 }]);
    await during(talk.revokeInvitation(id));
    expect(group.invitations).toEqual([]);
  });

  it.each(['', '.', '..', 'a/b', 'x'.repeat(101)])(
    'are not asked for with what cannot be one: “%s”',
    async (text) => {
      const { server, client, talk } = await opened();
      const asked = server.requests.length;
      for (const work of [client.invitation(text), client.join(text), talk.revokeInvitation(text)])
        await expect(work).rejects.toMatchObject({ code: 'invitation_not_found' });
      expect(server.requests.length).toBe(asked);
    },
  );

  it('tell what they are to, and let the user join', async () => {
    const { server } = groupServer({ roles: { [BOB]: 'owner' }, invitations: ['token-1'] });
    const { client } = await online(server);
    expect(client.inbox.items.value).toEqual([]);
    expect(await during(client.invitation('token-1'))).toMatchObject({
      conversation: { id: GROUP, title: 'Engines', members: 1 },
      invited_by: { username: 'bob' },
    });
    const talk = await during(client.join('token-1'));
    expect(client.inbox.items.value).toMatchObject([{ id: GROUP, role: 'member' }]);
    await during(talk.open());
    expect(namesOf(talk.members.value)).toEqual(['bob owner', 'ada member']);
    await expect(during(client.join('token-2'))).rejects.toMatchObject({ code: 'invitation_not_found' });
  });

  it('bring back whoever has left', async () => {
    const { client, talk } = await opened({ invitations: ['token-1'] });
    await during(talk.leave());
    expect(talk.isGone.value).toBe(true);
    expect(await during(client.join('token-1'))).toBe(talk);
    expect(talk.isGone.value).toBe(false);
    expect(namesOf(talk.members.value)).toContain('ada member');
  });
});

describe('messages of others', () => {
  it.each(['owner', 'moderator'])('can be deleted by a member with the role %s', async (role) => {
    const { server, talk } = await opened({ roles: { [ADA]: role, [BOB]: 'member' } });
    server.say('Nonsense');
    await pass(100);
    const key = talk.messages.value[1]?.key ?? '';
    expect(() => talk.edit(key, 'Sense')).toThrow(expect.objectContaining({ code: 'not_your_message' }));
    talk.remove(key);
    expect(talk.messages.value[1]).toMatchObject({ text: '', state: 'changing' });
    await pass(100);
    expect(server.log[1]).toMatchObject({ message: '', deleted_at: expect.any(String) });
    expect(talk.messages.value[1]).toMatchObject({ text: '', state: 'received' });
  });

  it('cannot be deleted by others, nor can events be changed by anybody', async () => {
    const { server, talk } = await opened({ roles: { [ADA]: 'member', [BOB]: 'owner' } });
    server.say('Sense');
    await pass(100);
    const [created, said] = talk.messages.value.map(({ key }) => key) as [string, string];
    expect(() => talk.remove(said)).toThrow(expect.objectContaining({ code: 'not_your_message' }));
    for (const change of [
      () => talk.remove(created),
      () => talk.edit(created, 'x'),
      () => talk.react(created, '👍'),
    ]) {
      expect(change).toThrow(expect.objectContaining({ code: 'message_not_found' }));
    }
    talk.react(said, '👍');
    await pass(100);
    expect(server.log[1]?.reactions).toEqual([{ emoji: '👍', users: [ADA] }]);
    expect(server.sent('message.delete')).toEqual([]);
  });
});

describe('creating a group', () => {
  it('shows it at once, for messages', async () => {
    const server = fakeServer({}, { title: '', roles: {}, former: [], firstSeq: 1 });
    const { client } = await online(server);
    const talk = await during(client.createGroup({ title: 'Engines', members: [BOB, CY], key: 'k' }));
    expect(talk.id).toBe(GROUP);
    expect(client.inbox.items.value).toMatchObject([{ kind: 'group', title: 'Engines', role: 'owner' }]);
    await during(talk.open());
    expect(namesOf(talk.members.value)).toEqual(['ada owner', 'bob member', 'cy member']);
    talk.send('Hello');
    await pass(100);
    expect(texts(server.log.map(({ message }) => ({ text: message })))).toEqual(['', 'Hello']);
  });
});

describe('a group that the user is not in any more', () => {
  it.each([
    ['was removed', BOB, 'removed'],
    ['has left on another device', ADA, 'left'],
  ])('is gone from the inbox and the outbox: the user %s', async (_what, by, type) => {
    const store = memoryOutbox();
    const { server } = groupServer();
    const { client } = await online(server, { outbox: store });
    const talk = client.conversation(GROUP);
    await during(talk.open());
    server.faults.reply = ({ action }) => (action === 'message.send' ? 'lost' : 1);
    talk.send('Waits');
    await pass(100);
    server.happen(by, { type, users: [ADA] });
    await pass(100);
    expect(talk.isGone.value).toBe(true);
    expect(talk.messages.value).toEqual([]);
    expect(client.inbox.items.value).toEqual([]);
    expect(client.inbox.unread.value).toEqual({ count: 0, mentions: 0, isComplete: true });
    await pass(60_000);
    expect(await store.load()).toEqual([]);
    expect(() => talk.send('Too late')).toThrow(expect.objectContaining({ code: 'conversation_not_found' }));
    expect(client.inbox.items.value).toEqual([]);
  });

  it('is gone for all when an owner deletes it, here or elsewhere', async () => {
    for (const isOwn of [true, false]) {
      const { client, talk, server } = await opened();
      if (isOwn) await during(talk.dissolve());
      else {
        server.happen(BOB, { type: 'dissolved' });
        await pass(100);
      }
      expect(talk.isGone.value).toBe(true);
      expect(client.inbox.items.value).toEqual([]);
    }
  });

  it.each(['dissolve', 'leave'] as const)(
    'does not come back by a page that is out of date: %s',
    async (how) => {
      const { client, talk, server } = await opened();
      const page = JSON.stringify({ next: null, results: [server.entry()] });
      await during(talk[how]());
      server.faults.http = (_, path) => (path === '/conversations' ? new Response(page) : undefined);
      const seen = new Set<boolean>();
      talk.isGone.subscribe((isGone) => seen.add(isGone));
      server.last().cut();
      await pass(10_000);
      expect(server.requests.filter((one) => one === 'GET /conversations').length).toBeGreaterThan(1);
      expect(client.inbox.items.value).toEqual([]);
      expect([...seen]).toEqual([true]);
    },
  );

  it('is gone after `leave`', async () => {
    const { client, talk, server } = await opened();
    await during(talk.leave());
    expect(server.requests).toContain(`DELETE /conversations/${GROUP}/members/${ADA}`);
    expect(talk.isGone.value).toBe(true);
    expect(client.inbox.items.value).toEqual([]);
  });

  it.each([true, false])('is gone after a time without a connection (open: %s)', async (isOpen) => {
    const { server } = groupServer();
    const { client } = await online(server);
    const talk = client.conversation(GROUP);
    if (isOpen) await during(talk.open());
    expect(client.inbox.items.value).toHaveLength(1);
    server.faults.handshake = () => 'refuse';
    server.last().cut();
    await pass(100);
    server.happen(BOB, { type: 'removed', users: [ADA] });
    server.faults.handshake = () => 'open';
    await pass(60_000);
    expect(client.inbox.items.value).toEqual([]);
    expect(talk.isGone.value).toBe(true);
  });

  it('is gone when the server refuses what waits for it', async () => {
    const { server, client, talk } = await opened();
    server.faults.reply = ({ action }) =>
      action === 'message.send'
        ? { error: { type: 'error', code: 'conversation_not_found', detail: '' } }
        : 1;
    talk.send('Anybody?');
    await pass(100);
    expect(talk.isGone.value).toBe(true);
    expect(await client.countUnsent()).toBe(0);
  });

  it('comes back when they are added again, and an older page does not take it away', async () => {
    const { server, client, talk } = await opened();
    server.happen(BOB, { type: 'removed', users: [ADA] });
    await pass(100);
    for (let i = 0; i < 70; i += 1) server.append(BOB, `${i}`);
    server.happen(BOB, { type: 'joined', users: [ADA] });
    await pass(1_000);
    expect(talk.isGone.value).toBe(false);
    expect(talk.messages.value.at(-1)?.event).toEqual({ type: 'joined', users: [ADA] });
    await during(talk.loadOlder());
    expect(talk.messages.value.map(({ event }) => event?.type)).toContain('removed');
    expect(talk.isGone.value).toBe(false);
    expect(client.inbox.items.value).toMatchObject([{ id: GROUP }]);
  });

  it('cannot be opened', async () => {
    const server = fakeServer();
    server.say('Hello');
    const { client } = await online(server);
    server.faults.http = (_, path) =>
      path.startsWith(`/conversations/${GROUP}`)
        ? Response.json({ status: 404, code: 'conversation_not_found', detail: '' }, { status: 404 })
        : undefined;
    const talk = client.conversation(GROUP);
    await expect(during(talk.open())).rejects.toMatchObject({ code: 'conversation_not_found' });
    expect(talk.isGone.value).toBe(true);
    expect(client.inbox.items.value.map(({ id }) => id)).toEqual([TALK]);
  });
});
