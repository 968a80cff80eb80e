import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

interface ViewerRequest {
  readonly method: string;
  readonly uri: string;
  readonly querystring: Readonly<Record<string, { readonly value: string }>>;
  readonly headers: Readonly<Record<string, { readonly value: string }>>;
}

/** Runs a viewer function as CloudFront does: as a separate script that defines `handler`. */
function run(file: string, uri: string, querystring: ViewerRequest['querystring'] = {}): ViewerRequest {
  const source = readFileSync(new URL(`../../lib/edge/${file}`, import.meta.url), 'utf8');
  // A viewer may write any header.
  const headers = { host: { value: 'chat.example' }, 'x-viewer-address': { value: '192.0.2.66' } };
  const request = { method: 'GET', uri, querystring, headers };
  const event = JSON.stringify({ version: '1.0', viewer: { ip: '2001:db8::1' }, request });
  return JSON.parse(runInNewContext(`${source}; JSON.stringify(handler(${event}))`, {}));
}

describe('the viewer function of sockets', () => {
  const socket = (uri: string, query = {}) => run('websocket-request.js', uri, query);
  const id = '0198f6a2-7b1e-7c3d-9f00-1234567890ab';

  it.each([`/ws/chat/${id}/`, `/ws/chat/${id}`])('maps %s to the stage’s URL with user_id', (uri) => {
    expect(socket(uri)).toMatchObject({ uri: '/ws', querystring: { user_id: { value: id } } });
  });

  it('keeps the rest of the query, and takes the peer from the path', () => {
    const query = { after: { value: '7' }, user_id: { value: 'other' } };
    expect(socket(`/ws/chat/${id}/`, query).querystring).toEqual({
      after: { value: '7' },
      user_id: { value: id },
    });
  });

  it.each(['/ws', '/ws/'])('does not change the query of %s', (uri) => {
    const query = { user_id: { value: id } };
    expect(socket(uri, query)).toMatchObject({ uri: '/ws', querystring: query });
  });

  it.each([
    '/ws/chat',
    '/ws/chat/',
    '/ws/chat//',
    `/ws/chat/${id}//`,
    `/ws/chat/${id}/more`,
    '/ws/chat/a&user_id=b',
    '/ws/chat/a%26b',
    '/ws/chat/a+b',
    `/ws/CHAT/${id}/`,
    '/wsx',
  ])('passes %s on as it is, for API Gateway to refuse', (uri) => {
    expect(socket(uri)).toMatchObject({ uri, querystring: {} });
  });

  it('passes the viewer’s host to the origin', () => {
    expect(socket('/ws').headers['x-viewer-host']).toEqual({ value: 'chat.example' });
  });
});

describe('the viewer function of the HTTP API', () => {
  const http = (uri: string, query = {}) => run('http-request.js', uri, query);

  it.each([
    ['/users/', '/users'],
    ['/users/token/refresh/', '/users/token/refresh'],
    ['/chat/history/x/', '/chat/history/x'],
    ['/schema/swagger-ui/', '/schema/swagger-ui'],
    ['/users', '/users'],
    ['/schema/swagger-ui/swagger-ui.css', '/schema/swagger-ui/swagger-ui.css'],
  ])('passes %s on as %s', (uri, passed) => {
    expect(http(uri).uri).toBe(passed);
  });

  it('does not turn an unknown path into a known one: two slashes stay two', () => {
    expect(http('/users//').uri).toBe('/users//');
  });

  it('keeps the query', () => {
    const query = { limit: { value: '5' }, offset: { value: '10' } };
    expect(http('/users/', query).querystring).toEqual(query);
  });

  it('passes the viewer’s host to the origin', () => {
    expect(http('/users/').headers).toEqual({
      host: { value: 'chat.example' },
      'x-forwarded-host': { value: 'chat.example' },
      'x-viewer-address': { value: '2001:db8::1' },
    });
  });
});

it.each(['http-request.js', 'websocket-request.js'])(
  '%s passes the viewer’s own address to the origin, whatever a viewer says',
  (file) => {
    expect(run(file, '/ws').headers['x-viewer-address']).toEqual({ value: '2001:db8::1' });
  },
);
