import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../contract/document.ts';
import { ANSWER_HEADERS } from '../support/answer-headers.ts';
import { SETTINGS } from '../systems.ts';
import { device } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people, registration } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, refusal } from './support/socket.ts';

/** What a caller may think of to look like CloudFront. */
const PRETENCES: readonly Record<string, string>[] = [
  {},
  { 'x-parley-site': '' },
  { 'x-parley-site': 'off' },
  { 'x-parley-site': 'true' },
  { via: '1.1 abc.cloudfront.net (CloudFront)', 'x-amz-cf-id': 'abc', 'x-viewer-address': '192.0.2.1' },
  { 'x-parley-site': '{{resolve:secretsmanager:SiteSecret:SecretString:::}}' },
];

describe.skipIf(notOurs)(`unless the bare APIs are open (-c bareApis=on), ${notOurs}`, () => {
  // `threeMessages` is a system as it is deployed by default.
  const runtime = ownRuntime({ context: SETTINGS.threeMessages });
  let ada: Person;
  beforeAll(async () => {
    [ada] = await people(rest(runtime().url), 1);
  });
  afterAll(closeSockets);

  const filled = (path: string) => path.replaceAll(/\{\w+\}/g, ada.id);

  it.each(OPERATIONS.map(({ method, path }) => [method, path]))(
    '%s %s is refused past the site, whatever is sent with it',
    async (method, path) => {
      for (const headers of PRETENCES) {
        const answer = await fetch(runtime().httpApiUrl + filled(path), {
          method,
          headers: { authorization: `Bearer ${ada.access}`, 'content-type': 'application/json', ...headers },
          ...(method !== 'GET' && { body: '{}' }),
        });
        expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([403, 'site_only']);
        for (const [name, value] of Object.entries(ANSWER_HEADERS))
          expect(answer.headers.get(name)).toBe(value);
      }
    },
  );

  it('so is a path that does not exist, and a method that a path has not', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['PUT', '/users'],
      ['OPTIONS', '/users'],
      ['GET', '/users/'],
    ] as const)
      expect((await fetch(runtime().httpApiUrl + path, { method, redirect: 'manual' })).status, path).toBe(
        403,
      );
  });

  it('nothing happens: who registers there has no account', async () => {
    const { email, password, ...names } = registration();
    const bare = await fetch(`${runtime().httpApiUrl}/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password, ...names }),
    });
    expect(bare.status).toBe(403);
    const { status } = await rest(runtime().url).post('/users/token/', { email, password });
    expect(status).toBe(401);
  });

  it('no socket opens past the site, and one opens through it', async () => {
    const { url, webSocketUrl } = runtime();
    for (const headers of PRETENCES)
      expect(await refusal(webSocketUrl, { path: '', token: ada.access, headers })).toBe(403);
    expect((await device(url, ada)).isOpen).toBe(true);
    // CloudFront replaces what a viewer pretends.
    const headers = { 'x-parley-site': 'nonsense', 'x-viewer-address': '192.0.2.1' };
    expect((await connect(url, { path: '/ws', token: ada.access, headers })).isOpen).toBe(true);
  });

  it('a session has the address of its viewer, whatever a viewer says', async () => {
    const api = rest(runtime().url);
    const { body } = await api.post(
      '/users/token/',
      { email: ada.email, password: ada.password },
      { headers: { 'x-viewer-address': '192.0.2.66', 'x-forwarded-for': '192.0.2.66' } },
    );
    const { body: sessions } = await api.get('/users/me/sessions/', { token: body.access });
    expect(sessions.results.find(({ current }: { current: boolean }) => current).address).toMatch(
      /^(127\.0\.0\.1|::1)$/,
    );
  });
});
