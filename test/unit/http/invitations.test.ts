import { randomBytes } from 'node:crypto';
import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { invitationTokens } from '../../../functions/auth/invitation-tokens.ts';
import { invite } from '../../../functions/core/invitations/invite.ts';
import { handler as groups } from '../../../functions/http/groups.ts';
import { handler as invitations } from '../../../functions/http/invitations.ts';
import { handler as join } from '../../../functions/http/join.ts';
import { invitationStore } from '../../../functions/storage/invitations.ts';
import { rosterReader } from '../../../functions/storage/rosters.ts';
import { memoryTable } from '../../support/memory-table.ts';
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
type Entry = ReturnType<typeof httpEntry>;

/** Alice asks. There are the users 2 and 3, too, and user 2 has a device. */
function entry(asked: unknown): Entry {
  const made = httpEntry(asked as Handler);
  made.store({ pk: `USER#${alice.id}`, sk: 'PROFILE', ...alice });
  for (const n of [2, 3]) made.store({ pk: `USER#${id(n)}`, sk: 'PROFILE', ...person(n) });
  made.store(socketsItem(id(2), aConnection('phone=', { userId: id(2), conversation: '' })));
  return made;
}

/** Another entry over what is stored. */
function next(asked: unknown, { state }: Entry): Entry {
  const made = entry(asked);
  for (const pk of state.partitionKeys()) for (const item of state.partition(pk)) made.store(item);
  return made;
}

/** Alice's group with user 2, and the entry of invitations. */
async function trip() {
  const first = entry(groups);
  const { body } = await first.ask('POST', '/conversations/', {
    body: { kind: 'group', title: 'Trip', members: [id(2)] },
  });
  const group = body.id as string;
  const asked = next(invitations, first);
  const at = `/conversations/${group}/invitations/`;
  return {
    ...{ ...asked, asked, group },
    create: (more?: unknown, conversation = group) =>
      asked.ask('POST', at, { path: { conversation }, ...(more !== undefined && { body: more }) }),
    list: (conversation = group) => asked.ask('GET', at, { path: { conversation } }),
    revoke: (invitation: string, more: object = {}, conversation = group) =>
      asked.ask('DELETE', `${at}${invitation}/`, { path: { conversation, invitation }, ...more }),
    look: (token: unknown) => asked.ask('POST', '/invitations/preview/', { body: { token } }),
  };
}

const SHOWN = {
  ...{ id: expect.stringMatching(/^[\w-]{22}$/), role: 'member', max_uses: 100, uses: 0 },
  ...{ expires_at: '2026-11-30T12:00:00.000Z', created_by: alice.id },
};
const NOT_FOUND = { statusCode: 404, body: { code: 'invitation_not_found' } };
const NO_TOKENS = [undefined, null, 7, ['x'], '', 'x'.repeat(101)];
const INVALID = {
  statusCode: 400,
  body: { code: 'validation_failed', errors: { token: [expect.any(String)] } },
};

describe('`POST /conversations/{id}/invitations/`', () => {
  it.each([[undefined], [{}]])('creates an invitation for the body %j', async (body) => {
    const { create, list } = await trip();
    const created = await create(body);
    const token = expect.stringMatching(/^[\w-]{43}$/);
    expect(created).toEqual({ statusCode: 201, body: { ...SHOWN, token } });
    const { token: _, ...shown } = created.body;
    expect(await list()).toEqual({ statusCode: 200, body: { results: [shown] } });
  });

  it('takes the time, the uses and the role', async () => {
    const { create } = await trip();
    expect((await create({ expires_in: 300, max_uses: 1, role: 'reader' })).body).toMatchObject({
      ...{ expires_at: '2026-11-23T12:05:00.000Z', max_uses: 1, role: 'reader' },
    });
  });

  it.each([
    ['a time that is too short', { expires_in: 299 }, 'expires_in'],
    ['a time that is too long', { expires_in: 2_592_001 }, 'expires_in'],
    ['no use', { max_uses: 0 }, 'max_uses'],
    ['too many uses', { max_uses: 1_001 }, 'max_uses'],
    ['half a use', { max_uses: 1.5 }, 'max_uses'],
    ['a role that is given by name only', { role: 'moderator' }, 'role'],
    ['an unknown field', { uses: 3 }, 'uses'],
  ])('refuses %s', async (_, body, field) => {
    const { create, list } = await trip();
    const { statusCode, body: problem } = await create(body);
    expect([statusCode, problem.code, Object.keys(problem.errors)]).toEqual([
      ...[400, 'validation_failed', [field]],
    ]);
    expect((await list()).body).toEqual({ results: [] });
  });
});

