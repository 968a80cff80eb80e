import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { directoryKey } from '../../../functions/storage/keys.ts';
import { conversationOf } from '../scene.ts';
import type { Setting } from './measure-sockets.ts';
import { ESCAPED, LARGEST, type WorstScene } from './scene.ts';

/** The operations of the HTTP API. */
export async function measureHttp(setting: Setting, progress: (kind: string) => void) {
  progress('logs');
  const logs = await measureLogs(setting);
  progress('users');
  const users = await measureUsers(setting);
  progress('accounts');
  return { ...logs, ...users, ...(await measureAccounts(setting)) };
}

/** Counts a request. The first call of a function also reads the public keys, so it is made twice. */
async function counted(scene: WorstScene, status: number, ...request: Parameters<WorstScene['http']>) {
  await scene.answer(status, ...request);
  return scene.count(() => scene.answer(status, ...request));
}

async function measureLogs({ scene, ada, charles, hers }: Setting) {
  const { access } = ada;
  const conversation = conversationOf(ada, charles);
  const log = `/conversations/${conversation}/messages/`;
  const get = (path: string) => counted(scene, 200, path, { access });
  const page = async (query: string) => get(`${log}?limit=100&${query}`);
  const history = await get(`/chat/history/${charles.id}/?limit=100&offset=30`);
  const messages = await page('after=0');
  const around = await page('around=30');
  const stranger = await scene.person();
  await scene.say(
    hers,
    stranger,
    Array.from({ length: 30 }, () => ESCAPED),
  );
  const escaped = await get(`/conversations/${conversationOf(ada, stranger)}/messages/?limit=100&before=30`);
  const post = async () => scene.answer(201, log, { access, body: { text: LARGEST } });
  await post();
  const entry = await get(`/conversations/${conversation}/`);
  const inbox = await get('/conversations/?limit=100');
  const bodies = { text: 'x'.repeat(64 * 1024) };
  const tooLarge = await counted(scene, 413, log, { access, body: bodies });
  const fields = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}-${'x'.repeat(700)}`, i]));
  const faults = await counted(scene, 400, '/users/register/', { body: fields });
  return {
    ...{ history, messages, around, escaped, inbox, conversation: entry, tooLarge, faults },
    post: await scene.count(post, { only: ['send-message'] }),
  };
}

async function measureUsers({ scene, ada, charles }: Setting) {
  const { access } = ada;
  await fillDirectory(scene, 1_100);
  const get = (path: string) => counted(scene, 200, path, { access });
  return {
    users: await get('/users/?limit=100&offset=1000'),
    search: await get('/users/?limit=100&search=worst-'),
    rare: await get('/users/?limit=100&search=nobody-has-this-name'),
    user: await get(`/users/${charles.id}/`),
    me: await get('/users/me/'),
    notFound: await counted(scene, 404, '/conversations-of-nobody/', { access }),
  };
}

/** Entries of users with the longest names. To register so many would take minutes, and a page reads nothing else of them. */
async function fillDirectory({ runtime }: WorstScene, count: number) {
  const { tableEndpoint: endpoint, credentials, tableName } = runtime;
  const base = new DynamoDBClient({ endpoint, region: 'us-east-1', credentials });
  const client = DynamoDBDocumentClient.from(base);
  const items = Array.from({ length: count }, (_, i) => {
    const username = `a-${String(i).padStart(6, '0')}-${'x'.repeat(141)}`;
    return { ...directoryKey('users', username), id: randomUUID(), username, counted: true };
  });
  for (let i = 0; i < count; i += 25) {
    const writes = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteCommand({ RequestItems: { [tableName]: writes } }));
  }
  base.destroy();
}

async function measureAccounts({ scene, ada, hers }: Setting) {
  const registered = scene.newcomer();
  const users = async () => (await scene.answer(200, '/users/?limit=1', ada)).count as number;
  const before = await users();
  const register = await scene.count(() => scene.answer(201, '/users/register/', { body: registered }), {
    only: ['register', 'account-changes'],
    waiting: () => scene.until(async () => (await users()) > before),
  });
  const again = { ...registered, email: `other.${registered.email}` };
  const taken = await scene.count(() => scene.answer(400, '/users/register/', { body: again }));
  const { email, password } = registered;
  const logIn = () => scene.logIn({ email, password });
  const token = await scene.count(logIn);
  const body = { email, password: 'not the password' };
  const wrong = await scene.count(() => scene.answer(401, '/users/token/', { body }));
  let { refresh: held } = await logIn();
  const renew = async () => {
    ({ refresh: held } = (await scene.answer(200, '/users/token/refresh/', {
      body: { refresh: held },
    })) as unknown as { refresh: string });
  };
  await renew();
  const refresh = await scene.count(renew);

  const guest = await scene.person();
  await scene.device(guest);
  const { access } = guest;
  const wait = (requests: number) => () => scene.made('account-changes', requests);
  await scene.say(hers, guest, ['x']);
  await scene.shown(ada, guest, 1);
  await hers.ask('presence.watch', { users: [guest.id] });
  const change = (presence: string, first_name: string) =>
    scene.answer(200, '/users/me/', {
      access,
      method: 'PATCH',
      body: { first_name, last_name: first_name, presence },
    });
  await change('shown', 'a');
  const changeMe = await scene.count(
    () =>
      Promise.all([
        change('hidden', 'é'.repeat(150)),
        hers.heard(({ type, ref }) => type === 'presence' && !ref),
      ]),
    { only: ['me', 'account-changes'] },
  );
  const logout = await scene.count(
    async () => {
      const path = '/users/logout/';
      await scene.answer(204, path, { access, body: { refresh_token: guest.refresh } });
    },
    // The session's sockets, the removal of the socket, and what follows from that.
    { only: ['logout', 'disconnect', 'account-changes'], waiting: wait(5) },
  );
  return { register, taken, token, wrong, refresh, changeMe, logout };
}
