import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

const LISTED = 'https://chat.example.com';

describe.skipIf(notOurs)(`a deployment with a list of origins ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.twoOrigins });
  let ada: Person;
  let charles: Person;
  beforeAll(async () => {
    [ada, charles] = await people(rest(runtime().url), 2);
  });
  afterEach(closeSockets);

  const opening = (origin?: string) => ({
    peer: charles.id,
    token: ada.access,
    ...(origin !== undefined && { origin }),
  });

  it.each([LISTED, 'https://other.example.com'])('opens sockets to pages of %s', async (origin) => {
    const socket = await connect(runtime().url, opening(origin));
    expect(await socket.say('from a listed page')).toMatchObject({ type: 'chat.message' });
  });

  it('opens sockets to clients without an origin, which are not browsers', async () => {
    expect((await connect(runtime().url, opening())).isOpen).toBe(true);
  });

  it.each([
    'https://evil.example.com',
    'http://chat.example.com',
    'https://chat.example.com:8443',
    'https://chat.example.com.evil.example',
    'https://evil.example/https://chat.example.com',
    'null',
    'garbage',
  ])('refuses pages of %s with 403', async (origin) => {
    expect(await refusal(runtime().url, opening(origin))).toBe(403);
  });

  it('opens sockets to its own pages, on the distribution and on the bare API', async () => {
    const { url, webSocketUrl } = runtime();
    expect((await connect(url, opening(url))).isOpen).toBe(true);
    const bare = `http://${new URL(webSocketUrl).host}`;
    const path = `?user_id=${charles.id}`;
    expect((await connect(webSocketUrl, { ...opening(bare), path })).isOpen).toBe(true);
  });

  it('refuses its own pages with another scheme, port or name, and several origins', async () => {
    const { url } = runtime();
    const { port } = new URL(url);
    for (const origin of [
      url.replace('http:', 'https:'),
      `http://localhost:${Number(port) + 1}`,
      `http://localhost.:${port}`,
      `${url}, ${url}`,
    ]) {
      expect(await refusal(url, opening(origin)), origin).toBe(403);
    }
  });

  it('lets only pages of the list read its answers (CORS)', async () => {
    const api = rest(runtime().httpApiUrl);
    const get = async (origin: string) =>
      (await api.get('/users', { token: ada.access, headers: { origin } })).headers;
    expect((await get(LISTED)).get('access-control-allow-origin')).toBe(LISTED);
    expect((await get('https://evil.example.com')).get('access-control-allow-origin')).toBeNull();
  });

  it('answers the preflight request of a browser on a page of the list', async () => {
    const { status, headers } = await rest(runtime().httpApiUrl).request('OPTIONS', '/users', {
      headers: {
        origin: LISTED,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/i);
    expect(headers.get('access-control-allow-methods')).toMatch(/GET/);
  });
});
