import { afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { device, quiet } from './support/devices.ts';
import { createGroup, putMember, removeMember } from './support/groups.ts';
import {
  createInvitation,
  join,
  listInvitations,
  look,
  postInvitation,
  revokeInvitation,
} from './support/invitations.ts';
import { sendMessage } from './support/messages.ts';
import { type Person, people } from './support/people.ts';
import { type Reply, rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const url = inject('parleyUrl');
const api = rest(url);

/** Ada owns each group, and Charles is in it. Eve and Mary are not. */
let ada: Person;
let charles: Person;
let eve: Person;
let mary: Person;
beforeAll(async () => {
  [ada, charles, eve, mary] = await people(api, 4);
});
afterEach(closeSockets);

const MOST = 20;
const NOT_FOUND = { status: 404, body: { code: 'invitation_not_found' } };

const groupOf = async (more: object = {}) =>
  (await createGroup(api, ada, [charles], { title: 'Looms', ...more })).id;
const show = ({ access: token }: Person, group: string) => api.get(`/conversations/${group}/`, { token });
const block = (by: Person, whom: Person, method = 'PUT') =>
  api.request(method, `/users/${whom.id}/block/`, { token: by.access });
const statusesOf = (replies: readonly Reply[]) => replies.map(({ status }) => status).toSorted();
/** A token with another character of its secret. */
const misread = (token: string) => token.slice(0, -2) + (token.at(-2) === 'A' ? 'B' : 'A') + token.at(-1);

async function expectNotFound(who: Person, token: string) {
  expect(await look(api, who, token)).toMatchObject(NOT_FOUND);
  expect(await join(api, who, token)).toMatchObject(NOT_FOUND);
}

describe('an invitation', () => {
  it('is a link for a hundred members within a week, whose token is told once', async () => {
    const group = await groupOf();
    const asked = Date.now();
    const { status, body } = await api.request('POST', `/conversations/${group}/invitations/`, {
      token: ada.access,
    });
    const { token, ...shown } = body;
    expect([status, shown]).toEqual([
      201,
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        role: 'member',
        expires_at: expect.any(String),
        max_uses: 100,
        uses: 0,
        created_by: ada.id,
      },
    ]);
    expect(token).toMatch(/^[\w-]{43}$/);
    const seconds = (Date.parse(shown.expires_at) - asked) / 1_000;
    expect(Math.abs(seconds - 604_800)).toBeLessThan(60);
    expect(await listInvitations(api, ada, group)).toMatchObject({ status: 200, body: { results: [shown] } });
    expect(JSON.stringify((await listInvitations(api, ada, group)).body)).not.toContain(token);
  });

  it('shows the group to everybody who has its token, and nobody else', async () => {
    const group = await groupOf();
    const { token } = await createInvitation(api, ada, group, { role: 'reader' });
    expect(await look(api, eve, token)).toMatchObject({
      status: 200,
      body: {
        conversation: { id: group, title: 'Looms', members: 2 },
        role: 'reader',
        invited_by: { id: ada.id, username: ada.username },
      },
    });
    for (const path of ['preview', 'join'])
      expect(await api.post(`/invitations/${path}/`, { token })).toMatchObject({ status: 401 });
    expect(await show(eve, group)).toMatchObject({ status: 404 });
  });

  it('lets somebody in, of which every device hears, and who then reads and writes', async () => {
    const group = await groupOf();
    const { token } = await createInvitation(api, ada, group);
    const [hers, his, new_] = await Promise.all([device(url, ada), device(url, charles), device(url, eve)]);
    const joined = await join(api, eve, token);
    expect(joined).toMatchObject({
      status: 200,
      body: { id: group, title: 'Looms', role: 'member', first_seq: 1, unread: 0 },
    });
    expect(joined.body).toEqual((await show(eve, group)).body);
    for (const socket of [hers, his, new_]) {
      expect(await socket.next()).toMatchObject({
        type: 'chat.message',
        conversation: group,
        seq: 2,
        sender_id: eve.id,
        event: { type: 'joined', users: [eve.id] },
      });
    }
    await sendMessage(api, eve, group, 'Here I am.');
    const inbox = async () => (await api.get('/conversations/', { token: eve.access })).body.results;
    await vi.waitFor(async () => expect(JSON.stringify(await inbox())).toContain(group), {
      timeout: 15_000,
      interval: 100,
    });
    expect((await listInvitations(api, ada, group)).body.results).toMatchObject([{ uses: 1 }]);
  });

  it('shows a newcomer only what is said from then on, where the group says so', async () => {
    const group = await groupOf({ history: 'since_joining' });
    await sendMessage(api, ada, group, 'Before.');
    const { token } = await createInvitation(api, ada, group);
    expect((await join(api, eve, token)).body).toMatchObject({ first_seq: 3 });
    const { body } = await api.get(`/conversations/${group}/messages/`, { token: eve.access });
    expect(JSON.stringify(body)).not.toContain('Before.');
  });

  it('has no effect for a member, and is not used up by one', async () => {
    const group = await groupOf();
    const { id, token } = await createInvitation(api, ada, group, { max_uses: 1 });
    const socket = await device(url, ada);
    expect(await join(api, charles, token)).toMatchObject({ status: 200, body: { id: group } });
    await quiet(socket);
    expect((await listInvitations(api, ada, group)).body.results).toMatchObject([{ id, uses: 0 }]);
    expect((await join(api, eve, token)).status).toBe(200);
    expect((await join(api, eve, token)).status).toBe(200);
    await expectNotFound(mary, token);
  });

  it('is for readers if it says so, and for those who have left', async () => {
    const group = await groupOf();
    const { token } = await createInvitation(api, ada, group, { role: 'reader' });
    expect((await join(api, eve, token)).body).toMatchObject({ role: 'reader' });
    await removeMember(api, charles, group, charles);
    expect((await join(api, charles, token)).body).toMatchObject({ role: 'reader', former: [] });
  });

  it.each<[string, object, string]>([
    ['that ends at once', { expires_in: 299 }, 'expires_in'],
    ['for more than 30 days', { expires_in: 2_592_001 }, 'expires_in'],
    ['for half a second', { expires_in: 300.5 }, 'expires_in'],
    ['for a text', { expires_in: '600' }, 'expires_in'],
    ['for nobody', { max_uses: 0 }, 'max_uses'],
    ['for more than a thousand', { max_uses: 1_001 }, 'max_uses'],
    ['for a number beyond all', { max_uses: 1e300 }, 'max_uses'],
    ['for moderators', { role: 'moderator' }, 'role'],
    ['for owners', { role: 'owner' }, 'role'],
    ['with a token of its own', { token: 'x'.repeat(43) }, 'token'],
    ['with uses', { uses: -5 }, 'uses'],
  ])('%s is refused', async (_, more, field) => {
    const group = await groupOf();
    const reply = await postInvitation(api, ada, group, more);
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual([field]);
    expect((await listInvitations(api, ada, group)).body.results).toEqual([]);
  });

  it.each([
    { expires_in: 300, max_uses: 1 },
    { expires_in: 2_592_000, max_uses: 1_000 },
  ])('may be as short and as long as %j', async (more) => {
    expect(await postInvitation(api, ada, await groupOf(), more)).toMatchObject({
      status: 201,
      body: { max_uses: more.max_uses },
    });
  });
});

describe('an invitation is not found any more', () => {
  it('when it is revoked, by whoever may add members; to revoke it again has no effect', async () => {
    const group = await groupOf();
    await putMember(api, ada, group, charles, 'moderator');
    const { id, token } = await createInvitation(api, ada, group);
    for (const path of [id, id, misread(id), 'x', '%00', 'é'])
      expect(await revokeInvitation(api, charles, group, path)).toMatchObject({ status: 204 });
    await expectNotFound(eve, token);
    expect((await listInvitations(api, ada, group)).body.results).toEqual([]);
  });

  it('when whoever invites leaves, or may not add members any more', async () => {
    const group = await groupOf();
    for (const leave of [
      () => putMember(api, ada, group, charles, 'member'),
      () => removeMember(api, charles, group, charles),
      () => removeMember(api, ada, group, charles),
    ]) {
      await putMember(api, ada, group, charles, 'moderator');
      const { token } = await createInvitation(api, charles, group);
      expect((await look(api, eve, token)).status).toBe(200);
      await leave();
      await expectNotFound(eve, token);
    }
  });

  it('for somebody whom others have removed', async () => {
    const group = await groupOf();
    const { token } = await createInvitation(api, ada, group);
    expect((await join(api, eve, token)).status).toBe(200);
    await removeMember(api, ada, group, eve);
    await expectNotFound(eve, token);
    expect((await look(api, mary, token)).status).toBe(200);
  });

  it('while one of the two blocks the other', async () => {
    const [owner, guest] = await people(api, 2);
    const { id } = await createGroup(api, owner, []);
    const { token } = await createInvitation(api, owner, id);
    for (const [by, whom] of [
      [owner, guest],
      [guest, owner],
    ] as const) {
      await block(by, whom);
      await expectNotFound(guest, token);
      await block(by, whom, 'DELETE');
    }
    expect((await join(api, guest, token)).status).toBe(200);
  });

  it('when the last member has left the group', async () => {
    const { id } = await createGroup(api, ada, []);
    const { token } = await createInvitation(api, ada, id);
    await removeMember(api, ada, id, ada);
    await expectNotFound(eve, token);
    await expectNotFound(ada, token);
  });

  it('with another character', async () => {
    const { token } = await createInvitation(api, ada, await groupOf());
    for (const text of [misread(token), token.slice(1), `${token}A`, token.toLowerCase(), 'x'])
      await expectNotFound(eve, text);
  });
});

describe.each(['/invitations/preview/', '/invitations/join/'])('%s', (path) => {
  it.each<[string, unknown, string]>([
    ['nothing', {}, 'token'],
    ['null', { token: null }, 'token'],
    ['a number', { token: 43 }, 'token'],
    ['a list', { token: ['x'] }, 'token'],
    ['an empty text', { token: '' }, 'token'],
    ['more than a hundred characters', { token: 'x'.repeat(101) }, 'token'],
    ['more than a token', { token: 'x', role: 'owner' }, 'role'],
  ])('refuses %s', async (_, body, field) => {
    const reply = await api.post(path, body, { token: eve.access });
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(Object.keys(reply.body.errors)).toEqual([field]);
  });

  it('finds nothing by a hundred characters of any kind', async () => {
    for (const character of ['x', 'é', '🦀', '\u0000'])
      expect(await api.post(path, { token: character.repeat(100) }, { token: eve.access })).toMatchObject(
        NOT_FOUND,
      );
  });

  it('is no place for a token: the old address finds nothing', async () => {
    const { token } = await createInvitation(api, ada, await groupOf());
    for (const method of ['GET', 'POST'])
      expect(await api.request(method, `/invitations/${token}/`, { token: eve.access })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      });
  });
});

