import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ViewerRequest } from '../../../local/edge/viewer-event.ts';
import { viewerFunction } from '../../../local/edge/viewer-function.ts';
import { behaviorOf, mirrored, serveSite } from './site.ts';

async function serveFunction(viewerRequest: string, viewerFunctionMs?: number): Promise<string> {
  const behavior = behaviorOf('*', { viewerRequest });
  return (await serveSite([behavior], {}, {}, { ...(viewerFunctionMs && { viewerFunctionMs }) })).url;
}

describe('a viewer-request function', () => {
  it('gets the event that CloudFront documents', async () => {
    const url = await serveFunction(
      'function handler(event) { return { statusCode: 200, body: JSON.stringify(event) }; }',
    );
    const response = await fetch(`${url}/a%20b?x=1&x=%26&flag&e=`, {
      method: 'DELETE',
      headers: { Cookie: 'a=1; b=2=3', 'X-Own': 'y' },
    });
    const event = (await response.json()) as { request: ViewerRequest };
    expect(event).toMatchObject({
      version: '1.0',
      context: { eventType: 'viewer-request', requestId: expect.any(String) },
      viewer: { ip: '127.0.0.1' },
      request: {
        method: 'DELETE',
        uri: '/a%20b',
        querystring: {
          x: { value: '1', multiValue: [{ value: '1' }, { value: '%26' }] },
          flag: { value: '' },
          e: { value: '' },
        },
        headers: { 'x-own': { value: 'y' }, host: { value: url.slice('http://'.length) } },
        cookies: { a: { value: '1' }, b: { value: '2=3' } },
      },
    });
    expect(event.request.headers).not.toHaveProperty('cookie');
  });

  it('does not change the request if it returns the same one', async () => {
    const url = await serveFunction('function handler(event) { return event.request; }');
    const seen = await mirrored(`${url}/a//b/?flag&x=1&e=&x=%26`, { headers: { Cookie: 'a=1;b=2' } });
    expect(seen).toMatchObject({ url: '/a//b/?flag&x=1&e=&x=%26', headers: { cookie: 'a=1;b=2' } });
  });

  it('can change path, query, headers and cookies', async () => {
    const url = await serveFunction(`function handler({ request }) {
      request.uri = '/new';
      request.querystring.added = { value: '1' };
      delete request.querystring.gone;
      request.headers['x-forwarded-host'] = { value: request.headers.host.value };
      delete request.headers['x-gone'];
      request.cookies.c = { value: '3' };
      return request; }`);
    const seen = await mirrored(`${url}/old?gone=1&x=1&x=2`, { headers: { 'X-Gone': '1', Cookie: 'a=1' } });
    expect(seen).toMatchObject({
      url: '/new?x=1&x=2&added=1',
      headers: { 'x-forwarded-host': url.slice('http://'.length), cookie: 'a=1; c=3' },
    });
    expect(seen.headers).not.toHaveProperty('x-gone');
  });

  it('can return a response', async () => {
    const url = await serveFunction(`function handler() { return {
      statusCode: 302, statusDescription: 'Found', headers: { location: { value: '/there' } },
      cookies: { a: { value: '1', attributes: 'Secure' } }, body: { encoding: 'base64', data: 'aGk=' } }; }`);
    const response = await fetch(url, { redirect: 'manual' });
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([
      302,
      '/there',
      'hi',
    ]);
    expect(response.headers.getSetCookie()).toEqual(['a=1; Secure']);
  });

  it('can be async', async () => {
    const url = await serveFunction(
      'async function handler(event) { await null; event.request.uri = "/later"; return event.request; }',
    );
    expect((await mirrored(url)).url).toBe('/later');
  });

  it.each([
    ['throws', 503, 'function handler() { throw new Error("no"); }'],
    ['runs on', 503, 'function handler() { for (;;); }'],
    ['runs on in promises', 503, 'async function handler() { for (;;) await null; }'],
    ['never settles', 503, 'function handler() { return new Promise(() => {}); }'],
    ['returns nothing', 503, 'function handler() {}'],
    ['returns neither request nor response', 502, 'function handler() { return { uri: 1 }; }'],
    [
      'returns a path that is none',
      502,
      'function handler({ request }) { request.uri = "x"; return request; }',
    ],
  ])('that %s causes a response with %d', async (_what, status, source) => {
    expect((await fetch(await serveFunction(source, 500))).status).toBe(status);
  });

  it('has no Node APIs, network or timers, and cannot run code from strings', () => {
    const names = ['process', 'require', 'fetch', 'setTimeout', 'Buffer'];
    const run = viewerFunction(`function handler() {
      const failed = (attempt) => { try { attempt(); return false; } catch { return true; } };
      return {
        found: ${JSON.stringify(names)}.filter((name) => name in globalThis),
        strings: failed(() => eval('1')) && failed(() => new Function('return 1')),
        escape: failed(() => globalThis.constructor.constructor('return process')()),
      }; }`);
    expect(run({})).toEqual({ found: [], strings: true, escape: true });
  });

  it.each([
    ['needs a module', `import cf from 'cloudfront'; function handler() {}`, 'import'],
    ['has no handler', 'const other = 1;', 'must define handler'],
    ['is larger than 10 KB', `function handler() {} //${'x'.repeat(10_240)}`, '10240 bytes'],
  ])('that %s causes an error at the start', (_what, source, message) => {
    expect(() => viewerFunction(source)).toThrow(message);
  });
});

describe("the project's own viewer functions", () => {
  const sourceOf = (file: string) =>
    readFileSync(join(import.meta.dirname, '../../../lib/edge', file), 'utf8');

  it('rewrite the path of a conversation to a query', async () => {
    const url = await serveFunction(sourceOf('websocket-request.js'));
    const id = '0b7f0a4e-8f5c-4f0e-9d55-2f6c1f1f8a11';
    expect((await mirrored(`${url}/ws/chat/${id}/`)).url).toBe(`/ws?user_id=${id}`);
    expect((await mirrored(`${url}/ws/chat/${id}?a=1`)).url).toBe(`/ws?a=1&user_id=${id}`);
    expect((await mirrored(`${url}/ws/other/${id}`)).url).toBe(`/ws/other/${id}`);
  });

  it('remove a trailing slash from the paths of the HTTP API', async () => {
    const url = await serveFunction(sourceOf('http-request.js'));
    const seen = await mirrored(`${url}/users/?limit=1`);
    expect([seen.url, seen.headers['x-forwarded-host']]).toEqual([
      '/users?limit=1',
      url.slice('http://'.length),
    ]);
  });
});
