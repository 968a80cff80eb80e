import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { logIn, type Person, people } from './support/people.ts';
import { type Rest, rest } from './support/rest.ts';

describe.skipIf(notOurs)('npm run staff', () => {
  const runtime = ownRuntime({ context: { ...SETTINGS.unlimited } });
  let api: Rest;
  let ada: Person;
  let bob: Person;
  beforeAll(() => {
    api = rest(runtime().url);
  });
  beforeEach(async () => {
    [ada, bob] = await people(api, 2);
  });

  const run = (script: string, ...args: string[]) => {
    const { tableEndpoint, credentials, tableName } = runtime();
    return promisify(execFile)(process.execPath, [`scripts/${script}.ts`, '--table', tableName, ...args], {
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: tableEndpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
        AWS_REGION: 'us-east-1',
      },
    });
  };
  const staff = (...args: string[]) => run('staff', ...args);
  const enter = ({ email, password }: Pick<Person, 'email' | 'password'>) =>
    api.post('/users/token/', { email, password });

  it('suspend ends all sessions, closes their sockets, and refuses log-ins by the right password alone', async () => {
    const socket = await device(runtime().url, ada);
    const second = await logIn(api, ada);
    await staff('suspend', ada.email.toUpperCase());
    expect(await socket.next()).toMatchObject({ type: 'session.ended' });
    await socket.closed;
    for (const { access, refresh } of [ada, second]) {
      expect(await api.get('/users/me/', { token: access })).toMatchObject({ status: 401 });
      expect(await api.post('/users/token/refresh/', { refresh })).toMatchObject({
        status: 401,
        body: { code: 'token_invalid' },
      });
    }
    expect(await enter(ada)).toMatchObject({ status: 403, body: { code: 'account_suspended' } });
    expect(await enter({ ...ada, password: 'not the password' })).toMatchObject({
      status: 401,
      body: { code: 'wrong_credentials' },
    });
  });

  it('suspend leaves the account and its messages to others, and restore lets its user in again', async () => {
    const conversation = conversationOf(ada, bob);
    const send = (from: Person, text: string) =>
      api.post(
        `/conversations/${conversation}/messages/`,
        { text },
        { token: from.access, headers: { 'idempotency-key': crypto.randomUUID() } },
      );
    expect(await send(ada, 'before')).toMatchObject({ status: 201 });
    await staff('suspend', ada.username);
    expect(await api.get(`/users/${ada.id}/`, { token: bob.access })).toMatchObject({
      status: 200,
      body: { username: ada.username, online: false },
    });
    expect(await send(bob, 'meanwhile')).toMatchObject({ status: 201 });
    await staff('restore', ada.id);
    const again = await logIn(api, ada);
    const { body } = await api.get(`/conversations/${conversation}/messages/`, { token: again.access });
    expect(body.results.map(({ message }: { readonly message: string }) => message)).toEqual([
      'before',
      'meanwhile',
    ]);
    const socket = await device(runtime().url, again);
    socket.send(messageTo(bob, 'after'));
    expect(await socket.next()).toMatchObject({ type: 'message.sent' });
    await socket.close();
  });

  it('notes what it did in the log of the account, and no repetition', async () => {
    for (const action of ['suspend', 'suspend', 'restore', 'restore']) await staff(action, ada.id);
    const { stdout } = await run('audit', ada.id);
    const lines = stdout.trimEnd().split('\n').slice(2);
    expect(lines.map((line) => line.split(/ {2}/).slice(1, 3))).toEqual([
      ['suspended', 'npm run staff'],
      ['restored', 'npm run staff'],
    ]);
    for (const line of lines) expect(line).toMatch(/ {2}by operator$/);
  });

  it('add makes staff, whom list shows and nobody suspends, until they are removed', async () => {
    await staff('add', bob.username);
    expect((await staff('list')).stdout).toContain(`${bob.id}  ${bob.username}  ${bob.email}\n`);
    await expect(staff('suspend', bob.id)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Staff cannot be suspended.'),
    });
    await staff('remove', bob.id);
    expect((await staff('list')).stdout).not.toContain(bob.id);
    await staff('suspend', bob.id);
    await expect(staff('add', bob.id)).rejects.toMatchObject({ code: 1 });
  });

  it.each([
    ['an unknown word', ['promote', 'ada'], 'Say what to do'],
    ['no account', ['add'], 'Name one account.'],
    ['an account to list', ['list', 'ada'], 'Name one account.'],
    ['a name that nobody has', ['suspend', 'nobody-has-this-name'], 'No account is called'],
    ['an id that nobody has', ['suspend', crypto.randomUUID()], 'There is no user with the id'],
  ])('refuses %s', async (_, args, fault) => {
    await expect(staff(...args)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(fault) });
  });
});