describe('an invitation', () => {
  it('is revoked, once and again', async () => {
    const { create, list, revoke, look } = await trip();
    const { id: invitation, token } = (await create()).body;
    for (const one of [invitation, invitation, 'x'])
      expect(await revoke(one)).toEqual({ statusCode: 204, body: null });
    expect((await list()).body).toEqual({ results: [] });
    expect(await look(token)).toMatchObject(NOT_FOUND);
    expect(await revoke(invitation, { body: {} })).toMatchObject({ statusCode: 400 });
  });

  it('shows the group to whoever has its token', async () => {
    const { create, look, group } = await trip();
    const { token } = (await create()).body;
    expect(await look(token)).toEqual({
      statusCode: 200,
      body: {
        conversation: { id: group, title: 'Trip', members: 2 },
        ...{ role: 'member', expires_at: '2026-11-30T12:00:00.000Z' },
        invited_by: { id: alice.id, username: 'Alice' },
      },
    });
    for (const text of ['x', group, `${token}A`, 'x'.repeat(100)])
      expect(await look(text)).toMatchObject(NOT_FOUND);
    for (const wrong of NO_TOKENS) expect(await look(wrong)).toMatchObject(INVALID);
  });

  it('is of a group, in which one is', async () => {
    const { create, list, revoke } = await trip();
    for (const [conversation, statusCode, code] of [
      [CONVERSATION, 409, 'not_a_group'],
      [id(404), 404, 'conversation_not_found'],
      ['x', 404, 'conversation_not_found'],
    ] as const) {
      const refused = { statusCode, body: { code } };
      expect(await create({}, conversation)).toMatchObject(refused);
      expect(await list(conversation)).toMatchObject(refused);
      expect(await revoke('x', {}, conversation)).toMatchObject(refused);
    }
  });
});

describe('`POST /invitations/join/`', () => {
  /** User 2, who owns Alice's group by now, has created an invitation. */
  async function invited() {
    const { asked, group } = await trip();
    const managing = next(groups, asked);
    const member = (userId: string) => ({ path: { conversation: group, user_id: userId } });
    await managing.ask('PUT', '/', { ...member(id(2)), body: { role: 'owner' } });
    const { table } = memoryTable(managing.state);
    const { token } = await invite(
      {
        rosters: rosterReader(table),
        invitations: invitationStore(table),
        tokens: invitationTokens(randomBytes),
        ...{ now: () => new Date(), wait: async () => {}, random: Math.random },
      },
      group,
      id(2),
      {},
    );
    const leave = () => managing.ask('DELETE', '/', member(alice.id));
    const joining = () => next(join, managing);
    const ask = (entry: Entry, body: object = { token }) => entry.ask('POST', '/invitations/join/', { body });
    return { group, token, leave, joining, ask };
  }

  it('lets somebody in, and tells the devices of the group', async () => {
    const { group, leave, joining, ask } = await invited();
    await leave();
    api.resetHistory();
    const { statusCode, body } = await ask(joining());
    expect([statusCode, body.last_message.event]).toEqual([200, { type: 'joined', users: [alice.id] }]);
    expect(body).toMatchObject({ id: group, kind: 'group', title: 'Trip', role: 'member', former: [] });
    const [post] = api.commandCalls(PostToConnectionCommand);
    expect(JSON.parse(String(post?.args[0].input.Data))).toMatchObject({
      ...{ type: 'chat.message', conversation: group, sender: 'Alice' },
      event: { type: 'joined', users: [alice.id] },
    });
  });

  it('answers with the group to whoever is in it, and tells nobody', async () => {
    const { group, joining, ask } = await invited();
    api.resetHistory();
    expect(await ask(joining())).toMatchObject({ statusCode: 200, body: { id: group, role: 'owner' } });
    expect(api.commandCalls(PostToConnectionCommand)).toEqual([]);
  });

  it('finds no invitation by anything else, and refuses what can be no token', async () => {
    const { token, joining, ask } = await invited();
    const entry = joining();
    for (const text of ['x', `${token}A`, 'x'.repeat(100)])
      expect(await ask(entry, { token: text })).toMatchObject(NOT_FOUND);
    for (const wrong of NO_TOKENS) expect(await ask(entry, { token: wrong })).toMatchObject(INVALID);
    expect(await ask(entry, { token, uses: 1 })).toMatchObject({
      ...{ statusCode: 400, body: { code: 'validation_failed', errors: { uses: [expect.any(String)] } } },
    });
  });
});
