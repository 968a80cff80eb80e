import { afterEach, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { conversationOf, device, messageTo, quiet } from './support/devices.ts';
import { createGroup, postGroup, putMember, removeMember, rename } from './support/groups.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { type Person, people, person } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

const ROLES = ['owner', 'moderator', 'member', 'reader'] as const;
type Role = (typeof ROLES)[number];

/** Ada owns each group. The others are what they are called, unless a test says otherwise. */
let ada: Person;
let charles: Person;
let eve: Person;
let stranger: Person;
/** A new one for each part: nobody can be in more than a hundred groups. */
const castPeople = () =>
  beforeAll(async () => {
    [ada, charles, eve, stranger] = await people(api, 4);
  });
afterEach(closeSockets);

const read = ({ access: token }: Person, path: string) => api.get(path, { token });
const show = (who: Person, id: string) => read(who, `/conversations/${id}/`);
const log = (who: Person, id: string, query = '') => read(who, `/conversations/${id}/messages/${query}`);
const events = async (who: Person, id: string) =>
  (await log(who, id, '?limit=100')).body.results.map(({ event }: { event?: object }) => event);
const inboxOf = async (who: Person, id: string) =>
  (await read(who, '/conversations/?limit=100')).body.results.find((one: { id: string }) => one.id === id);
/** The inbox follows the logs by about a second. */
const eventually = (look: () => Promise<void>) => vi.waitFor(look, { timeout: 15_000, interval: 100 });
const sendTo = (conversation: string, text: string, more: object = {}) => ({
  action: 'message.send',
  conversation,
  text,
  client_id: crypto.randomUUID(),
  ...more,
});
const ids = (...who: readonly Person[]) => who.map(({ id }) => id);
const person3 = ({ id, username }: Person, role: Role) => ({ id, username, role });
const path = (id: string, below = '') => `/conversations/${id}/${below}`;

const expectAll = (replies: readonly Reply[], status: number) =>
  expect(replies.map((reply) => reply.status)).toEqual(replies.map(() => status));

describe('a group', () => {
  castPeople();

  it('is created with its members, who all see it at once', async () => {
    const { status, body } = await postGroup(api, ada, { title: 'Engines', members: ids(charles, eve) });
    expect(status).toBe(201);
    const event = { type: 'created', title: 'Engines', users: ids(ada, charles, eve) };
    const shared = {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      kind: 'group',
      title: 'Engines',
      first_seq: 1,
      last_message: {
        id: expect.any(String),
        seq: 1,
        sender_id: ada.id,
        message: '',
        created_at: expect.any(String),
        event,
      },
      unread: 0,
      read: 1,
      received: 1,
      who: { write: 'member', add: 'moderator', rename: 'moderator' },
      members: [person3(ada, 'owner'), person3(charles, 'member'), person3(eve, 'member')],
      former: [],
    };
    expect(body).toEqual({ ...shared, role: 'owner' });
    expect((await show(ada, body.id)).body).toEqual(body);
    expect((await show(charles, body.id)).body).toEqual({ ...shared, role: 'member' });
  });

  it('stands among the pairs of an inbox by its last message, over all pages', async () => {
    const [who] = await people(api, 1);
    const others = await people(api, 6);
    const expected: string[] = [];
    for (const other of others) {
      await sendMessage(api, other, conversationOf(who, other), 'Hello');
      expected.unshift(conversationOf(who, other));
      const { id } = await createGroup(api, other, [who]);
      expected.unshift(id);
      // The conversation on top goes on, and stays there.
      await sendMessage(api, other, id, 'Hello, all');
    }
    await sendMessage(api, who, expected.at(-2) as string, 'Again');
    expected.unshift(...expected.splice(-2, 1));
    const pages = async () => {
      const found: string[] = [];
      let next = '/conversations/?limit=5';
      while (next) {
        const { body } = await read(who, next);
        found.push(...body.results.map(({ id }: { id: string }) => id));
        next = body.next?.slice(body.next.indexOf('/conversations/')) ?? '';
      }
      return found;
    };
    await eventually(async () => expect(await pages()).toEqual(expected));
  });

  it('comes into the inboxes of all, without the list of its members', async () => {
    const { id } = await createGroup(api, ada, [charles], { title: 'Looms' });
    for (const [who, role] of [
      [ada, 'owner'],
      [charles, 'member'],
    ] as const) {
      await eventually(async () => {
        const entry = await inboxOf(who, id);
        expect(entry).toMatchObject({ kind: 'group', title: 'Looms', role, unread: 0, first_seq: 1 });
        expect(entry).not.toHaveProperty('members');
      });
    }
    expect(await inboxOf(stranger, id)).toBeUndefined();
  });

  it('is told to every device of its members', async () => {
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    const { id } = await createGroup(api, ada, [charles], { title: 'Looms' });
    for (const socket of [hers, his]) {
      expect(await socket.next()).toMatchObject({
        type: 'chat.message',
        conversation: id,
        seq: 1,
        message: '',
        sender: ada.username,
        sender_id: ada.id,
        event: { type: 'created', title: 'Looms', users: ids(ada, charles) },
      });
      await quiet(socket);
    }
  });

  it('may have no other members, or many, and its creator need not be named', async () => {
    expect((await postGroup(api, ada, { members: [] })).body.members).toEqual([person3(ada, 'owner')]);
    const others = await people(api, 20);
    const { body, status } = await postGroup(api, ada, { members: ids(...others) });
    expect([status, body.members.length]).toEqual([201, 21]);
    const named = await postGroup(api, ada, { members: [ada.id.toUpperCase(), charles.id.toUpperCase()] });
    expect(named.body.members).toEqual([person3(ada, 'owner'), person3(charles, 'member')]);
  });

  it.each<[string, object, string]>([
    ['without a kind', { kind: undefined }, 'kind'],
    ['of another kind', { kind: 'pair' }, 'kind'],
    ['without a title', { title: undefined }, 'title'],
    ['with an empty title', { title: '' }, 'title'],
    ['with a blank title', { title: ' \t\u200b' }, 'title'],
    ['with a title of 101 characters', { title: '名'.repeat(101) }, 'title'],
    ['with a NUL in its title', { title: 'a\0b' }, 'title'],
    ['with a line break in its title', { title: 'a\nb' }, 'title'],
    ['with half a character as its title', { title: 'a\ud800' }, 'title'],
    ['with a title that is a number', { title: 7 }, 'title'],
    ['without members', { members: undefined }, 'members'],
    ['with members that are no list', { members: 'everybody' }, 'members'],
    ['with a member that is a number', { members: [7] }, 'members.0'],
    ['with a member of 101 characters', { members: ['x'.repeat(101)] }, 'members.0'],
    ['with 21 others', { members: Array.from({ length: 21 }, () => crypto.randomUUID()) }, 'members'],
    ['with another history', { history: 'none' }, 'history'],
    ['with an empty key', { key: '' }, 'key'],
    ['with a key of 101 characters', { key: 'x'.repeat(101) }, 'key'],
    ['with a field that does not exist', { picture: 'x' }, 'picture'],
    ['with its own id', { id: crypto.randomUUID() }, 'id'],
  ])('%s is refused', async (_what, body, field) => {
    const socket = await device(url, ada);
    const reply = await postGroup(api, ada, body);
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual([field]);
    await quiet(socket);
  });

  it('names each member once', async () => {
    for (const members of [ids(charles, charles), [charles.id, charles.id.toUpperCase()]]) {
      expect(await postGroup(api, ada, { members })).toMatchObject({
        status: 400,
        body: { errors: { members: expect.anything() } },
      });
    }
  });

  it('has a title of 100 characters at most, which may be any', async () => {
    const title = '🦀'.repeat(100);
    const { id } = await createGroup(api, ada, [], { title });
    expect((await show(ada, id)).body.title).toBe(title);
  });

  it.each([
    ['nobody', '00000000-0000-4000-8000-000000000000'],
    ['a name', 'charles'],
    ['a key of the table', 'USER#1'],
    ['an empty text', ''],
  ])('has no members that do not exist: %s', async (_what, member) => {
    const socket = await device(url, charles);
    const members = [charles.id, member];
    expect(await postGroup(api, ada, { members })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
    await quiet(socket);
  });

  it('has no members whose account is deleted', async () => {
    const gone = await person(api);
    await api.send('DELETE', '/users/me/', { password: gone.password }, { token: gone.access });
    expect(await postGroup(api, ada, { members: [gone.id] })).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
  });

  it('has no members who block its creator, or whom the creator blocks', async () => {
    const [one, other] = await people(api, 2);
    await api.request('PUT', `/users/${other.id}/block/`, { token: one.access });
    for (const [creator, member] of [
      [one, other],
      [other, one],
    ] as const) {
      const members = ids(charles, member);
      expect(await postGroup(api, creator, { members })).toMatchObject({
        status: 403,
        body: { code: 'cannot_write_to_user' },
      });
    }
  });
});

describe('a group with a key', () => {
  castPeople();

  it('is created once, and the same request gets it as it is now', async () => {
    const socket = await device(url, charles);
    const body = { title: 'Engines', members: [charles.id], key: crypto.randomUUID() };
    const first = await postGroup(api, ada, body);
    expect(first.status).toBe(201);
    await socket.next();
    expect(await postGroup(api, ada, body)).toMatchObject({ status: 200, body: first.body });
    await quiet(socket);
    await rename(api, ada, first.body.id, 'Looms');
    const { status, body: now } = await postGroup(api, ada, { ...body, title: 'Mills', members: [eve.id] });
    expect(status).toBe(200);
    expect(now).toMatchObject({ id: first.body.id, title: 'Looms' });
    expect(now.members).toEqual([person3(ada, 'owner'), person3(charles, 'member')]);
  });

  it('is created once by requests at the same moment', async () => {
    const body = { members: [charles.id], key: crypto.randomUUID() };
    const replies = await Promise.all(Array.from({ length: 5 }, () => postGroup(api, ada, body)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(replies.map((reply) => reply.body.id)).size).toBe(1);
    expect(await events(charles, replies[0]?.body.id)).toHaveLength(1);
  });

  it('is of its creator: the same key of another user is another group', async () => {
    const key = crypto.randomUUID();
    const [hers, his] = [await postGroup(api, ada, { key }), await postGroup(api, charles, { key })];
    expectAll([hers, his], 201);
    expect(his.body.id).not.toBe(hers.body.id);
  });

  it('is not found by a creator who has left it', async () => {
    const body = { members: [charles.id], key: crypto.randomUUID() };
    const { id } = (await postGroup(api, ada, body)).body;
    await putMember(api, ada, id, charles, 'owner');
    await removeMember(api, ada, id, ada);
    expect(await postGroup(api, ada, body)).toMatchObject({
      status: 404,
      body: { code: 'conversation_not_found' },
    });
    expect(await postGroup(api, ada, { ...body, members: [eve.id] })).toMatchObject({ status: 404 });
  });
});

/** A group with somebody of each role, and one more member. */
async function cast() {
  const [moderator, member, reader, other] = await people(api, 4);
  const { id } = await createGroup(api, ada, [moderator, member, reader, other]);
  expectAll(
    [await putMember(api, ada, id, moderator, 'moderator'), await putMember(api, ada, id, reader, 'reader')],
    200,
  );
  return { id, other, by: { owner: ada, moderator, member, reader } satisfies Record<Role, Person> };
}

type Cast = Awaited<ReturnType<typeof cast>>;

/** What a member may try: the answer of the server, and who may do it. */
interface Right {
  readonly what: string;
  readonly who: readonly Role[];
  readonly attempt: (group: Cast, who: Person) => Promise<Reply | Frame>;
  /** If it is not `not_allowed`. */
  readonly code?: string;
}

const EVERYBODY = ROLES;
const MODERATORS = ['owner', 'moderator'] as const;

/** A message of the one more member. */
const theirs = ({ id, other }: Cast) => sendMessage(api, other, id, 'Mine.');
const onSocket = async (who: Person, frame: object) => (await device(url, who)).ask(frame);

const RIGHTS: readonly Right[] = [
  { what: 'reads the group', who: EVERYBODY, attempt: ({ id }, who) => show(who, id) },
  { what: 'reads the log', who: EVERYBODY, attempt: ({ id }, who) => log(who, id) },
  {
    what: 'moves a receipt',
    who: EVERYBODY,
    attempt: ({ id }, who) => onSocket(who, { action: 'conversation.read', conversation: id, seq: 1 }),
  },
  {
    what: 'reacts',
    who: EVERYBODY,
    async attempt(group, who) {
      const { seq } = await theirs(group);
      const at = path(group.id, `messages/${seq}/reactions/${encodeURIComponent('👍')}/`);
      return api.request('PUT', at, { token: who.access });
    },
  },
  {
    what: 'sends a message over HTTP',
    who: ['owner', 'moderator', 'member'],
    attempt: ({ id }, who) => postMessage(api, who, id, { text: 'Hello.' }),
  },
  {
    what: 'sends a message over a socket',
    who: ['owner', 'moderator', 'member'],
    attempt: ({ id }, who) => onSocket(who, sendTo(id, 'Hello.')),
  },
  {
    what: 'types',
    who: ['owner', 'moderator', 'member'],
    attempt: ({ id }, who) => onSocket(who, { action: 'typing', conversation: id }),
  },
  {
    what: 'renames the group',
    who: MODERATORS,
    attempt: ({ id }, who) => rename(api, who, id, 'Other engines'),
  },
  {
    what: 'adds a member',
    who: MODERATORS,
    attempt: ({ id }, who) => putMember(api, who, id, stranger),
  },
  {
    what: 'adds a reader',
    who: MODERATORS,
    attempt: ({ id }, who) => putMember(api, who, id, stranger, 'reader'),
  },
  {
    what: 'adds a moderator',
    who: ['owner'],
    attempt: ({ id }, who) => putMember(api, who, id, stranger, 'moderator'),
  },
  {
    what: 'adds an owner',
    who: ['owner'],
    attempt: ({ id }, who) => putMember(api, who, id, stranger, 'owner'),
  },
  {
    what: 'makes a member a reader',
    who: ['owner'],
    attempt: ({ id, other }, who) => putMember(api, who, id, other, 'reader'),
  },
  {
    what: 'makes a member an owner',
    who: ['owner'],
    attempt: ({ id, other }, who) => putMember(api, who, id, other, 'owner'),
  },
  {
    what: 'removes a member',
    who: MODERATORS,
    attempt: ({ id, other }, who) => removeMember(api, who, id, other),
  },
  {
    what: 'removes another moderator',
    who: ['owner'],
    async attempt({ id, other }, who) {
      expect(await putMember(api, ada, id, other, 'moderator')).toMatchObject({ status: 200 });
      return removeMember(api, who, id, other);
    },
  },
  {
    what: 'removes another owner',
    who: ['owner'],
    async attempt({ id, other }, who) {
      expect(await putMember(api, ada, id, other, 'owner')).toMatchObject({ status: 200 });
      return removeMember(api, who, id, other);
    },
  },
  {
    what: 'deletes a message of another one over HTTP',
    who: MODERATORS,
    code: 'not_your_message',
    async attempt(group, who) {
      const { seq } = await theirs(group);
      return api.request('DELETE', path(group.id, `messages/${seq}/`), { token: who.access });
    },
  },
  {
    what: 'deletes a message of another one over a socket',
    who: MODERATORS,
    code: 'not_your_message',
    async attempt(group, who) {
      const { seq } = await theirs(group);
      return onSocket(who, { action: 'message.delete', conversation: group.id, seq });
    },
  },
  {
    what: 'edits a message of another one',
    who: [],
    code: 'not_your_message',
    async attempt(group, who) {
      const { seq } = await theirs(group);
      return api.patch(path(group.id, `messages/${seq}/`), { text: 'x', version: 1 }, { token: who.access });
    },
  },
];

describe('the roles of a group', () => {
  castPeople();

  const cases = RIGHTS.flatMap((right) => ROLES.map((role) => ({ ...right, role })));

  it.each(cases.filter(({ who, role }) => who.includes(role)))('$role $what', async ({ role, attempt }) => {
    const group = await cast();
    const answer = await attempt(group, group.by[role]);
    if ('status' in answer) expect([200, 201, 204]).toContain(answer.status);
    else expect(answer).not.toMatchObject({ type: 'error' });
  });

  it.each(cases.filter(({ who, role }) => !who.includes(role)))(
    'no $role $what',
    async ({ role, attempt, code = 'not_allowed' }) => {
      const group = await cast();
      const socket = await device(url, group.by.member);
      const answer = await attempt(group, group.by[role]);
      if ('status' in answer) expect(answer).toMatchObject({ status: 403, body: { code } });
      else expect(answer).toMatchObject({ type: 'error', code });
      // The attempts of some begin with what others have done.
      const told = (await socketsFrames(socket)).filter(({ sender_id }) => sender_id === group.by[role].id);
      expect(role === 'owner' ? [] : told).toEqual([]);
      const { results } = (await log(ada, group.id, '?limit=100')).body;
      const own = results.filter(({ sender_id }: Frame) => sender_id === group.by[role].id);
      expect(role === 'owner' ? [] : own).toEqual([]);
    },
  );

  /** What has come to a socket. A frame posted before would come before the answer to this ping. */
  async function socketsFrames(socket: Socket): Promise<readonly Frame[]> {
    await socket.ask({ action: 'ping' });
    return socket.frames;
  }

  it.each(['moderator', 'member', 'reader'] as const)('let a %s leave', async (role) => {
    const { id, by } = await cast();
    expect(await removeMember(api, by[role], id, by[role])).toMatchObject({ status: 204 });
    expect(await show(by[role], id)).toMatchObject({ status: 404 });
    expect((await events(ada, id)).at(-1)).toEqual({ type: 'left', users: [by[role].id] });
  });

  it('let nobody but owners give a role, also not to themselves', async () => {
    const { id, by } = await cast();
    for (const role of ['moderator', 'member', 'reader'] as const) {
      expect(await putMember(api, by[role], id, by[role], 'owner')).toMatchObject({
        status: 403,
        body: { code: 'not_allowed' },
      });
      // What is so already needs no right, because it changes nothing.
      expect(await putMember(api, by[role], id, by[role])).toMatchObject({ status: 200, body: { role } });
    }
  });

  it('let a reader send none of several messages either', async () => {
    const { id, by } = await cast();
    const messages = ['one', 'two'].map((text) => ({ client_id: crypto.randomUUID(), text }));
    const socket = await device(url, by.member);
    const refused = [{ status: 'refused', code: 'not_allowed' }, { status: 'not_tried' }];
    expect(await onSocket(by.reader, { action: 'message.send', conversation: id, messages })).toMatchObject({
      type: 'messages.sent',
      results: refused,
    });
    expect(await postMessage(api, by.reader, id, { messages })).toMatchObject({
      status: 200,
      body: { results: refused },
    });
    await quiet(socket);
  });

  it('let a reader delete what they wrote before, and not edit it', async () => {
    const { id, by } = await cast();
    const { seq } = await sendMessage(api, by.member, id, 'While I could.');
    await putMember(api, ada, id, by.member, 'reader');
    const at = path(id, `messages/${seq}/`);
    const token = by.member.access;
    expect(await api.patch(at, { text: 'Changed.', version: 1 }, { token })).toMatchObject({
      status: 403,
      body: { code: 'not_allowed' },
    });
    expect(
      await onSocket(by.member, { action: 'message.edit', conversation: id, seq, version: 1, text: 'x' }),
    ).toMatchObject({ code: 'not_allowed' });
    expect(await api.request('DELETE', at, { token })).toMatchObject({ status: 200 });
  });

  it('show the deletion by a moderator to everybody, as the message of its sender', async () => {
    const { id, by, other } = await cast();
    const { seq } = await sendMessage(api, other, id, 'Mine.');
    const socket = await device(url, other);
    await api.request('DELETE', path(id, `messages/${seq}/`), { token: by.moderator.access });
    const message = { seq, sender_id: other.id, message: '', deleted_at: expect.any(String) };
    expect(await socket.next()).toMatchObject({
      type: 'message.changed',
      conversation: id,
      change: 1,
      message,
    });
    expect((await log(by.reader, id)).body.results.at(-1)).toMatchObject(message);
  });
});

describe('the members of a group', () => {
  castPeople();

  let id: string;
  beforeEach(async () => {
    ({ id } = await createGroup(api, ada, [charles]));
  });

  it('are told of one who is added, and so is this one', async () => {
    const sockets = await Promise.all([ada, charles, eve].map((who) => device(url, who)));
    expect(await putMember(api, ada, id, eve)).toMatchObject({ status: 200, body: person3(eve, 'member') });
    const event = { type: 'joined', users: [eve.id] };
    for (const socket of sockets) {
      expect(await socket.next()).toMatchObject({ conversation: id, seq: 2, sender_id: ada.id, event });
      await quiet(socket);
    }
    expect(await events(eve, id)).toEqual([expect.objectContaining({ type: 'created' }), event]);
    await eventually(async () => expect(await inboxOf(eve, id)).toMatchObject({ last_message: { event } }));
  });

  it('are told of a role, a title, and one who leaves', async () => {
    const socket = await device(url, charles);
    expect(await putMember(api, ada, id, charles, 'owner')).toMatchObject({
      status: 200,
      body: person3(charles, 'owner'),
    });
    expect(await rename(api, ada, id, 'Looms')).toMatchObject({
      status: 200,
      body: { title: 'Looms', members: expect.arrayContaining([person3(charles, 'owner')]) },
    });
    await removeMember(api, ada, id, ada);
    const told = [
      { type: 'role', users: [charles.id], role: 'owner' },
      { type: 'renamed', title: 'Looms' },
      { type: 'left', users: [ada.id] },
    ];
    for (const event of told) expect(await socket.next()).toMatchObject({ conversation: id, event });
    await quiet(socket);
    expect((await events(charles, id)).slice(1)).toEqual(told);
    expect((await show(charles, id)).body).toMatchObject({
      title: 'Looms',
      role: 'owner',
      members: [person3(charles, 'owner')],
      former: [{ id: ada.id, username: ada.username }],
    });
    await eventually(async () =>
      expect(await inboxOf(charles, id)).toMatchObject({ title: 'Looms', role: 'owner' }),
    );
  });

  it('are told of nothing that does not change anything', async () => {
    const socket = await device(url, charles);
    expectAll(
      [
        await rename(api, ada, id, 'Engines'),
        await putMember(api, ada, id, charles),
        await putMember(api, ada, id, charles, 'member'),
        await putMember(api, ada, id, ada, 'owner'),
        await api.request('PUT', path(id, `members/${charles.id}/`), { token: ada.access }),
      ],
      200,
    );
    expectAll([await removeMember(api, ada, id, eve), await removeMember(api, ada, id, stranger)], 204);
    await quiet(socket);
    expect(await events(ada, id)).toHaveLength(1);
  });

  it('may be named in any letter case, and anything else is nobody', async () => {
    const upper = { id: eve.id.toUpperCase() };
    expect(await putMember(api, ada, id.toUpperCase(), upper)).toMatchObject({
      status: 200,
      body: { id: eve.id },
    });
    expect(await removeMember(api, ada, id, upper)).toMatchObject({ status: 204 });
    expect(await show(eve, id)).toMatchObject({ status: 404 });
    for (const nobody of ['x', crypto.randomUUID(), 'USER%231']) {
      expect(await putMember(api, ada, id, { id: nobody })).toMatchObject({
        status: 404,
        body: { code: 'user_not_found' },
      });
    }
    for (const nobody of ['x', crypto.randomUUID()])
      expect(await removeMember(api, ada, id, { id: nobody })).toMatchObject({ status: 204 });
    expect(await events(ada, id)).toHaveLength(3);
  });

  it.each([
    { role: 'admin' },
    { role: '' },
    { role: 7 },
    { role: null },
    { role: ['owner'] },
    { rank: 'owner' },
  ])('have one of four roles, and not %j', async (body) => {
    const token = ada.access;
    expect(await api.send('PUT', path(id, `members/${charles.id}/`), body, { token })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
    expect((await show(charles, id)).body.role).toBe('member');
  });

  it.each([
    {},
    { title: '' },
    { title: '\u3164' },
    { title: 'x'.repeat(101) },
    { title: 7 },
    { title: 'x', id: 'y' },
  ])('are told of no title such as %j', async (body) => {
    expect(await api.patch(path(id), body, { token: ada.access })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
    expect((await show(ada, id)).body.title).toBe('Engines');
  });

  it('cannot be removed by a request with a body', async () => {
    const token = ada.access;
    const reply = await api.send('DELETE', path(id, `members/${charles.id}/`), { role: 'reader' }, { token });
    expect(reply).toMatchObject({ status: 400, body: { errors: { body: expect.anything() } } });
    expect(await show(charles, id)).toMatchObject({ status: 200 });
  });

  it('are never somebody who blocks the one who adds, or whom that one blocks', async () => {
    const [one, other] = await people(api, 2);
    const { id: group } = await createGroup(api, one, [charles]);
    await api.request('PUT', `/users/${one.id}/block/`, { token: other.access });
    expect(await putMember(api, one, group, other)).toMatchObject({
      status: 403,
      body: { code: 'cannot_write_to_user' },
    });
    // For somebody else they are not blocked.
    await putMember(api, one, group, charles, 'moderator');
    expect(await putMember(api, charles, group, other)).toMatchObject({ status: 200 });
  });

  it('are many, who all get what one says, and have it in their inboxes', async () => {
    const others = await people(api, 12);
    const added = await Promise.all(others.map((who) => putMember(api, ada, id, who)));
    for (const { status } of added) expect([200, 503]).toContain(status);
    // So many at once may find the group busy. Then one asks again.
    for (const who of others) expect(await putMember(api, ada, id, who)).toMatchObject({ status: 200 });
    expect((await show(ada, id)).body.members).toHaveLength(14);
    const sockets = await Promise.all(others.map((who) => device(url, who)));
    const socket = await device(url, ada);
    const { seq } = await socket.ask(sendTo(id, 'Hello, all of you'));
    for (const other of sockets)
      await other.until(() =>
        other.frames.some((frame) => frame.type === 'chat.message' && frame.seq === seq),
      );
    for (const who of others)
      await eventually(async () =>
        expect(await inboxOf(who, id)).toMatchObject({ unread: 1, last_message: { seq } }),
      );
  });

  it('keep their places when one comes back', async () => {
    await putMember(api, ada, id, eve, 'reader');
    await sendMessage(api, charles, id, 'Before.');
    await removeMember(api, ada, id, charles);
    expect((await show(ada, id)).body).toMatchObject({
      members: [person3(ada, 'owner'), person3(eve, 'reader')],
      former: [{ id: charles.id }],
    });
    expect(await putMember(api, ada, id, charles)).toMatchObject({ status: 200, body: { role: 'member' } });
    const { body } = await show(ada, id);
    expect(body.members).toEqual([person3(ada, 'owner'), person3(charles, 'member'), person3(eve, 'reader')]);
    expect(body.former).toEqual([]);
    expect((await log(eve, id)).body.results[2]).toMatchObject({ sender_id: charles.id, message: 'Before.' });
  });
});

describe('a member who is removed', () => {
  castPeople();

  it('is told so, and of nothing after that', async () => {
    const { id } = await createGroup(api, ada, [charles, eve]);
    const [his, hers] = await Promise.all([device(url, charles), device(url, eve)]);
    expect(await removeMember(api, ada, id, charles)).toMatchObject({ status: 204 });
    const event = { type: 'removed', users: [charles.id] };
    for (const socket of [his, hers]) expect(await socket.next()).toMatchObject({ seq: 2, event });
    await sendMessage(api, ada, id, 'He is gone.');
    await putMember(api, ada, id, eve, 'moderator');
    expect(await hers.next()).toMatchObject({ message: 'He is gone.' });
    await quiet(his);
  });

  it('cannot tell the group from one that never was, and nor can a stranger', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    await sendMessage(api, charles, id, 'Hello.');
    await removeMember(api, ada, id, charles);
    const answers = async (who: Person, group: string) => {
      const socket = await device(url, who);
      const token = who.access;
      const at = (below = '') => path(group, below);
      const replies = [
        await api.get(at(), { token }),
        await api.get(at('messages/'), { token }),
        await api.get(at('messages/?before=2'), { token }),
        await api.get(at('messages/?around=1'), { token }),
        await postMessage(api, who, group, { text: 'Hello?' }),
        await api.patch(at('messages/2/'), { text: 'x', version: 1 }, { token }),
        await api.request('DELETE', at('messages/2/'), { token }),
        await api.request('PUT', at(`messages/2/reactions/${encodeURIComponent('👍')}/`), { token }),
        await rename(api, who, group, 'Mine'),
        await putMember(api, who, group, who, 'owner'),
        await putMember(api, who, group, { id: 'x' }),
        await removeMember(api, who, group, who),
        await removeMember(api, who, group, ada),
      ];
      const frames: Frame[] = [];
      for (const fields of [
        { action: 'message.send', text: 'x', client_id: crypto.randomUUID() },
        { action: 'message.edit', seq: 2, version: 1, text: 'x' },
        { action: 'message.delete', seq: 2 },
        { action: 'message.react', seq: 2, emoji: '👍' },
        { action: 'message.unreact', seq: 2, emoji: '👍' },
        { action: 'conversation.read', seq: 2 },
        { action: 'message.received', seq: 2 },
        { action: 'typing' },
      ])
        frames.push(await socket.ask({ ...fields, conversation: group }));
      const synced = await socket.ask({ action: 'sync', conversations: { [group]: { seq: 1, change: 0 } } });
      const told = { ...synced, position: undefined };
      const bodies = replies.map(({ status, body }) => ({ status, body }));
      const all = JSON.stringify([bodies, [...frames, told].map(({ ref: _, ...frame }) => frame)]);
      return JSON.parse(all.replaceAll(group, 'ID'));
    };
    const [replies, frames] = await answers(stranger, crypto.randomUUID());
    for (const one of replies)
      expect(one).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
    for (const one of frames.slice(0, -1)) expect(one).toMatchObject({ code: 'conversation_not_found' });
    expect(frames.at(-1)).toMatchObject({ type: 'sync.done', gone: ['ID'], messages: [], conversations: [] });
    expect(await answers(charles, id)).toEqual([replies, frames]);
    expect(await answers(stranger, id)).toEqual([replies, frames]);
    expect((await log(ada, id)).body).toMatchObject({ last_seq: 3, last_change: 0 });
  });

  it('loses the group from the inbox', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [guest]);
    await eventually(async () => expect(await inboxOf(guest, id)).toBeDefined());
    await removeMember(api, ada, id, guest);
    await eventually(async () => expect(await inboxOf(ada, id)).toMatchObject({ last_message: { seq: 2 } }));
    expect((await read(guest, '/conversations/')).body.results).toEqual([]);
    // Nor does a later message bring it back.
    await sendMessage(api, ada, id, 'He is gone.');
    await eventually(async () => expect(await inboxOf(ada, id)).toMatchObject({ last_message: { seq: 3 } }));
    expect((await read(guest, '/conversations/')).body.results).toEqual([]);
  });

  it('writes nothing after that, however fast', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [guest]);
    const socket = await device(url, guest);
    const sending = Array.from({ length: 8 }, (_, i) => socket.ask(sendTo(id, `Number ${i}`)));
    const [removed, ...answers] = await Promise.all([removeMember(api, ada, id, guest), ...sending]);
    expect(removed.status).toBe(204);
    const { results } = (await log(ada, id, '?limit=100')).body as { results: Frame[] };
    const end = results.findIndex((one) => (one.event as { type: string } | undefined)?.type === 'removed');
    expect(results.slice(end + 1)).toEqual([]);
    for (const answer of answers) {
      if (answer.type === 'message.sent') expect(answer.seq).toBeLessThanOrEqual(end);
      else expect(answer.code).toMatch(/^(busy|conversation_not_found)$/);
    }
  });
});

