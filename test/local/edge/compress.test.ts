import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { HttpHandler } from '../../../local/gateway/http-handler.ts';
import type { BehaviorSpec } from '../../../local/model.ts';
import { behaviorOf, folderOf, serveSite } from './site.ts';

const script = 'console.log("a line that comes again");\n'.repeat(100);

async function serveScript(settings: Partial<BehaviorSpec> = { encodings: ['br', 'gzip'] }) {
  const files = { 'app.js': script, 'small.js': 'run();', 'picture.png': script };
  const origin = { kind: 'bucket', contents: [folderOf(files)] } as const;
  return (await serveSite([behaviorOf('*', { origin, ...settings })])).url;
}

/** The response as sent. `fetch` would decode the body. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      request(url, { method, headers }, async (response) => {
        const body = Buffer.concat(await response.toArray());
        resolve({ status: response.statusCode, headers: response.headers, body });
      })
        .on('error', reject)
        .end();
    },
  );
}

describe('a response', () => {
  it('is compressed with Brotli for a viewer that accepts it', async () => {
    const { headers, body } = await get(`${await serveScript()}/app.js`, { 'accept-encoding': 'gzip, br' });
    expect(headers).toMatchObject({
      'content-encoding': 'br',
      'content-length': String(body.byteLength),
      'content-type': 'text/javascript',
      vary: 'Accept-Encoding',
    });
    expect(body.byteLength).toBeLessThan(script.length / 10);
    expect(brotliDecompressSync(body).toString()).toBe(script);
  });

  it.each([
    ['gzip', ['br', 'gzip']],
    ['gzip, br;q=0', ['br', 'gzip']],
    ['GZIP;q=0.5', ['br', 'gzip']],
    ['br, gzip', ['gzip']],
  ] as const)('is compressed with gzip for "%s" where there is %j', async (accepted, encodings) => {
    const { headers, body } = await get(`${await serveScript({ encodings })}/app.js`, {
      'accept-encoding': accepted,
    });
    expect(headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(body).toString()).toBe(script);
  });

  it.each(['', 'identity', 'gzip;q=0, br;q=0', 'zstd', '*;q=0'])(
    'is not compressed for "%s", and has Vary: Accept-Encoding',
    async (accepted) => {
      const { headers, body } = await get(`${await serveScript()}/app.js`, { 'accept-encoding': accepted });
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'content-length': String(script.length) });
      expect(body.toString()).toBe(script);
    },
  );

  it.each(['/small.js', '/picture.png', '/none'])(
    'is not compressed if it is small or of a compressed type: %s',
    async (path) => {
      const { headers } = await get((await serveScript()) + path, { 'accept-encoding': 'gzip' });
      expect(headers).not.toHaveProperty('content-encoding');
      expect(headers).not.toHaveProperty('vary');
    },
  );

  it('is not compressed if the behaviour does not compress', async () => {
    const { headers } = await get(`${await serveScript({})}/app.js`, { 'accept-encoding': 'gzip' });
    expect(headers).not.toHaveProperty('content-encoding');
  });

  it('has a weak ETag when compressed, and is not sent again to a client that has it', async () => {
    const url = `${await serveScript()}/app.js`;
    const { headers } = await get(url, { 'accept-encoding': 'gzip' });
    expect(headers.etag).toMatch(/^W\/"[\da-f]{32}"$/);
    const again = await get(url, { 'accept-encoding': 'gzip', 'if-none-match': String(headers.etag) });
    expect([again.status, again.body.byteLength]).toEqual([304, 0]);
  });

  it('to a HEAD request has no body', async () => {
    const { status, body } = await get(
      `${await serveScript()}/app.js`,
      { 'accept-encoding': 'gzip' },
      'HEAD',
    );
    expect([status, body.byteLength]).toEqual([200, 0]);
  });

  it('of an API is compressed too and keeps its headers', async () => {
    const httpApi: HttpHandler = (_request, response) => {
      const body = JSON.stringify({ script });
      response.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        vary: 'origin',
      });
      response.end(body);
    };
    const { url } = await serveSite([behaviorOf('*', { encodings: ['gzip'] })], {}, { httpApi });
    const { headers, body } = await get(url, { 'accept-encoding': 'gzip' });
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'origin, Accept-Encoding' });
    expect(JSON.parse(gunzipSync(body).toString())).toEqual({ script });
  });

  it('with a content encoding is not changed', async () => {
    const httpApi: HttpHandler = (_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/plain',
        'content-length': script.length,
        'content-encoding': 'own',
      });
      response.end(script);
    };
    const { url } = await serveSite([behaviorOf('*', { encodings: ['gzip'] })], {}, { httpApi });
    const { headers, body } = await get(url, { 'accept-encoding': 'gzip' });
    expect([headers['content-encoding'], body.toString()]).toEqual(['own', script]);
  });
});
