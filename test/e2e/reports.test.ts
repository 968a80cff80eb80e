import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { reportClaimKey, reportCountKey } from '../../functions/storage/keys.ts';
import { withTable } from '../support/runtime-table.ts';
import { makeStaff } from '../support/staff.ts';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device } from './support/devices.ts';
import { sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people, person } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

// biome-ignore lint/suspicious/noExplicitAny: openapi.yaml validates each answer.
type Report = any;

describe.skipIf(notOurs)('reports', () => {
  const runtime = ownRuntime({ context: SETTINGS.unlimited });
  let api: Rest;
  let ada: Person;
  let mallory: Person;
  let moderator: Person;
  let conversation: string;
  beforeAll(async () => {
    api = rest(runtime().url);
    moderator = await person(api);
    await makeStaff(runtime(), moderator.id);
  });
  beforeEach(async () => {
    [ada, mallory] = await people(api, 2);
    conversation = conversationOf(ada, mallory);
  });

  const report = (given: object = {}, by = ada) =>
    api.post('/reports/', { user: mallory.id, reason: 'spam', ...given }, { token: by.access });
  const list = async (query = ''): Promise<Report[]> => {
    const found: Report[] = [];
    for (let path: string | null = `/reports/?${query}`; path; ) {
      const { body }: Report = await api.get(path, { token: moderator.access });
      found.push(...body.results);
      path = body.next?.slice(runtime().url.length);
    }
    return found;
  };
  const aboutMallory = async (query = '') =>
    (await list(query)).filter((one: Report) => one.user.id === mallory.id);
  const resolve = (id: string, body: object = { action: 'dismissed' }) =>
    api.post(`/reports/${id}/resolve/`, body, { token: moderator.access });
  const suspension = (method: string, { id } = mallory, by = moderator) =>
    api.request(method, `/users/${id}/suspension/`, { token: by.access });

  it('of a message show it to staff with those around it, and with who reported it', async () => {
    for (const [i, by] of [ada, mallory, mallory, ada, mallory, ada].entries())
      await sendMessage(api, by, conversation, i === 2 ? `bad ${'x'.repeat(300)}` : `message ${i + 1}`);
    const message = { conversation: conversation.toUpperCase(), seq: 3 };
    const { status, body } = await report({ message, reason: 'violence', text: 'Look at this.' });
    expect(status).toBe(201);
    const [found, ...more] = await aboutMallory();
    expect(more).toEqual([]);
    const who = ({ id, username }: Person) => ({ id, username });
    expect(found).toMatchObject({
      ...body,
      reason: 'violence',
      text: 'Look at this.',
      reporter: who(ada),
      user: who(mallory),
      message: { conversation, seq: 3, sender: mallory.username, message: `bad ${'x'.repeat(300)}` },
      resolution: null,
    });
    expect(found.message.around.map(({ seq, sender, message: text }: Report) => [seq, sender, text])).toEqual(
      [
        [1, ada.username, 'message 1'],
        [2, mallory.username, 'message 2'],
        [4, ada.username, 'message 4'],
        [5, mallory.username, 'message 5'],
      ],
    );
  });

  it('of the same thing by the same user are one, until it is resolved', async () => {
    const first = await report();
    expect(await report({ reason: 'other' })).toMatchObject({ status: 200, body: first.body });
    const many = await Promise.all(Array.from({ length: 8 }, () => report({ text: 'again' })));
    expect(new Set(many.map(({ body }) => body.id))).toEqual(new Set([first.body.id]));
    expect(await aboutMallory()).toHaveLength(1);
    expect(await resolve(first.body.id)).toMatchObject({ status: 204 });
    const second = await report();
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
    const [bob] = await people(api, 1);
    expect(await report({}, bob)).toMatchObject({ status: 201 });
    expect(await aboutMallory()).toHaveLength(2);
  });

  it('that come at once are one', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => report()));
    const stored = many.filter(({ status }) => status < 300);
    expect(new Set(stored.map(({ body }) => body.id)).size).toBe(1);
    expect(await aboutMallory()).toHaveLength(1);
  });

  it.each([
    ['another conversation', () => `${[mallory.id, moderator.id].toSorted().join('.')}`, 1],
    ['no message', () => conversation, 9],
    ['one’s own message', () => conversation, 1],
    ['nothing', () => 'x', 1],
  ])('of %s answer alike', async (_, of, seq) => {
    await sendMessage(api, ada, conversation, 'mine');
    await sendMessage(api, mallory, conversationOf(mallory, moderator), 'theirs');
    expect(await report({ message: { conversation: of(), seq } })).toMatchObject({
      status: 404,
      body: {
        code: 'message_not_found',
        detail: 'There is no such message in a conversation of yours.',
      },
    });
    expect(await aboutMallory()).toEqual([]);
  });

  it('are 20 an hour at most', async () => {
    const others = await people(api, 3);
    await withTable(runtime(), async (client, TableName) => {
      const { PutCommand } = await import('@aws-sdk/lib-dynamodb');
      const ttl = Math.floor(Date.now() / 1000) + 1_800;
      await client.send(new PutCommand({ TableName, Item: { ...reportCountKey(ada.id), reports: 18, ttl } }));
    });
    const statuses = [];
    for (const { id } of others) statuses.push((await report({ user: id })).status);
    expect(statuses).toEqual([201, 201, 429]);
    const { headers, body } = await report();
    expect(body.code).toBe('rate_limited');
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(1_700);
  });

  it('are resolved once: the first resolution stays, and is in the log of the user', async () => {
    const { body } = await report();
    const note = 'He was warned.';
    expect(await resolve(body.id.toUpperCase(), { action: 'warned', note })).toMatchObject({ status: 204 });
    expect(await resolve(body.id)).toMatchObject({ status: 204 });
    expect(await aboutMallory()).toEqual([]);
    expect(await aboutMallory('state=resolved')).toMatchObject([
      { id: body.id, resolution: { action: 'warned', note, by: { id: moderator.id } } },
    ]);
    const events = await api.get(`/users/${mallory.id}/audit/`, { token: moderator.access });
    const resolved = events.body.results.filter(({ event }: Report) => event === 'report_resolved');
    expect(resolved).toMatchObject([{ by: moderator.id, operation: 'POST /reports/{report_id}/resolve' }]);
    expect(await resolve('1795425307412-00000000-0000-4000-8000-000000000000')).toMatchObject({
      status: 404,
    });
    expect(await resolve('nothing')).toMatchObject({ status: 404, body: { code: 'report_not_found' } });
  });

  it('leave an event of each page that staff read, and say whose events they read', async () => {
    const [reader, other] = [moderator, ada];
    const own = async () => {
      const { body } = await api.get(`/users/${reader.id}/audit/?limit=100`, { token: reader.access });
      const isOfReading = ({ event }: Report) => ['reports_read', 'events_read'].includes(event);
      return body.results
        .filter(isOfReading)
        .map(({ event, operation, other: about }: Report) => [event, operation, about]);
    };
    const before = (await own()).length;
    await api.get('/reports/?limit=1', { token: reader.access });
    await api.get(`/users/${other.id}/audit/?limit=1`, { token: reader.access });
    await api.get(`/users/${crypto.randomUUID()}/audit/`, { token: reader.access });
    await api.get('/reports/', { token: other.access });
    expect((await own()).slice(before)).toEqual([
      ['reports_read', 'GET /reports', undefined],
      ['events_read', 'GET /users/{user_id}/audit', other.id],
    ]);
    const { body } = await api.get('/users/me/export/', { token: reader.access });
    expect(String(body)).toContain(`"other":"${other.id}"`);
    const { body: theirs } = await api.get('/users/me/export/', { token: other.access });
    expect(String(theirs)).not.toContain('events_read');
  });

  it('come by pages, the oldest first, or resolved ones the newest first', async () => {
    const ids = [];
    for (const by of await people(api, 5)) ids.push((await report({}, by)).body.id);
    expect((await aboutMallory('limit=2')).map(({ id }: Report) => id)).toEqual(ids);
    for (const id of ids) await resolve(id);
    const resolved = await aboutMallory('limit=2&state=resolved');
    expect(resolved.map(({ id }: Report) => id)).toEqual(ids.toReversed());
  });

  it('stay after the accounts are deleted, without the names', async () => {
    await sendMessage(api, mallory, conversation, 'bad');
    const { body } = await report({ message: { conversation, seq: 1 }, text: 'Look.' });
    for (const one of [ada, mallory])
      await api.send('DELETE', '/users/me/', { password: one.password }, { token: one.access });
    const [found] = await aboutMallory();
    expect(found).toMatchObject({
      id: body.id,
      text: 'Look.',
      reporter: { id: ada.id, deleted: true },
      user: { id: mallory.id, deleted: true },
      message: { message: 'bad' },
    });
    expect(JSON.stringify(found)).not.toMatch(new RegExp(`${ada.username}|${mallory.username}`));
    expect(await resolve(body.id)).toMatchObject({ status: 204 });
    // What the reporter had of it is gone with the account.
    await expect
      .poll(() =>
        withTable(runtime(), async (client, TableName) => {
          const { GetCommand } = await import('@aws-sdk/lib-dynamodb');
          const Key = {
            ...reportClaimKey(ada.id, { userId: mallory.id, message: { conversation, seq: 1 } }),
          };
          return (await client.send(new GetCommand({ TableName, Key }))).Item;
        }),
      )
      .toBeUndefined();
  });

  it('suspend nobody by themselves, but staff do: sockets close, and restoring lets the user in', async () => {
    const socket = await device(runtime().url, mallory);
    expect(await suspension('PUT')).toMatchObject({ status: 204 });
    expect(await socket.next()).toMatchObject({ type: 'session.ended' });
    await socket.closed;
    await report();
    expect(await aboutMallory()).toMatchObject([{ user: { id: mallory.id, suspended: true } }]);
    const { email, password } = mallory;
    expect(await api.post('/users/token/', { email, password })).toMatchObject({
      status: 403,
      body: { code: 'account_suspended' },
    });
    expect(await suspension('DELETE')).toMatchObject({ status: 204 });
    const again = await logIn(api, mallory);
    const { body } = await api.get('/users/me/export/', { token: again.access });
    const events = String(body)
      .split('\n')
      .filter((line) => /"event":"(suspended|restored)"/.test(line));
    expect(events).toHaveLength(2);
    // The moderator’s address, client and id are no business of the user.
    for (const line of events) {
      expect(JSON.parse(line)).toMatchObject({ device: '', address: '' });
      expect(line).not.toContain(moderator.id);
    }
  });

  it('do not let staff suspend staff', async () => {
    const [other] = await people(api, 1);
    await makeStaff(runtime(), other.id);
    expect(await suspension('PUT', other)).toMatchObject({
      status: 409,
      body: { code: 'cannot_suspend_staff' },
    });
    expect(await suspension('PUT', { ...other, id: crypto.randomUUID() })).toMatchObject({ status: 404 });
  });

  it('are refused to others alike, and to former staff at once', async () => {
    const { body } = await report();
    const [other] = await people(api, 1);
    await makeStaff(runtime(), other.id);
    // A token that says that its user is staff.
    const { access: token } = await logIn(api, other);
    expect(await api.get('/users/me/', { token })).toMatchObject({ body: { staff: true } });
    expect(await api.get('/reports/', { token })).toMatchObject({ status: 200 });
    await makeStaff(runtime(), other.id, false);
    const refused = { status: 403, body: { code: 'staff_only', detail: 'Only staff may do this.' } };
    const asks: [string, string, object?][] = [
      ['GET', '/reports/'],
      ['POST', `/reports/${body.id}/resolve/`, { action: 'dismissed' }],
      ['PUT', `/users/${ada.id}/suspension/`],
      ['PUT', `/users/${crypto.randomUUID()}/suspension/`],
      ['DELETE', `/users/${ada.id}/suspension/`],
      ['GET', `/users/${ada.id}/audit/`],
    ];
    for (const [method, path, sent] of asks) {
      const reply = sent
        ? await api.send(method, path, sent, { token })
        : await api.request(method, path, { token });
      expect(reply, path).toMatchObject(refused);
    }
    expect((await api.get('/users/me/', { token: ada.access })).body).not.toHaveProperty('staff');
    expect(await aboutMallory()).toHaveLength(1);
  });

  it('come with the security events of a user, page by page', async () => {
    for (let i = 0; i < 4; i += 1) await logIn(api, mallory);
    const names: string[] = [];
    for (let path: string | null = `/users/${mallory.id}/audit/?limit=2`; path; ) {
      const { body } = await api.get(path, { token: moderator.access });
      expect(body.results.length).toBeLessThanOrEqual(2);
      names.push(...body.results.map(({ event }: Report) => event));
      path = body.next?.slice(runtime().url.length);
    }
    expect(names).toEqual(['registered', ...Array.from({ length: 5 }, () => 'logged_in')]);
    const nobody = `/users/${crypto.randomUUID()}/audit/`;
    expect(await api.get(nobody, { token: moderator.access })).toMatchObject({ status: 404 });
  });
});
