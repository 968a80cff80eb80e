import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { readAssembly } from '../../local/assembly/read-assembly.ts';
import { build } from '../../scripts/build.ts';
import { conversationOf, device, messageTo } from '../e2e/support/devices.ts';
import { sendMessage } from '../e2e/support/messages.ts';
import { logOut, type Person, people } from '../e2e/support/people.ts';
import { type Rest, rest } from '../e2e/support/rest.ts';
import { closeSockets, connect, refusal } from '../e2e/support/socket.ts';
import { startWatched, type Watched } from '../e2e/support/watched-runtime.ts';
import { SETTINGS } from '../systems.ts';

const context = SETTINGS.unlimited;
const bootstrap = `${import.meta.dirname}/bootstrap.mjs`;

let watched: Watched;
let api: Rest;
let url: string;
let ada: Person;
let charles: Person;
beforeAll(async () => {
  watched = await startWatched({ context, bootstrap });
  url = watched.runtime.url;
  api = rest(url);
  [ada, charles] = await people(api, 2);
});
afterAll(() => watched?.end());

it('HTTP: every operation answers, also to what it refuses', async () => {
  const conversation = conversationOf(ada, charles);
  expect(await sendMessage(api, ada, conversation, 'over HTTP')).toMatchObject({ seq: 1 });
  const status = async (path: string, token?: string) => (await api.get(path, { token })).status;
  for (const path of [
    ...['/users/', '/users/me/', `/users/${charles.id}/`, `/chat/history/${charles.id}/`],
    ...['/conversations/', `/conversations/${conversation}/`, `/conversations/${conversation}/messages/`],
    ...['/schema/', '/schema/swagger-ui/', '/.well-known/jwks.json'],
  ])
    expect([path, await status(path, ada.access)]).toEqual([path, 200]);
  expect(await status('/users/me/')).toBe(401);
  expect((await api.request('PUT', '/users/')).status).toBe(405);
  expect((await api.post('/users/register/', {})).status).toBe(400);
  expect((await api.patch('/users/me/', { first_name: 'Augusta' }, { token: ada.access })).status).toBe(200);
  const renewed = await api.post('/users/token/refresh/', { refresh: charles.refresh });
  expect(renewed.status).toBe(200);
  expect((await logOut(api, renewed.body)).status).toBe(204);
});

it('sockets: handshakes are accepted and refused, and frames are answered and delivered', async () => {
  const hers = await device(url, ada);
  const [other] = await people(api, 1);
  const his = await connect(url, { peer: ada.id, token: other.access });
  await hers.ask(messageTo(other, 'over a socket'));
  expect(await his.next()).toMatchObject({ message: 'over a socket', sender: ada.username });
  hers.send('no JSON');
  expect(await hers.next()).toMatchObject({ type: 'error', code: 'invalid_json' });
  // The authorizer says no by throwing an error, which is a result of another kind.
  expect(await refusal(url, { peer: ada.id, token: 'garbage' })).toBe(401);
  expect(await refusal(url, { peer: 'nobody', token: ada.access })).toBe(403);
  await closeSockets();
});

it('the stream: messages reach the inbox, and new accounts are counted', async () => {
  const later = { timeout: 20_000, interval: 200 };
  await vi.waitFor(async () => {
    const { body } = await api.get('/conversations/', { token: ada.access });
    expect(body.results).toHaveLength(2);
  }, later);
  await vi.waitFor(async () => {
    expect((await api.get('/users/', { token: ada.access })).body.count).toBe(3);
  }, later);
});

it('no function was left out', async () => {
  const { functions } = readAssembly(await build(context));
  const invoked = () => Object.keys(watched.runtime.usage().invocations);
  await vi.waitFor(() => expect(invoked()).toHaveLength(functions.length), 10_000);
});
