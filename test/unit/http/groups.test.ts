import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_FIRST_MEMBERS, MAX_MEMBERS } from '../../../functions/core/conversations/roster.ts';
import { handler as conversations } from '../../../functions/http/conversations.ts';
import { handler } from '../../../functions/http/groups.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { httpEntry } from '../support/http-entry.ts';
import { person } from '../support/inboxes.ts';
import { api } from '../support/mocked-clients.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

type Handler = Parameters<typeof httpEntry>[0];

/** Alice asks. There are the users 2 to 101, too, and user 2 has a device. */
function entry(asked: Handler = handler as Handler) {
  const { state, store, ask } = httpEntry(asked);
  store({ pk: `USER#${alice.id}`, sk: 'PROFILE', ...alice });
  for (let n = 2; n <= MAX_MEMBERS + 1; n += 1) store({ pk: `USER#${id(n)}`, sk: 'PROFILE', ...person(n) });
  store(socketsItem(id(2), aConnection('phone=', { userId: id(2), conversation: '' })));
  const at = (conversation: string) => ({ path: { conversation } });
  const member = (conversation: string, user_id: string) => ({ path: { conversation, user_id } });
  return {
    ...{ state, store, ask },
    create: (body: unknown) => ask('POST', '/conversations/', { body }),
    change: (group: string, body: unknown) =>
      ask('PATCH', `/conversations/${group}/`, { ...at(group), body }),
    dissolve: (group: string, more = {}) =>
      ask('DELETE', `/conversations/${group}/`, { ...at(group), ...more }),
    put: (group: string, userId: string, body?: unknown) =>
      ask('PUT', `/conversations/${group}/members/${userId}/`, { ...member(group, userId), body }),
    remove: (group: string, userId: string, more = {}) =>
      ask('DELETE', `/conversations/${group}/members/${userId}/`, { ...member(group, userId), ...more }),
  };
}

const TRIP = { kind: 'group', title: 'Trip', members: [id(2), id(3)] };

/** Alice's group of three, and what one can ask of it. */
async function trip() {
  const all = entry();
  const { body } = await all.create(TRIP);
  return { ...all, group: body.id as string };
}

const member = (n: number, role: string) => ({ id: id(n), username: n === 1 ? 'Alice' : `user${n}`, role });