describe('the owners of a group', () => {
  castPeople();

  it('cannot leave others behind without one, or give up the role', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    const lastOwner = { status: 409, body: { code: 'last_owner' } };
    expect(await removeMember(api, ada, id, ada)).toMatchObject(lastOwner);
    for (const role of ['moderator', 'member', 'reader'])
      expect(await putMember(api, ada, id, ada, role)).toMatchObject(lastOwner);
    await putMember(api, ada, id, charles, 'owner');
    expect(await putMember(api, ada, id, ada, 'reader')).toMatchObject({ status: 200 });
    expect(await removeMember(api, charles, id, charles)).toMatchObject(lastOwner);
    expect(await removeMember(api, ada, id, ada)).toMatchObject({ status: 204 });
    expect(await events(charles, id)).toHaveLength(4);
  });

  it('who both leave at the same moment: exactly one of them does', async () => {
    const { id } = await createGroup(api, ada, [charles, eve]);
    await putMember(api, ada, id, charles, 'owner');
    const replies = await Promise.all([ada, charles].map((who) => removeMember(api, who, id, who)));
    expect(replies.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect(replies.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'last_owner' });
    const { members } = (await show(eve, id)).body as { members: { role: Role }[] };
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('who demote each other at the same moment leave one', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    await putMember(api, ada, id, charles, 'owner');
    const replies = await Promise.all([
      putMember(api, ada, id, charles, 'member'),
      putMember(api, charles, id, ada, 'member'),
    ]);
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    const { members } = (await show(ada, id)).body as { members: { role: Role }[] };
    expect(members.filter(({ role }) => role === 'owner')).toHaveLength(1);
  });

  it('may leave as the last member, and then nobody finds the group', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    await removeMember(api, ada, id, charles);
    expect(await removeMember(api, ada, id, ada)).toMatchObject({ status: 204 });
    for (const who of [ada, charles])
      expect(await show(who, id)).toMatchObject({ status: 404, body: { code: 'conversation_not_found' } });
    expect(await putMember(api, ada, id, ada)).toMatchObject({ status: 404 });
    expect(await inboxOf(ada, id)).toBeUndefined();
  });
});

