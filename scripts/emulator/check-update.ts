import assert from 'node:assert/strict';
import { WebSocket } from 'ws';

/**
 * Updates a running stage: afterwards the changed function must answer, and what was there before must still work, an
 * account, a session and an open socket.
 *
 * @param version of the API's description after the update
 */
export async function checkUpdate(url: string, version: string, update: () => Promise<void>): Promise<void> {
  const [ada, charles] = [await register(url), await register(url)];
  const [hers, his] = [await connect(url, ada, charles), await connect(url, charles, ada)];
  const described = async () => {
    const response = await fetch(`${url}/schema/`);
    return ((await response.json()) as { info: { version: string } }).info.version;
  };
  assert.notEqual(await described(), version);
  await update();
  assert.equal(await described(), version, 'the changed function answers after the update');
  const came = next(his);
  hers.send(JSON.stringify({ message: 'still here' }));
  assert.equal((await came).message, 'still here', 'sockets stay open during an update');
  const { status } = await fetch(`${url}/users/me/`, { headers: { authorization: `Bearer ${ada.access}` } });
  assert.equal(status, 200, 'sessions outlast an update');
  for (const socket of [hers, his]) socket.close();
}

interface Account {
  readonly id: string;
  readonly access: string;
}

async function register(url: string): Promise<Account> {
  const username = `t${crypto.randomUUID().replaceAll('-', '')}`;
  const [email, password] = [`${username}@example.com`, crypto.randomUUID()];
  const names = { first_name: 'Ada', last_name: 'Lovelace' };
  const { id } = await post(`${url}/users/register/`, {
    email,
    username,
    password,
    password2: password,
    ...names,
  });
  const { access } = await post(`${url}/users/token/`, { email, password });
  return { id, access };
}

async function post(url: string, body: object): Promise<Account> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  assert.ok(response.ok, `POST ${url}: ${response.status}`);
  return (await response.json()) as Account;
}

async function connect(url: string, { access }: Account, peer: Account): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${access}` };
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws/chat/${peer.id}/`, { headers });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return socket;
}

function next(socket: WebSocket): Promise<{ readonly message?: string }> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('no frame came within 10 s')), 10_000);
    socket.once('message', (data) => {
      clearTimeout(late);
      resolve(JSON.parse(String(data)));
    });
  });
}