describe('`POST /conversations/`', () => {
  it('creates a group, and answers with it and its members', async () => {
    const { create } = entry();
    const { statusCode, body } = await create(TRIP);
    expect(statusCode).toBe(201);
    expect(body).toEqual({
      ...{ id: expect.any(String), kind: 'group', title: 'Trip', role: 'owner', first_seq: 1 },
      last_message: {
        ...{ id: expect.any(String), seq: 1, sender_id: alice.id, message: '', created_at: NOON },
        event: { type: 'created', title: 'Trip', users: [1, 2, 3].map(id) },
      },
      ...{ unread: 0, read: 1, received: 1 },
      who: { write: 'member', add: 'moderator', rename: 'moderator' },
      members: [member(1, 'owner'), member(2, 'member'), member(3, 'member')],
      former: [],
    });
    const [post] = api.commandCalls(PostToConnectionCommand);
    expect(JSON.parse(String(post?.args[0].input.Data))).toMatchObject({
      ...{ type: 'chat.message', conversation: body.id, seq: 1, sender: 'Alice' },
    });
  });

  it('gives the group of the same key again', async () => {
    const { create } = entry();
    const first = await create({ ...TRIP, key: 'x' });
    expect(await create({ ...TRIP, title: 'Another', key: 'x' })).toEqual({ ...first, statusCode: 200 });
    expect((await create({ ...TRIP, key: 'y' })).body.id).not.toBe(first.body.id);
    expect(first.body.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('takes ids in either letter case, and one’s own', async () => {
    const { create, store } = entry();
    const other = 'abcdef00-0000-4000-8000-000000000001';
    store({ pk: `USER#${other}`, sk: 'PROFILE', ...person(2), id: other });
    const { statusCode, body } = await create({ ...TRIP, members: [alice.id, other.toUpperCase()] });
    expect([statusCode, body.members.map((one: { id: string }) => one.id)]).toEqual([201, [alice.id, other]]);
  });

  it.each([
    ['another kind', { kind: 'pair' }, 'kind'],
    ['no title', { title: undefined }, 'title'],
    ['an empty title', { title: '' }, 'title'],
    ['a blank title', { title: ' \u00a0' }, 'title'],
    ['a title with a line break', { title: 'a\nb' }, 'title'],
    ['a title that is too long', { title: '🦀'.repeat(101) }, 'title'],
    ['no members', { members: undefined }, 'members'],
    ['a member twice', { members: [id(2), id(2)] }, 'members'],
    [
      'too many members',
      { members: Array.from({ length: MAX_FIRST_MEMBERS + 1 }, (_, n) => id(n)) },
      'members',
    ],
    ['an unknown history', { history: 'some' }, 'history'],
    ['an empty key', { key: '' }, 'key'],
    ['a key that is too long', { key: 'x'.repeat(101) }, 'key'],
    ['an unknown field', { color: 'red' }, 'color'],
  ])('refuses %s, and stores nothing', async (_, more, field) => {
    const { create, state } = entry();
    const before = state.partitionKeys();
    const { statusCode, body } = await create({ ...TRIP, ...more });
    expect([statusCode, body.code, Object.keys(body.errors)]).toEqual([400, 'validation_failed', [field]]);
    expect(state.partitionKeys()).toEqual(before);
  });

  it.each([id(404), 'x'])('refuses a member who is no user: %s', async (userId) => {
    const refused = { statusCode: 404, body: { code: 'user_not_found' } };
    expect(await entry().create({ ...TRIP, members: [userId] })).toMatchObject(refused);
  });
});

describe('`PATCH /conversations/{id}/`', () => {
  it('renames a group', async () => {
    const { change, group } = await trip();
    expect(await change(group, { title: 'Journey' })).toMatchObject({
      statusCode: 200,
      body: {
        id: group,
        title: 'Journey',
        last_message: { seq: 2, event: { type: 'renamed', title: 'Journey' } },
      },
    });
    expect(await change(group.toUpperCase(), { title: 'Journey' })).toMatchObject({
      body: { last_message: { seq: 2 } },
    });
  });

  it('changes what it says of itself, and who may do what, and answers with all of it', async () => {
    const { change, group } = await trip();
    const about = { description: 'By train.\nTwo days.', picture: 'https://example.com/a.png?x=1#y' };
    const { statusCode, body } = await change(group, { ...about, who: { write: 'moderator' } });
    expect([statusCode, body]).toMatchObject([
      200,
      {
        id: group,
        title: 'Trip',
        ...about,
        who: { write: 'moderator', add: 'moderator', rename: 'moderator' },
      },
    ]);
    expect(body.last_message.event).toEqual({ type: 'changed', fields: ['description', 'picture', 'who'] });
    const { body: after } = await change(group, { description: '', picture: '', title: 'Journey' });
    expect(after).toMatchObject({ title: 'Journey', who: { write: 'moderator' } });
    expect(Object.keys(after)).not.toContain('description');
    expect(Object.keys(after)).not.toContain('picture');
    const fields = ['title', 'description', 'picture'];
    expect(after.last_message.event).toEqual({ type: 'changed', fields, title: 'Journey' });
  });

  it.each([
    ['a description', { description: '🦀'.repeat(500) }],
    ['a description of several lines', { description: 'a\nb\r\nc' }],
    ['a picture', { picture: `https://example.com/${'a'.repeat(480)}` }],
    ['a picture at an address of numbers', { picture: 'https://[2001:db8::1]:8443/a%20b.png' }],
    ['a right', { who: { rename: 'member' } }],
  ])('takes %s', async (_, body) => {
    const { change, group } = await trip();
    expect(await change(group, body)).toMatchObject({ statusCode: 200, body });
  });

  it.each([
    ['nothing', {}, 'body'],
    ['a blank title', { title: ' ' }, 'title'],
    ['a description that is too long', { description: '🦀'.repeat(501) }, 'description'],
    ['a description with a tab', { description: 'a\tb' }, 'description'],
    ['a description with a control character of C1', { description: 'a\u0085b' }, 'description'],
    ['a description that is none', { description: null }, 'description'],
    ['a picture without encryption', { picture: 'http://example.com/a.png' }, 'picture'],
    ['a picture that is a script', { picture: 'javascript:alert(1)' }, 'picture'],
    ['a picture with a space', { picture: 'https://example.com/a b' }, 'picture'],
    ['a picture with a line break', { picture: 'https://example.com/a\n' }, 'picture'],
    ['a picture on no host', { picture: 'https://:/a.png' }, 'picture'],
    ['a picture of which nothing is an address', { picture: 'https://' }, 'picture'],
    ['a picture that is too long', { picture: `https://example.com/${'a'.repeat(481)}` }, 'picture'],
    ['no rights', { who: {} }, 'who'],
    ['readers with a right', { who: { write: 'reader' } }, 'who.write'],
    ['a right that cannot be given', { who: { roles: 'member' } }, 'who.roles'],
    ['an unknown field', { title: 'Journey', color: 'red' }, 'color'],
  ])('refuses %s', async (_, body, field) => {
    const { change, group, state } = await trip();
    const before = state.partition(`CONV#${group}`);
    const refused = { statusCode: 400, body: { code: 'validation_failed' } };
    const answer = await change(group, body);
    expect(answer).toMatchObject(refused);
    expect(Object.keys(answer.body.errors)).toEqual([field]);
    expect(answer.body.errors[field]).toHaveLength(1);
    expect(state.partition(`CONV#${group}`)).toEqual(before);
    // The shape of a request is checked first.
    expect(await change(id(404), body)).toMatchObject(refused);
  });
});

describe('`DELETE /conversations/{id}/`', () => {
  it('deletes a group, which does not exist from then on', async () => {
    const { dissolve, change, put, group } = await trip();
    expect(await dissolve(group.toUpperCase())).toEqual({ statusCode: 204, body: null });
    const gone = { statusCode: 404, body: { code: 'conversation_not_found' } };
    expect(await dissolve(group)).toMatchObject(gone);
    expect(await change(group, { title: 'Journey' })).toMatchObject(gone);
    expect(await put(group, id(4))).toMatchObject(gone);
    const frames = api
      .commandCalls(PostToConnectionCommand)
      .map(({ args }) => JSON.parse(String(args[0].input.Data)));
    expect(frames.at(-1)).toMatchObject({ conversation: group, seq: 2, event: { type: 'dissolved' } });
  });

  it('takes no body, and no pair', async () => {
    const { dissolve, group } = await trip();
    const refused = { statusCode: 400, body: { code: 'validation_failed' } };
    expect(await dissolve(group, { body: { because: 'x' } })).toMatchObject(refused);
    expect(await dissolve(CONVERSATION)).toMatchObject({ statusCode: 409, body: { code: 'not_a_group' } });
    expect(await dissolve(id(404))).toMatchObject({
      statusCode: 404,
      body: { code: 'conversation_not_found' },
    });
  });
});

describe('`PUT` and `DELETE /conversations/{id}/members/{user_id}/`', () => {
  it('add a member, change their role, and remove them', async () => {
    const { put, remove, change, group } = await trip();
    expect(await put(group, id(4))).toEqual({ statusCode: 200, body: member(4, 'member') });
    expect(await put(group, id(4), { role: 'reader' })).toEqual({
      statusCode: 200,
      body: member(4, 'reader'),
    });
    expect(await put(group, id(4), {})).toEqual({ statusCode: 200, body: member(4, 'reader') });
    expect(await remove(group, id(4))).toEqual({ statusCode: 204, body: null });
    expect(await remove(group, id(4))).toEqual({ statusCode: 204, body: null });
    expect((await change(group, { title: 'Trip' })).body).toMatchObject({
      members: [member(1, 'owner'), member(2, 'member'), member(3, 'member')],
      former: [{ id: id(4), username: 'user4' }],
    });
  });

  it('refuse what the group does not allow', async () => {
    const { put, remove, group } = await trip();
    for (let n = 4; n <= MAX_MEMBERS; n += 1) await put(group, id(n));
    expect(await put(group, id(MAX_MEMBERS + 1))).toMatchObject({
      statusCode: 409,
      body: { code: 'group_full' },
    });
    expect(await remove(group, alice.id)).toMatchObject({ statusCode: 409, body: { code: 'last_owner' } });
    const demoted = await put(group, alice.id, { role: 'member' });
    expect(demoted).toMatchObject({ statusCode: 409, body: { code: 'last_owner' } });
    await put(group, id(2), { role: 'owner' });
    await put(group, alice.id, { role: 'member' });
    expect(await remove(group, id(3))).toMatchObject({ statusCode: 403, body: { code: 'not_allowed' } });
    expect(await remove(group, alice.id)).toEqual({ statusCode: 204, body: null });
    expect(await remove(group, alice.id)).toMatchObject({
      ...{ statusCode: 404, body: { code: 'conversation_not_found' } },
    });
  });

  it.each([
    ['an unknown role', { role: 'king' }],
    ['an unknown field', { title: 'x' }],
    ['a list', []],
  ])('refuse %s', async (_, body) => {
    const { put, group } = await trip();
    const refused = { statusCode: 400, body: { code: 'validation_failed' } };
    expect(await put(group, id(4), body)).toMatchObject(refused);
  });

  it('refuse a body where none is expected', async () => {
    const { remove, group } = await trip();
    const refused = await remove(group, id(2), { body: { because: 'x' } });
    expect(refused).toMatchObject({ statusCode: 400, body: { code: 'validation_failed' } });
  });

  it('know no group in a pair, and no conversation of others', async () => {
    const { put, remove, change } = await trip();
    for (const [conversation, statusCode, code] of [
      [CONVERSATION, 409, 'not_a_group'],
      [`${id(8)}.${id(9)}`, 404, 'conversation_not_found'],
      [id(404), 404, 'conversation_not_found'],
      ['x', 404, 'conversation_not_found'],
    ] as const) {
      const refused = { statusCode, body: { code } };
      expect(await put(conversation, id(4))).toMatchObject(refused);
      expect(await remove(conversation, id(4))).toMatchObject(refused);
      expect(await change(conversation, { title: 'Journey' })).toMatchObject(refused);
    }
  });
});

describe('`GET /conversations/{id}/` of a group', () => {
  it('has its members, and those who have left', async () => {
    const { put, remove, group, state } = await trip();
    await put(group, id(2), { role: 'moderator' });
    await remove(group, id(3));
    const other = entry(conversations as Handler);
    for (const pk of state.partitionKeys()) for (const item of state.partition(pk)) other.store(item);
    const path = { conversation: group.toUpperCase() };
    expect(await other.ask('GET', `/conversations/${group}/`, { path })).toMatchObject({
      statusCode: 200,
      body: {
        ...{ id: group, kind: 'group', title: 'Trip', role: 'owner', first_seq: 1, unread: 0 },
        last_message: { seq: 3, event: { type: 'removed', users: [id(3)] } },
        members: [member(1, 'owner'), member(2, 'moderator')],
        former: [{ id: id(3), username: 'user3' }],
      },
    });
  });
});