describe('a message to a group', () => {
  castPeople();

  let id: string;
  let phone: Socket;
  let laptop: Socket;
  let his: Socket;
  let hers: Socket;
  beforeEach(async () => {
    ({ id } = await createGroup(api, ada, [charles, eve]));
    [phone, laptop, his, hers] = await Promise.all([
      device(url, ada),
      device(url, ada),
      device(url, charles),
      device(url, eve),
    ]);
  });

  it("reaches every other device of all members, and no conversation's socket", async () => {
    const originals = await Promise.all([
      connect(url, { token: charles.access, peer: ada.id }),
      connect(url, { token: ada.access, peer: charles.id }),
    ]);
    const sent = await phone.ask(sendTo(id, 'Hello, all.'));
    expect(sent).toMatchObject({ type: 'message.sent', conversation: id, seq: 2, message: 'Hello, all.' });
    const told = {
      type: 'chat.message',
      conversation: id,
      seq: 2,
      message: 'Hello, all.',
      sender: ada.username,
    };
    expect(await laptop.next()).toMatchObject({ ...told, client_id: sent.client_id });
    for (const socket of [his, hers]) {
      const frame = await socket.next();
      expect(frame).toMatchObject(told);
      expect(frame).not.toHaveProperty('client_id');
      expect(frame).not.toHaveProperty('event');
    }
    for (const socket of [phone, laptop, his, hers, ...originals]) await quiet(socket);
  });

  it('is stored once, over sockets and HTTP, and several come in one frame', async () => {
    const frame = sendTo(id, 'Once.');
    const { seq } = await phone.ask(frame);
    expect(await phone.ask(frame)).toMatchObject({ type: 'message.sent', seq });
    const again = await postMessage(api, ada, id, { text: 'Once.' }, frame.client_id);
    expect(again).toMatchObject({ status: 200, body: { seq } });
    await his.collect(3);
    const messages = [1, 2].map((i) => ({ client_id: crypto.randomUUID(), text: `${i}` }));
    const { results } = await phone.ask({ action: 'message.send', conversation: id, messages });
    expect(results).toMatchObject([{ status: 'stored' }, { status: 'stored' }]);
    expect(await his.next()).toMatchObject({ type: 'chat.messages', messages: [{ seq: 3 }, { seq: 4 }] });
  });

  it('cannot be addressed as one to a user', async () => {
    expect(await phone.ask(messageTo({ id }, 'Hello?'))).toMatchObject({ code: 'user_not_found' });
    expect(await read(ada, `/chat/history/${id}/`)).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
    await expect(connect(url, { token: ada.access, peer: id })).rejects.toMatchObject({ status: 403 });
  });

  it('is unread for all others, and events are not', async () => {
    await putMember(api, ada, id, stranger);
    await sendMessage(api, ada, id, 'one');
    await sendMessage(api, charles, id, 'two');
    await rename(api, ada, id, 'Looms');
    const unread = async (who: Person) => (await show(who, id)).body.unread;
    expect(await Promise.all([ada, charles, eve, stranger].map(unread))).toEqual([1, 1, 2, 2]);
    await hers.ask({ action: 'conversation.read', conversation: id, seq: 3 });
    expect(await unread(eve)).toBe(1);
    await hers.ask({ action: 'conversation.read', conversation: id, seq: 5 });
    expect((await show(eve, id)).body).toMatchObject({ unread: 0, read: 5, received: 5 });
    await eventually(async () =>
      expect(await inboxOf(charles, id)).toMatchObject({ unread: 1, last_message: { seq: 5 } }),
    );
  });

  it('may be edited by its sender, deleted, and reacted to, and answer another one', async () => {
    const { seq } = await phone.ask(sendTo(id, 'Hello.'));
    for (const socket of [laptop, his, hers]) await socket.next();
    await phone.ask({ action: 'message.edit', conversation: id, seq, version: 1, text: 'Hello, all.' });
    await his.ask({ action: 'message.react', conversation: id, seq, emoji: '👍' });
    const reactions = [{ emoji: '👍', users: [charles.id, eve.id] }];
    await hers.ask({ action: 'message.react', conversation: id, seq, emoji: '👍' });
    const edited = { message: 'Hello, all.', version: 2 };
    expect(await laptop.next()).toMatchObject({ type: 'message.changed', conversation: id, message: edited });
    // Both reactions come in one frame, unless a batch of the stream ends between them.
    let told = await laptop.next();
    if (told.change !== 3) told = await laptop.next();
    expect(told).toMatchObject({ conversation: id, change: 3, message: { ...edited, reactions } });
    expect((await log(charles, id)).body).toMatchObject({ last_change: 3 });
    expect((await log(charles, id)).body.results[1]).toMatchObject({ message: 'Hello, all.', reactions });
    await hers.ask({ action: 'message.unreact', conversation: id, seq, emoji: '👍' });
    expect(await his.ask(sendTo(id, 'Hello.', { reply_to: seq }))).toMatchObject({ reply_to: seq });
    const { changed } = await his.ask({
      action: 'sync',
      conversations: { [id]: { seq: 2, change: 0 } },
    });
    expect(changed).toMatchObject([{ seq, reactions: [{ emoji: '👍', users: [charles.id] }] }]);
    expect(await phone.ask({ action: 'message.delete', conversation: id, seq })).toMatchObject({
      message: { message: '' },
    });
  });

  it('keeps the reaction of one who has left', async () => {
    const { seq } = await phone.ask(sendTo(id, 'Hello.'));
    await his.ask({ action: 'message.react', conversation: id, seq, emoji: '👍' });
    await removeMember(api, charles, id, charles);
    expect((await log(eve, id)).body.results[1].reactions).toEqual([{ emoji: '👍', users: [charles.id] }]);
  });
});

