import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { behaviorOf, folderOf, serveSite } from './site.ts';

async function serveFiles(
  files: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
) {
  const contents = [files, more].map((some) => folderOf(some, { cacheControl: 'max-age=60' }));
  const origin = { kind: 'bucket', contents } as const;
  const { url } = await serveSite([behaviorOf('*', { origin })], { defaultRootObject: 'index.html' });
  return { url };
}

/** Sends the path unchanged. `fetch` would normalize it. */
async function getRaw(url: string, path: string): Promise<[number | undefined, string]> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    request({ hostname, port, path }, async (response) =>
      resolve([response.statusCode, await text(response)]),
    ).end();
  });
}

describe('an object of the bucket', () => {
  it('is served with its content type, ETag and cache control', async () => {
    const { url } = await serveFiles({ 'assets/app.js': 'run();' });
    const response = await fetch(`${url}/assets/app.js?v=1`);
    expect(await response.text()).toBe('run();');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/javascript',
      'content-length': '6',
      'cache-control': 'max-age=60',
      etag: expect.stringMatching(/^"[\da-f]{32}"$/),
    });
  });

  it('is not sent again to a client that has it', async () => {
    const { url } = await serveFiles({ 'a.txt': 'a' });
    const etag = (await fetch(`${url}/a.txt`)).headers.get('etag') ?? '';
    const get = (tag: string) => fetch(`${url}/a.txt`, { headers: { 'if-none-match': tag } });
    expect([(await get(etag)).status, (await get(`"x", W/${etag}`)).status]).toEqual([304, 304]);
    expect((await get('"x"')).status).toBe(200);
  });

  it('has only headers in the response to a HEAD request', async () => {
    const { url } = await serveFiles({ 'a.txt': 'four' });
    const response = await fetch(`${url}/a.txt`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([
      200,
      '4',
      '',
    ]);
  });

  it('is the default root object for /, and only for /', async () => {
    const { url } = await serveFiles({ 'index.html': 'home', 'docs/index.html': 'docs' });
    expect(await (await fetch(`${url}/`)).text()).toBe('home');
    expect((await fetch(`${url}/docs/`)).status).toBe(404);
    expect((await fetch(`${url}/docs`)).status).toBe(404);
  });

  it('comes from the last folder that contains it', async () => {
    const { url } = await serveFiles({ 'a.txt': 'old', 'b.txt': 'b' }, { 'a.txt': 'new' });
    expect(await (await fetch(`${url}/a.txt`)).text()).toBe('new');
    expect(await (await fetch(`${url}/b.txt`)).text()).toBe('b');
  });

  it('has the cache control of its folder', async () => {
    const contents = [
      folderOf({ 'app-1.js': '1' }, { prefix: 'assets/', cacheControl: 'immutable' }),
      folderOf(
        { 'index.html': 'home', 'assets/other.js': '2' },
        { except: ['assets/*'], cacheControl: 'no-cache' },
      ),
    ];
    const { url } = await serveSite([behaviorOf('*', { origin: { kind: 'bucket', contents } })]);
    const get = async (path: string) => {
      const { status, headers } = await fetch(url + path);
      return [status, headers.get('cache-control')];
    };
    expect(await get('/assets/app-1.js')).toEqual([200, 'immutable']);
    expect(await get('/index.html')).toEqual([200, 'no-cache']);
    expect(await get('/app-1.js')).toEqual([404, null]);
    expect(await get('/assets/other.js')).toEqual([404, null]);
  });

  it('has the content type of its folder, which may hold some files only', async () => {
    const files = { 'index.html': 'home', 'a/b.html': 'b', 'icon.svg': '<svg/>' };
    const contentType = 'text/html; charset=utf-8';
    const contents = [
      folderOf(files, { except: ['*.html'] }),
      folderOf(files, { except: ['*'], include: ['*.html'], contentType }),
    ];
    const { url } = await serveSite([behaviorOf('*', { origin: { kind: 'bucket', contents } })]);
    const typeOf = async (path: string) => (await fetch(url + path)).headers.get('content-type');
    expect(await typeOf('/index.html')).toBe(contentType);
    expect(await typeOf('/a/b.html')).toBe(contentType);
    expect(await typeOf('/icon.svg')).toBe('image/svg+xml');
  });

  it('can have a name with escaped characters', async () => {
    const { url } = await serveFiles({ 'é a.txt': 'x' });
    expect(await (await fetch(`${url}/%C3%A9%20a.txt`)).text()).toBe('x');
  });

  it('causes a 404 if it does not exist, and a 400 if its name is malformed', async () => {
    const { url } = await serveFiles({});
    expect((await fetch(`${url}/none`)).status).toBe(404);
    expect((await fetch(`${url}/%ff`)).status).toBe(400);
  });

  it('is read-only', async () => {
    const { url } = await serveFiles({ 'a.txt': 'a' });
    expect((await fetch(`${url}/a.txt`, { method: 'PUT', body: 'b' })).status).toBe(405);
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/a/%2e%2e/%2e%2e/secret.txt',
    '/a.txt%00.html',
    '//etc/passwd',
    '/./a.txt',
  ])('is never outside the bucket: %s', async (path) => {
    const { url } = await serveFiles({ 'a.txt': 'a' });
    const [status, body] = await getRaw(url, path);
    expect([status, body]).toEqual([404, expect.stringContaining('NoSuchKey')]);
  });
});
