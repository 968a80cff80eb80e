import { describe, expect, it } from 'vitest';
import type { CorsSpec } from '../../../local/model.ts';
import { serveHttpApi } from './api.ts';

const cors: CorsSpec = {
  origins: ['https://app.example'],
  methods: ['GET', 'POST'],
  headers: ['authorization', 'content-type'],
  exposed: ['retry-after'],
  maxAgeSeconds: 300,
  credentials: true,
};
const functions = {
  api: () => ({ statusCode: 200, headers: { 'Access-Control-Allow-Origin': 'https://function.example' } }),
};

function corsHeaders(response: Response): object {
  return Object.fromEntries([...response.headers].filter(([name]) => /^(access-control|vary)/.test(name)));
}

function preflight(url: string, origin: string): Promise<Response> {
  return fetch(`${url}/anything`, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
}

describe('CORS', () => {
  it('is answered by the gateway for a preflight, even for a path without a route', async () => {
    const response = await preflight(
      await serveHttpApi(functions, { cors, keys: [] }),
      'https://app.example',
    );
    expect(response.status).toBe(204);
    expect(corsHeaders(response)).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'authorization,content-type',
      'access-control-allow-credentials': 'true',
      'access-control-max-age': '300',
      vary: 'Origin',
    });
  });

  it('adds no headers for an origin that is not allowed', async () => {
    const url = await serveHttpApi(functions, { cors });
    expect(corsHeaders(await preflight(url, 'https://evil.example'))).toEqual({});
    expect(corsHeaders(await fetch(url, { headers: { origin: 'https://evil.example' } }))).toEqual({});
  });

  it("replaces the CORS headers of the function's response", async () => {
    const url = await serveHttpApi(functions, { cors });
    expect(corsHeaders(await fetch(url, { headers: { origin: 'https://app.example' } }))).toEqual({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
      vary: 'Origin',
    });
    expect(corsHeaders(await fetch(url))).toEqual({});
  });

  it('allows all origins, or all of a scheme, with a wildcard', async () => {
    const any = await serveHttpApi(functions, { cors: { ...cors, origins: ['*'], credentials: false } });
    const secure = await serveHttpApi(functions, { cors: { ...cors, origins: ['https://*'] } });
    const allowed = async (url: string, origin: string) =>
      (await fetch(url, { headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed(any, 'http://one.example')).toBe('*');
    expect(await allowed(secure, 'https://two.example')).toBe('https://two.example');
    expect(await allowed(secure, 'http://two.example')).toBeNull();
  });

  it('is left to the function if the API has no CORS configuration', async () => {
    const response = await fetch(await serveHttpApi(functions), {
      headers: { origin: 'https://app.example' },
    });
    expect(corsHeaders(response)).toEqual({ 'access-control-allow-origin': 'https://function.example' });
  });
});