describe('an event', () => {
  castPeople();

  it.each(['created', 'joined'] as const)('cannot be edited, deleted or reacted to: %s', async (type) => {
    const { id } = await createGroup(api, ada, [charles]);
    await putMember(api, ada, id, eve);
    const seq = type === 'created' ? 1 : 2;
    const [socket, his] = await Promise.all([device(url, ada), device(url, charles)]);
    for (const fields of [
      { action: 'message.edit', version: 1, text: 'x' },
      { action: 'message.delete' },
      { action: 'message.react', emoji: '👍' },
      { action: 'message.unreact', emoji: '👍' },
    ])
      expect(await socket.ask({ ...fields, conversation: id, seq })).toMatchObject({
        code: 'message_not_found',
      });
    const token = ada.access;
    const replies = [
      await api.patch(path(id, `messages/${seq}/`), { text: 'x', version: 1 }, { token }),
      await api.request('DELETE', path(id, `messages/${seq}/`), { token }),
      await api.request('PUT', path(id, `messages/${seq}/reactions/${encodeURIComponent('👍')}/`), { token }),
    ];
    for (const reply of replies)
      expect(reply).toMatchObject({ status: 404, body: { code: 'message_not_found' } });
    await quiet(his);
    expect((await log(ada, id)).body).toMatchObject({ last_change: 0 });
  });

  it('cannot be reported, and stands beside no report', async () => {
    const { id } = await createGroup(api, ada, [charles]);
    const by = await person(api);
    await putMember(api, ada, id, by);
    const { seq } = await sendMessage(api, ada, id, 'Buy my engine.');
    const report = (at: number) =>
      api.post(
        '/reports/',
        { user: ada.id, message: { conversation: id, seq: at }, reason: 'spam' },
        { token: by.access },
      );
    expect(await report(1)).toMatchObject({ status: 404, body: { code: 'message_not_found' } });
    expect(await report(seq)).toMatchObject({ status: 201 });
  });
});

