import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditPartition } from '../../functions/storage/keys.ts';
import { tokenFor } from '../support/mailbox.ts';
import { withTable } from '../support/runtime-table.ts';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, logOut, type Person, person, registration, reuse } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

// biome-ignore lint/suspicious/noExplicitAny: openapi.yaml validates each line.
type Line = any;

describe.skipIf(notOurs)('the security events of an account', () => {
  const runtime = ownRuntime({ context: { ...SETTINGS.unlimited, wrongPasswords: '1000' } });
  let api: Rest;
  let ada: Person;
  beforeAll(() => {
    api = rest(runtime().url);
  });
  beforeEach(async () => {
    ada = await person(api);
  });

  /** As the export has them. */
  async function events(of: Pick<Person, 'access'> = ada): Promise<Line[]> {
    const { body } = await api.get('/users/me/export/', { token: of.access });
    return String(body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ type }) => type === 'security_event');
  }
  const names = async (of?: Person) => (await events(of)).map(({ event }) => event);
  const stored = (userId: string) =>
    withTable(runtime(), async (client, TableName) => {
      const { QueryCommand } = await import('@aws-sdk/lib-dynamodb');
      const { Items = [] } = await client.send(
        new QueryCommand({
          TableName,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': auditPartition(userId) },
        }),
      );
      return Items;
    });

  it('are its registration and its log-ins, with time, operation, address, client and session', async () => {
    const before = Date.now();
    await api.post(
      '/users/token/',
      { email: ada.email, password: ada.password },
      { headers: { 'user-agent': `Phone/1.0 \u00e9${'x'.repeat(2_000)}` } },
    );
    const [registered, first, second, ...more] = await events();
    expect(more).toEqual([]);
    expect(registered).toMatchObject({ event: 'registered', operation: 'POST /users/register' });
    expect(first).toMatchObject({
      event: 'logged_in',
      operation: 'POST /users/token',
      session: expect.any(String),
    });
    expect(second).toMatchObject({ event: 'logged_in', address: expect.stringMatching(/127\.0\.0\.1|::1/) });
    expect(second.device).toMatch(/^Phone\/1\.0 +x+$/);
    expect(second.device).toHaveLength(256);
    expect(Date.parse(second.created_at)).toBeGreaterThanOrEqual(before);
    const { body } = await api.get('/users/me/sessions/', { token: ada.access });
    expect(body.results.map(({ id }: Line) => id).toSorted()).toEqual(
      [first.session, second.session].toSorted(),
    );
  });

  it('are wrong passwords of each kind, and one limit in a minute', async () => {
    const wrong = { password: 'not the password' };
    await api.post('/users/token/', { email: ada.email, ...wrong });
    await api.post(
      '/users/me/password/',
      { ...wrong, new_password: 'a cloud of dandelions' },
      { token: ada.access },
    );
    await api.send('DELETE', '/users/me/', wrong, { token: ada.access });
    const found = (await events()).filter(({ event }) => event === 'wrong_password');
    expect(found.map(({ operation }) => operation)).toEqual([
      'POST /users/token',
      'POST /users/me/password',
      'DELETE /users/me',
    ]);
  });

  it('are ended sessions, whoever ended them', async () => {
    const [phone, tablet] = [await logIn(api, ada), await logIn(api, ada)];
    await logOut(api, phone);
    await reuse(api, tablet.refresh);
    await logIn(api, ada);
    await api.request('DELETE', '/users/me/sessions/', { token: ada.access });
    const third = await logIn(api, ada);
    const { body } = await api.get('/users/me/sessions/', { token: third.access });
    const { id } = body.results.find(({ current }: Line) => current);
    await api.request('DELETE', `/users/me/sessions/${id}/`, { token: ada.access });
    const found = (await events()).filter(({ event }) => !/^(registered|logged_in)$/.test(event));
    expect(found.map(({ event }) => event)).toEqual([
      'logged_out',
      'token_reused',
      'other_sessions_ended',
      'session_ended',
    ]);
    expect(found[3].session).toBe(id);
  });

  it('are a changed password', async () => {
    const body = { password: ada.password, new_password: 'a cloud of dandelions' };
    expect(await api.post('/users/me/password/', body, { token: ada.access })).toMatchObject({ status: 204 });
    expect(await names()).toEqual(['registered', 'logged_in', 'password_changed']);
  });

  it('are a verified address, and the blocks that change something', async () => {
    await api.post('/users/me/email/verification/', undefined, { token: ada.access });
    const token = tokenFor(runtime().mailFolder, ada.email, 'verify');
    for (const status of [204, 400])
      expect(await api.post('/users/email/verification/', { token })).toMatchObject({ status });
    const charles = await person(api);
    for (const method of ['DELETE', 'PUT', 'PUT', 'DELETE'])
      expect(await api.request(method, `/users/${charles.id}/block/`, { token: ada.access })).toMatchObject({
        status: 204,
      });
    const found = (await events()).slice(2);
    expect(found.map(({ event, operation, other }) => [event, operation, other])).toEqual([
      ['email_verified', 'POST /users/email/verification', undefined],
      ['blocked', 'PUT /users/{user_id}/block', charles.id],
      ['unblocked', 'DELETE /users/{user_id}/block', charles.id],
    ]);
    // Nobody tells the other.
    expect(await names(charles)).toEqual(['registered', 'logged_in']);
  });

  it('are nobody else’s, and have nothing secret', async () => {
    const charles = await person(api);
    await logIn(api, charles);
    expect(await names()).toEqual(['registered', 'logged_in']);
    const items = JSON.stringify(await stored(ada.id));
    for (const secret of [
      ada.email,
      ada.username,
      ada.password,
      ada.access,
      ...ada.refresh.split('.').slice(2),
    ])
      expect(items).not.toContain(secret);
  });

  it('stay after the account is deleted, without its name and address, until they expire', async () => {
    expect(
      await api.send('DELETE', '/users/me/', { password: ada.password }, { token: ada.access }),
    ).toMatchObject({ status: 204 });
    const items = await stored(ada.id);
    expect(items.map(({ event }) => event)).toEqual(['registered', 'logged_in', 'account_deleted']);
    for (const { ttl, at } of items) expect(ttl * 1000 - Date.parse(at)).toBeCloseTo(400 * 86_400_000, -4);
    expect(JSON.stringify(items)).not.toMatch(new RegExp(`${ada.email}|${ada.username}`));
  });

  it('come by pages in the export, each once', async () => {
    for (let i = 0; i < 130; i += 1) {
      await api.post('/users/token/', { email: ada.email, password: 'not the password' });
    }
    const lines: Line[] = [];
    let pages = 0;
    for (let search: string | undefined = ''; search !== undefined; ) {
      const { body, headers } = await api.get(`/users/me/export/${search}`, { token: ada.access });
      lines.push(
        ...String(body)
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      );
      search = /\?[^>]*/.exec(headers.get('link') ?? '')?.[0];
      pages += 1;
    }
    expect(pages).toBe(2);
    expect(lines.filter(({ event }) => event === 'wrong_password')).toHaveLength(130);
    expect(lines.filter(({ type }) => type === 'end')).toHaveLength(1);
  }, 120_000);

  it('of an address without an account are not stored, however often it is tried, but take the same write', async () => {
    const { email } = registration();
    const trial = async (of: string) => {
      runtime().resetUsage();
      expect(await api.post('/users/token/', { email: of, password: 'not the password' })).toMatchObject({
        status: 401,
      });
      return runtime()
        .usage()
        .requests.filter((one) => one.function === 'token')
        .map(({ operation }) => operation)
        .toSorted();
    };
    const unknown = await trial(email);
    expect(unknown).toEqual(await trial(ada.email));
    expect(unknown).toContain('PutItem');
    for (let i = 0; i < 3; i += 1) await trial(email);
    const items = await stored('nobody');
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain(email);
  });

  describe('printed by npm run audit', () => {
    const audit = (...args: string[]) => {
      const { tableEndpoint, credentials, tableName } = runtime();
      return promisify(execFile)(process.execPath, ['scripts/audit.ts', '--table', tableName, ...args], {
        env: {
          ...process.env,
          AWS_ENDPOINT_URL: tableEndpoint,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_REGION: 'us-east-1',
        },
      });
    };

    it('are found by id, username and e-mail address, in any letter case', async () => {
      const printed = new Set<string>();
      for (const who of [ada.id.toUpperCase(), ada.username, ada.email.toUpperCase()]) {
        printed.add((await audit(who)).stdout);
      }
      expect(printed.size).toBe(1);
      const lines = [...printed][0]?.trimEnd().split('\n') as string[];
      expect(lines).toHaveLength(2);
      expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z {2}registered {2}POST \/users\/register {2}/);
      expect(lines[1]).toMatch(/ {2}logged_in {2}POST \/users\/token {2}.* {2}session [0-9a-f-]{36}$/);
    });

    it('are of no account if nobody has that name', async () => {
      await expect(audit('nobody-has-this-name')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('No account is called "nobody-has-this-name".'),
      });
      await expect(audit()).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('Usage:') });
    });
  });
});

describe.skipIf(notOurs)('beyond the limit of wrong passwords', () => {
  const runtime = ownRuntime({});

  it('an account has one event for a minute, however many attempts there are', async () => {
    const api = rest(runtime().url);
    const ada = await person(api);
    const started = Date.now();
    // Ten for the account, and ten more from an address that its user was in from.
    for (let i = 0; i < 26; i += 1) {
      const { status } = await api.post('/users/token/', { email: ada.email, password: 'not the password' });
      expect(status).toBe(i < 20 ? 401 : 429);
    }
    const minutes = Math.floor(Date.now() / 60_000) - Math.floor(started / 60_000) + 1;
    const { body } = await api.get('/users/me/export/', { token: ada.access });
    const count = (event: string) => String(body).split(`"event":"${event}"`).length - 1;
    expect(count('wrong_password')).toBe(20);
    expect(count('attempts_limited')).toBeGreaterThanOrEqual(1);
    expect(count('attempts_limited')).toBeLessThanOrEqual(minutes);
  });
});