describe('at once', () => {
  it('ten ask for an invitation where three are left: three get one', async () => {
    const group = await groupOf();
    for (let i = 0; i < MOST - 3; i += 1) await createInvitation(api, ada, group);
    const replies = await Promise.all(Array.from({ length: 10 }, () => postInvitation(api, ada, group)));
    expect(statusesOf(replies)).toEqual([201, 201, 201, 409, 409, 409, 409, 409, 409, 409]);
    expect((await listInvitations(api, ada, group)).body.results).toHaveLength(MOST);
    expect(await postInvitation(api, ada, group)).toMatchObject({
      status: 409,
      body: { code: 'too_many_invitations' },
    });
  });

  it('two want the last use: one gets it', async () => {
    for (let i = 0; i < 5; i += 1) {
      const group = await groupOf();
      const { token } = await createInvitation(api, ada, group, { max_uses: 1 });
      const replies = await Promise.all([eve, mary].map((who) => join(api, who, token)));
      expect(statusesOf(replies)).toEqual([200, 404]);
      expect((await show(ada, group)).body.members).toHaveLength(3);
    }
  });

  it('somebody joins and the invitation is revoked: they are in the group, or they are not', async () => {
    for (let i = 0; i < 5; i += 1) {
      const group = await groupOf();
      const { id, token } = await createInvitation(api, ada, group);
      const [joined] = await Promise.all([join(api, eve, token), revokeInvitation(api, ada, group, id)]);
      const seen = await show(eve, group);
      expect(seen.status).toBe(joined.status);
      await expectNotFound(mary, token);
    }
  });

  it('somebody joins and is removed: they are out, and stay out', async () => {
    for (let i = 0; i < 5; i += 1) {
      const group = await groupOf();
      const { token } = await createInvitation(api, ada, group);
      await join(api, eve, token);
      await Promise.all([join(api, eve, token), removeMember(api, ada, group, eve)]);
      await expectNotFound(eve, token);
      expect((await show(eve, group)).status).toBe(404);
    }
  });

  it('somebody joins from two devices: they are in the group once', async () => {
    const group = await groupOf();
    const { token } = await createInvitation(api, ada, group);
    const replies = await Promise.all(Array.from({ length: 4 }, () => join(api, eve, token)));
    expect(statusesOf(replies)).toEqual([200, 200, 200, 200]);
    expect((await show(ada, group)).body.last_message).toMatchObject({ seq: 2 });
    expect((await listInvitations(api, ada, group)).body.results).toMatchObject([{ uses: 1 }]);
  });
});