describe('receipts and typing in a group', () => {
  castPeople();

  let id: string;
  let hers: Socket;
  let his: Socket;
  let eves: Socket;
  beforeEach(async () => {
    ({ id } = await createGroup(api, ada, [charles, eve]));
    await sendMessage(api, ada, id, 'one');
    await sendMessage(api, ada, id, 'two');
    [hers, his, eves] = await Promise.all([device(url, ada), device(url, charles), device(url, eve)]);
  });

  it.each(['conversation.read', 'message.received'])('%s goes to all other members', async (type) => {
    const receipt = { type, conversation: id, user_id: charles.id, seq: 2 };
    expect(await his.ask({ action: type, conversation: id, seq: 2 })).toMatchObject({
      ...receipt,
      moved: true,
    });
    for (const socket of [hers, eves]) {
      expect(await socket.next()).toEqual(receipt);
      await quiet(socket);
    }
    expect(await his.ask({ action: type, conversation: id, seq: 1 })).toMatchObject({ moved: false });
    expect(await his.ask({ action: type, conversation: id, seq: 4 })).toMatchObject({ moved: false });
    for (const socket of [hers, eves]) await quiet(socket);
  });

  it('typing goes to all other members', async () => {
    expect(await his.ask({ action: 'typing', conversation: id })).toMatchObject({ forwarded: true });
    for (const socket of [hers, eves]) {
      expect(await socket.next()).toEqual({
        type: 'typing',
        conversation: id,
        user_id: charles.id,
        expires_in: 6,
      });
    }
    await quiet(his);
  });

  it('are not told where a block stands between, and what is written is', async () => {
    const [one, other] = await people(api, 2);
    const { id: group } = await createGroup(api, one, [other, charles]);
    await api.request('PUT', `/users/${other.id}/block/`, { token: one.access });
    const [ones, others] = await Promise.all([device(url, one), device(url, other)]);
    expect(await his.next()).toMatchObject({ type: 'chat.message', event: { type: 'created' } });
    await his.ask(sendTo(group, 'Hello, you two.'));
    for (const socket of [ones, others]) expect(await socket.next()).toMatchObject({ seq: 2 });
    expect(await others.ask({ action: 'conversation.read', conversation: group, seq: 2 })).toMatchObject({
      moved: true,
    });
    expect(await others.ask({ action: 'typing', conversation: group })).toMatchObject({ forwarded: true });
    expect(await his.next()).toMatchObject({ type: 'conversation.read', user_id: other.id });
    expect(await his.next()).toMatchObject({ type: 'typing', user_id: other.id });
    await quiet(ones);
    expect(await others.ask(sendTo(group, 'To all.'))).toMatchObject({ type: 'message.sent' });
    expect(await ones.next()).toMatchObject({ type: 'chat.message', message: 'To all.' });
  });

  it('typing is not shown by one who hides their presence', async () => {
    const guest = await person(api);
    await putMember(api, ada, id, guest);
    await api.patch('/users/me/', { presence: 'hidden' }, { token: guest.access });
    for (const socket of [hers, his, eves]) await socket.next();
    const theirs = await device(url, guest);
    await theirs.ask({ action: 'typing', conversation: id });
    for (const socket of [hers, his, eves]) await quiet(socket);
  });
});

