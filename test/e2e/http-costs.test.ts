import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../local/runtime.ts';
import { SETTINGS } from '../systems.ts';
import { conversationOf } from './support/devices.ts';
import { createGroup, putMember, rename } from './support/groups.ts';
import { createInvitation, join, look } from './support/invitations.ts';
import { sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, person } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

describe.skipIf(notOurs)('the table requests of', () => {
  const runtime = ownRuntime({ context: SETTINGS.unlimited });
  let api: Rest;
  let ada: Person;
  let charles: Person;
  let conversation: string;
  beforeAll(async () => {
    api = rest(runtime().url);
    [ada, charles] = await people(api, 2);
    conversation = conversationOf(ada, charles);
  });

  /**
   * The table requests of one function for an HTTP request: the least of several, because a starting process reads the
   * public keys.
   */
  async function costOf(name: string, request: () => Promise<unknown>): Promise<Record<string, number>> {
    const costs: Record<string, number>[] = [];
    for (let i = 0; i < 3; i += 1) {
      runtime().resetUsage();
      await request();
      costs.push(
        tally(
          runtime()
            .usage()
            .requests.filter((one) => one.function === name),
        ),
      );
    }
    return costs.reduce((least, cost) => ((cost.rru ?? 0) < (least.rru ?? 0) ? cost : least));
  }

  function tally(requests: ReturnType<Runtime['usage']>['requests']) {
    const total = (of: 'wru' | 'rru') => requests.reduce((sum, one) => sum + one[of], 0);
    const operations = Map.groupBy(requests, ({ operation }) => operation);
    const counts = [...operations].map(([operation, all]) => [operation, all.length]);
    return { ...Object.fromEntries(counts), wru: total('wru'), rru: total('rru') };
  }

  const get = (path: string) => async () => {
    const { status, body } = await api.get(path, { token: ada.access });
    expect(status).toBe(200);
    return body;
  };
  const say = (peer: Person) => sendMessage(api, ada, conversationOf(ada, peer), 'x'.repeat(200));

  it('a message are the tail, the sockets of both members, and the write, as on a socket, and the session', async () => {
    await say(charles);
    const cost = await costOf('send-message', () => say(charles));
    expect(cost).toEqual({ GetItem: 1, Query: 1, BatchGetItem: 1, PutItem: 1, wru: 1, rru: 2.5 });
  });

  it('a message to a group are the same, the sockets of all members, and the roster', async () => {
    const others = await people(api, 2);
    const { id } = await createGroup(api, ada, others);
    const cost = await costOf('send-message', () => sendMessage(api, ada, id, 'x'.repeat(200)));
    expect(cost).toEqual({ GetItem: 2, Query: 1, BatchGetItem: 1, PutItem: 1, wru: 1, rru: 4 });
  });

  it('a change of a group are the roster, the end of the log, the sockets of all, and one transaction', async () => {
    const [member, other] = await people(api, 2);
    const { id } = await createGroup(api, ada, [member]);
    let count = 0;
    const again = () => {
      count += 1;
      return rename(api, ada, id, `Engine ${count}`);
    };
    expect(await costOf('groups', again)).toMatchObject({ Query: 2, TransactWriteItems: 1, wru: 6 });
    const same = () => rename(api, ada, id, `Engine ${count}`);
    expect(await costOf('groups', same)).toMatchObject({ wru: 0 });
    runtime().resetUsage();
    await putMember(api, ada, id, other);
    const made = runtime()
      .usage()
      .requests.filter((one) => one.function === 'groups');
    // One more counts the groups of the new member.
    expect(tally(made)).toMatchObject({ Query: 2, TransactWriteItems: 1, wru: 6 });
  });

  it('an invitation are the roster and one item; a look the names, too, and a join what a new member is', async () => {
    const { id } = await createGroup(api, ada, []);
    const created = () => createInvitation(api, ada, id);
    expect(await costOf('invitations', created)).toEqual({ GetItem: 3, PutItem: 1, wru: 1, rru: 2.5 });
    const { token } = await created();
    const preview = () => look(api, ada, token);
    expect(await costOf('invitations', preview)).toEqual({ GetItem: 3, BatchGetItem: 2, wru: 0, rru: 3.5 });
    const [other] = await people(api, 1);
    // The starting process reads the public keys.
    await join(api, other, token);
    runtime().resetUsage();
    await join(api, charles, token);
    const made = runtime()
      .usage()
      .requests.filter((one) => one.function === 'join');
    expect(tally(made)).toMatchObject({ GetItem: 4, Query: 3, TransactWriteItems: 1, wru: 8 });
    runtime().resetUsage();
    await join(api, charles, token);
    expect(await costOf('join', () => join(api, charles, token))).toMatchObject({ wru: 0 });
  });

  it('a part of a log are two queries for the newest or elsewhere, four around a message, for any length of the log', async () => {
    const part = (query: string) => get(`/conversations/${conversation}/messages/?limit=5&${query}`);
    for (let i = 0; i < 10; i += 1) await say(charles);
    const few = await costOf('messages', part('before=8'));
    expect(few).toMatchObject({ Query: 2, wru: 0 });
    for (let i = 0; i < 50; i += 1) await say(charles);
    for (const query of ['before=8', 'before=40', 'after=0', 'after=30'])
      expect(await costOf('messages', part(query)), query).toEqual(few);
    // The last change is one more.
    expect(await costOf('messages', part(''))).toMatchObject({ Query: 2, wru: 0 });
    expect(await costOf('messages', part('around=33'))).toMatchObject({ Query: 4, wru: 0 });
  });

  it('an edit are the message, the end of the log, the last change, the sockets of both, and one transaction', async () => {
    const { seq } = await say(charles);
    let version = 0;
    const edit = async () => {
      version += 1;
      const body = { text: `${version} ${'x'.repeat(200)}`, version };
      const reply = await api.patch(`/conversations/${conversation}/messages/${seq - 1}/`, body, {
        token: ada.access,
      });
      expect(reply.status).toBe(200);
    };
    await say(charles);
    version = 0;
    expect(await costOf('change-message', edit)).toEqual({
      GetItem: 1,
      BatchGetItem: 2,
      Query: 2,
      TransactWriteItems: 1,
      wru: 4,
      rru: 4.5,
    });
  });

  it('a page of the inbox are two queries, for its positions and for the groups, and three reads, for any length', async () => {
    const [who, ...peers] = (await people(api, 10)) as [Person, ...Person[]];
    const read = async (limit: number) => {
      const { status, body } = await api.get(`/conversations/?limit=${limit}`, { token: who.access });
      expect(status).toBe(200);
      return body;
    };
    const page = () => read(3);
    const all = async (howMany: number) => expect((await read(100)).results).toHaveLength(howMany);
    const say = (peer: Person) => sendMessage(api, who, conversationOf(who, peer), 'x'.repeat(200));
    await createGroup(api, who, []);
    for (const peer of peers.slice(0, 4)) await say(peer);
    await vi.waitFor(() => all(5), { timeout: 15_000, interval: 100 });
    const few = await costOf('conversations', page);
    expect(few).toMatchObject({ Query: 2, BatchGetItem: 3, wru: 0 });
    for (const peer of peers.slice(4)) await say(peer);
    await vi.waitFor(() => all(10), { timeout: 15_000, interval: 100 });
    expect(await costOf('conversations', page)).toEqual(few);
  });

  it('settings are the end of the log or the roster, one transaction, what is then stored, and the own sockets', async () => {
    const group = await createGroup(api, ada, [charles]);
    for (const [id, more] of [
      [conversation, { Query: 1, rru: 3 }],
      [group.id, { rru: 3 }],
    ] as const) {
      const change = (body: object) => async () => {
        const reply = await api.patch(`/conversations/${id}/settings/`, body, { token: ada.access });
        expect(reply.status).toBe(200);
      };
      const shared = { BatchGetItem: 1, TransactWriteItems: 1 };
      const gets = id === group.id ? 3 : 2;
      expect(await costOf('settings', change({ archived: true }))).toEqual({
        ...{ ...shared, ...more, GetItem: gets, wru: 2 },
      });
      // The list of those that are pinned.
      expect(await costOf('settings', change({ pinned: true }))).toEqual({
        ...{ ...shared, ...more, GetItem: gets + 1, wru: 4, rru: more.rru + 1 },
      });
    }
  });

  it('a search are one query, for any number of users', async () => {
    const cost = await costOf('list-users', get('/users/?search=t&limit=3'));
    expect(cost).toMatchObject({ Query: 1, wru: 0 });
    await people(api, 10);
    expect(await costOf('list-users', get('/users/?search=t&limit=3'))).toEqual(cost);
  });

  it('a list of sessions are one query, and a log-in counts them by another', async () => {
    const list = get('/users/me/sessions/');
    const cost = await costOf('sessions', list);
    expect(cost).toEqual({ GetItem: 1, Query: 1, wru: 0, rru: 1.5 });
    const { GetItem, Query, PutItem } = await costOf('token', () => logIn(api, ada));
    // The profile, and the credentials twice: the password may be changed meanwhile.
    // The session, and the security event.
    expect({ GetItem, Query, PutItem }).toEqual({ GetItem: 3, Query: 1, PutItem: 2 });
    expect(await costOf('sessions', list)).toMatchObject({ GetItem: 1, Query: 1, wru: 0 });
  });

  it('an export are the account, the sessions, the events, the reports, the conversations and their logs, whatever others have', async () => {
    await say(charles);
    const stranger = await person(api);
    const path = '/users/me/export/';
    const asked = async () =>
      expect(await api.get(path, { token: stranger.access })).toMatchObject({ status: 200 });
    const cost = await costOf('export', asked);
    // The session, the profile, the lists of sessions, events, reports and conversations, and the presence.
    expect(cost).toEqual({ GetItem: 2, Query: 4, BatchGetItem: 1, wru: 0, rru: 5 });
    await sendMessage(api, stranger, conversationOf(stranger, charles), 'One more.');
    const isThere = async () => {
      const { body } = await api.get('/conversations/', { token: stranger.access });
      expect(body.results).toHaveLength(1);
    };
    await vi.waitFor(isThere, { timeout: 15_000, interval: 100 });
    expect(await costOf('export', asked)).toMatchObject({ Query: 5, BatchGetItem: 3, wru: 0 });
  });

  it('a block are the presences of both, the profile, a note of both receipts, one transaction and a security event; a list is two reads', async () => {
    const [by, whom] = await people(api, 2);
    await sendMessage(api, by, conversationOf(by, whom), 'There is one.');
    const ask = (method: string) => async () => {
      const reply = await api.request(method, `/users/${whom.id}/block/`, { token: by.access });
      expect(reply.status).toBe(204);
    };
    await vi.waitFor(async () => {
      const inbox = await api.get('/conversations/', { token: whom.access });
      expect(inbox.body.results).toHaveLength(1);
    }, 10_000);
    await ask('PUT')();
    await ask('DELETE')();
    runtime().resetUsage();
    await ask('PUT')();
    const usage = () =>
      tally(
        runtime()
          .usage()
          .requests.filter((one) => one.function === 'blocks'),
      );
    expect(usage()).toEqual({
      GetItem: 4,
      UpdateItem: 2,
      TransactWriteItems: 1,
      PutItem: 1,
      wru: 7,
      rru: 3.5,
    });
    expect(await costOf('blocks', ask('PUT'))).toEqual({ GetItem: 4, wru: 0, rru: 3.5 });
    const list = () => api.get('/users/me/blocks/', { token: by.access });
    expect(await costOf('blocks', list)).toEqual({ GetItem: 2, BatchGetItem: 1, wru: 0, rru: 2 });
    const refused = () =>
      api.post(
        `/conversations/${conversationOf(by, whom)}/messages/`,
        { text: 'x' },
        { token: by.access, headers: { 'idempotency-key': crypto.randomUUID() } },
      );
    const cost = await costOf('send-message', refused);
    expect(cost).toEqual({ GetItem: 1, Query: 2, BatchGetItem: 1, wru: 0, rru: 3.5 });
  });

  it('a report are the user, the messages, the claim and three writes; a repeated one two reads more and no write', async () => {
    const [by, whom] = await people(api, 2);
    await sendMessage(api, whom, conversationOf(by, whom), 'There is one.');
    const message = { conversation: conversationOf(by, whom), seq: 1 };
    const ask = () => api.post('/reports/', { user: whom.id, message, reason: 'spam' }, { token: by.access });
    // The starting process reads the public keys.
    await api.post('/reports/', { user: by.id, reason: 'spam' }, { token: by.access });
    runtime().resetUsage();
    expect(await ask()).toMatchObject({ status: 201 });
    const made = runtime()
      .usage()
      .requests.filter((one) => one.function === 'report');
    expect(tally(made)).toEqual({ GetItem: 3, Query: 1, UpdateItem: 1, PutItem: 2, wru: 3, rru: 3.5 });
    const repeated = await costOf('report', ask);
    expect(repeated).toEqual({ GetItem: 3, Query: 1, BatchGetItem: 1, wru: 0, rru: 5.5 });
  });

  it('a profile are the account and its presence, and with each request the caller’s session', async () => {
    for (const [name, path] of [
      ['me', '/users/me/'],
      ['user', `/users/${charles.id}/`],
    ] as const)
      expect(await costOf(name, get(path))).toMatchObject({ GetItem: 2, BatchGetItem: 1, wru: 0 });
  });
});