describe('the history of a group', () => {
  castPeople();

  const joined = async (history: string) => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [charles], { history });
    for (const text of ['one', 'two']) await sendMessage(api, ada, id, text);
    expect(await putMember(api, ada, id, guest)).toMatchObject({ status: 200 });
    await sendMessage(api, ada, id, 'three');
    return { guest, id };
  };
  const texts = (body: { results: { message: string }[] }) => body.results.map(({ message }) => message);

  it('is open to whoever joins, by default', async () => {
    const { guest, id } = await joined('all');
    expect(texts((await log(guest, id)).body)).toEqual(['', 'one', 'two', '', 'three']);
    expect((await show(guest, id)).body).toMatchObject({ first_seq: 1, unread: 1, read: 4 });
  });

  it('may begin for each member with their joining, and nothing before exists for them', async () => {
    const { guest, id } = await joined('since_joining');
    expect((await show(guest, id)).body).toMatchObject({ first_seq: 4, unread: 1, read: 4 });
    expect((await show(charles, id)).body).toMatchObject({ first_seq: 1 });
    const parts = [
      await log(guest, id),
      await log(guest, id, '?after=0'),
      await log(guest, id, '?before=6'),
      await log(guest, id, '?around=1'),
      await log(guest, id, '?around=4'),
    ];
    for (const { body } of parts) {
      expect(texts(body)).toEqual(['', 'three']);
      expect(body).toMatchObject({ older: null, newer: null, last_seq: 5 });
    }
    expect(texts((await log(guest, id, '?before=4')).body)).toEqual([]);
    expect((await log(guest, id, '?before=2')).body).toMatchObject({ results: [], older: null });
    expect((await log(guest, id, '?limit=1')).body).toMatchObject({ results: [{ seq: 5 }] });
    expect(await log(guest, id, '?before=5&limit=1')).toMatchObject({
      body: { results: [{ seq: 4 }], older: null },
    });
  });

  it('that they may not see is in no answer of a socket', async () => {
    const { guest, id } = await joined('since_joining');
    const socket = await device(url, guest);
    const before = { conversation: id, seq: 2 };
    for (const fields of [
      { action: 'message.react', emoji: '👍' },
      { action: 'message.unreact', emoji: '👍' },
      { action: 'message.edit', version: 1, text: 'x' },
      { action: 'message.delete' },
    ])
      expect(await socket.ask({ ...fields, ...before })).toMatchObject({ code: 'message_not_found' });
    const token = ada.access;
    await api.patch(path(id, 'messages/2/'), { text: 'eins', version: 1 }, { token });
    await api.patch(path(id, 'messages/5/'), { text: 'drei', version: 1 }, { token });
    const synced = await socket.ask({ action: 'sync', conversations: { [id]: { seq: 0, change: 0 } } });
    expect(synced).toMatchObject({
      messages: [{ seq: 4 }, { seq: 5, message: 'drei' }],
      changes: { [id]: 2 },
    });
    expect(JSON.stringify(synced)).not.toContain('eins');
    const again = await socket.ask({ action: 'sync', conversations: { [id]: { seq: 5, change: 0 } } });
    expect(again).toMatchObject({ messages: [], changed: [{ seq: 5 }], changes: { [id]: 2 } });
  });

  it('that they may not see is not told by changes either', async () => {
    const { guest, id } = await joined('since_joining');
    const socket = await device(url, guest);
    const his = await device(url, charles);
    await api.patch(path(id, 'messages/2/'), { text: 'eins', version: 1 }, { token: ada.access });
    expect(await his.next()).toMatchObject({ type: 'message.changed', message: { message: 'eins' } });
    await quiet(socket);
  });

  it('that they may not see is not told by a repeat either', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [charles], { history: 'since_joining' });
    const [hers, his] = await Promise.all([device(url, ada), device(url, charles)]);
    const frame = sendTo(id, 'A secret.');
    await hers.ask(frame);
    expect(await his.next()).toMatchObject({ message: 'A secret.' });
    await putMember(api, ada, id, guest);
    expect(await his.next()).toMatchObject({ event: { type: 'joined' } });
    const socket = await device(url, guest);
    expect(await hers.ask(frame)).toMatchObject({ type: 'message.sent', seq: 2 });
    await quiet(socket);
  });

  it('that they may not see never shows in their inbox', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [charles], { history: 'since_joining' });
    await sendMessage(api, ada, id, 'A secret.');
    await eventually(async () =>
      expect(await inboxOf(charles, id)).toMatchObject({ last_message: { seq: 2 } }),
    );
    await putMember(api, ada, id, guest);
    const seen: string[] = [];
    await eventually(async () => {
      const { results } = (await read(guest, '/conversations/')).body;
      seen.push(JSON.stringify(results));
      expect(results).toMatchObject([{ last_message: { seq: 3 } }]);
    });
    expect(seen.filter((one) => one.includes('A secret.'))).toEqual([]);
  });

  it('begins anew for one who comes back', async () => {
    const { guest, id } = await joined('since_joining');
    await removeMember(api, ada, id, guest);
    await sendMessage(api, ada, id, 'four');
    await putMember(api, ada, id, guest);
    expect((await show(guest, id)).body).toMatchObject({ first_seq: 8 });
    expect((await log(guest, id, '?after=0')).body.results).toMatchObject([{ seq: 8 }]);
  });
});

describe('a device that was away', () => {
  castPeople();

  it('catches up with a group, its changes, and one that is new', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [guest]);
    const socket = await device(url, guest);
    const { position } = await socket.ask({ action: 'sync', conversations: {} });
    await sendMessage(api, ada, id, 'one');
    const { id: other } = await createGroup(api, ada, [guest], { title: 'Looms' });
    await eventually(async () => expect(await inboxOf(guest, other)).toBeDefined());
    const held = { action: 'sync', conversations: { [id]: { seq: 1, change: 0 } }, since: position };
    expect(await socket.ask(held)).toMatchObject({
      type: 'sync.done',
      messages: [{ conversation: id, seq: 2, message: 'one' }],
      gone: [],
      conversations: expect.arrayContaining([
        expect.objectContaining({ id, kind: 'group', role: 'member' }),
        expect.objectContaining({ id: other, kind: 'group', title: 'Looms' }),
      ]),
    });
  });

  it('learns which groups it is not in any more, beside those that it is in', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [guest]);
    const { id: left } = await createGroup(api, ada, [guest]);
    await removeMember(api, guest, left, guest);
    await sendMessage(api, ada, left, 'He is gone.');
    const never = crypto.randomUUID();
    const pair = conversationOf(guest, ada);
    const socket = await device(url, guest);
    const conversations = Object.fromEntries(
      [id, left, never, pair].map((one) => [one, { seq: 0, change: 0 }]),
    );
    const synced = await socket.ask({ action: 'sync', conversations });
    expect(synced).toMatchObject({ messages: [{ conversation: id }], changes: { [id]: 0, [pair]: 0 } });
    expect((synced.gone as string[]).toSorted()).toEqual([left, never].toSorted());
  });

  it.each(['x', 'META', `${crypto.randomUUID()}.`, `${crypto.randomUUID()}0`])(
    'is refused as a whole if an id is malformed: %j',
    async (malformed) => {
      const { id } = await createGroup(api, ada, []);
      const socket = await device(url, ada);
      const conversations = { [id]: 0, [malformed]: 0 };
      expect(await socket.ask({ action: 'sync', conversations })).toMatchObject({
        code: 'conversation_not_found',
      });
    },
  );
});

describe('a conversation of two', () => {
  castPeople();

  it('is no group', async () => {
    const pair = conversationOf(ada, charles);
    await sendMessage(api, ada, pair, 'Hello.');
    expect((await show(ada, pair)).body).toMatchObject({ kind: 'pair', peer: { id: charles.id } });
    const replies = [
      await rename(api, ada, pair, 'Us'),
      await putMember(api, ada, pair, eve),
      await putMember(api, ada, pair, charles, 'reader'),
      await removeMember(api, ada, pair, charles),
      await removeMember(api, ada, pair, ada),
    ];
    for (const reply of replies) expect(reply).toMatchObject({ status: 409, body: { code: 'not_a_group' } });
    const socket = await device(url, ada);
    const { seq } = await sendMessage(api, charles, pair, 'Mine.');
    expect(await socket.next()).toMatchObject({ seq });
    expect(await socket.ask({ action: 'message.delete', conversation: pair, seq })).toMatchObject({
      code: 'not_your_message',
    });
  });

  it.each(['x', 'META', 'CONV%231', `${crypto.randomUUID()}.${crypto.randomUUID()}`])(
    'and a group of the id %j do not exist',
    async (id) => {
      const notFound = { status: 404, body: { code: 'conversation_not_found' } };
      expect(await rename(api, ada, id, 'Mine')).toMatchObject(notFound);
      expect(await putMember(api, ada, id, eve)).toMatchObject(notFound);
      expect(await removeMember(api, ada, id, ada)).toMatchObject(notFound);
    },
  );
});

describe('a member who deletes their account', () => {
  castPeople();

  const remove = (who: Person) =>
    api.send('DELETE', '/users/me/', { password: who.password }, { token: who.access });
  const deleted = ({ id }: Person) => ({ id, username: 'Deleted account', deleted: true });

  it('leaves the group, which goes on', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [guest, charles]);
    await sendMessage(api, guest, id, 'Farewell.');
    const his = await device(url, charles);
    await remove(guest);
    expect(await his.next()).toMatchObject({
      sender: 'Deleted account',
      sender_id: guest.id,
      event: { type: 'left', users: [guest.id] },
    });
    expect(await postMessage(api, ada, id, { text: 'Still here?' })).toMatchObject({ status: 201 });
    expect(await his.next()).toMatchObject({ message: 'Still here?' });
    expect((await show(charles, id)).body).toMatchObject({
      members: [person3(ada, 'owner'), person3(charles, 'member')],
      former: [deleted(guest)],
    });
    expect((await log(charles, id)).body.results[1]).toMatchObject({
      sender_id: guest.id,
      message: 'Farewell.',
    });
    expect(await putMember(api, ada, id, guest)).toMatchObject({
      status: 404,
      body: { code: 'user_not_found' },
    });
  });

  it('hands the group over, to the highest role', async () => {
    const [owner, member, moderator] = await people(api, 3);
    const { id } = await createGroup(api, owner, [member, moderator]);
    await putMember(api, owner, id, moderator, 'moderator');
    const socket = await device(url, member);
    await remove(owner);
    expect(await socket.next()).toMatchObject({
      event: { type: 'role', users: [moderator.id], role: 'owner' },
    });
    expect(await socket.next()).toMatchObject({ event: { type: 'left', users: [owner.id] } });
    expect((await show(member, id)).body).toMatchObject({
      members: [person3(member, 'member'), person3(moderator, 'owner')],
      former: [deleted(owner)],
    });
    expect(await rename(api, moderator, id, 'Looms')).toMatchObject({ status: 200 });
  });
});

describe('the data of a member', () => {
  castPeople();

  it('have their groups, with the messages that they may see', async () => {
    const guest = await person(api);
    const { id } = await createGroup(api, ada, [charles], { title: 'Looms', history: 'since_joining' });
    await sendMessage(api, ada, id, 'A secret.');
    await putMember(api, ada, id, guest);
    await sendMessage(api, guest, id, 'Hello.');
    await eventually(async () =>
      expect(await inboxOf(guest, id)).toMatchObject({ last_message: { seq: 4 } }),
    );
    const { body } = await read(guest, '/users/me/export/');
    const lines: Frame[] = body
      .trimEnd()
      .split('\n')
      .map((line: string) => JSON.parse(line));
    expect(lines.filter(({ type }) => type === 'conversation')).toEqual([
      { type: 'conversation', id, kind: 'group', title: 'Looms', role: 'member', read: 3, received: 3 },
    ]);
    expect(lines.filter(({ type }) => type === 'message')).toMatchObject([
      { conversation: id, seq: 3, message: '', event: { type: 'joined', users: [guest.id] } },
      { conversation: id, seq: 4, message: 'Hello.', sender_id: guest.id },
    ]);
  });
});
