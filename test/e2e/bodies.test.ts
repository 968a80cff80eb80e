import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { person } from './support/people.ts';
import { rest } from './support/rest.ts';

const api = rest(inject('parleyUrl'));

let token: string;
beforeAll(async () => {
  ({ access: token } = await person(api));
});

const nested = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels);

describe.each([
  ['POST', '/users/register/', 16],
  ['POST', '/users/token/', 16],
  ['POST', '/users/token/refresh/', 16],
  ['POST', '/users/logout/', 16],
  ['PATCH', '/users/me/', 16],
  // Large enough for the longest message with each character escaped.
  ['POST', '/conversations/of-nobody/messages/', 64],
])('%s %s', (method, path, kib) => {
  const limit = kib * 1024;
  const post = (body?: unknown, headers?: Record<string, string>) =>
    api.send(method, path, body, { token, ...(headers && { headers }) });

  it.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['blanks', '   '],
    ['a word', 'hello'],
    ['half an object', '{"email": "ada'],
    ['an object and more', '{} {}'],
    ['single quotes', "{'email': 'ada'}"],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
    ['a form', 'email=ada&password=x'],
  ])('refuses %s: not JSON', async (_what, body) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(['invalid_json', 'validation_failed']).toContain(reply.body.code);
    if (typeof body === 'string' && body.trim() !== '') expect(reply.body.code).toBe('invalid_json');
  });

  it.each(['[]', '[{}]', '"text"', '7', 'null', 'true'])('refuses %s: not an object', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it.each([
    ['100 lists in lists', `{"email": ${nested('[', ']', 100)}}`],
    ['7000 lists in lists', nested('[', ']', 7000)],
    ['2000 objects in objects', `${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}`],
  ])('refuses %s: too deep', async (_what, body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'body_too_deep' } });
  });

  it('does not count brackets inside a string as depth', async () => {
    expect(await post({ email: nested('[', ']', 100) })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    });
  });

  it('reads up to its limit and refuses more', async () => {
    const sized = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
    expect(await post(sized(limit))).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(await post(sized(limit + 1))).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    expect(await post(sized(20 * limit))).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    // It counts bytes, not characters.
    expect(await post(`{"x":"${'名'.repeat(limit / 2)}"}`)).toMatchObject({ status: 413 });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'json',
    '',
  ])('refuses the content type %j', async (type) => {
    expect(await post('{}', { 'content-type': type })).toMatchObject({
      status: 415,
      body: { code: 'unsupported_media_type' },
    });
  });

  it.each(['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset=UTF-8'])(
    'accepts the content type %j',
    async (type) => {
      expect(await post('{"x":1}', { 'content-type': type })).toMatchObject({
        status: 400,
        body: { code: 'validation_failed' },
      });
    },
  );

  it('ignores a byte order mark before the object', async () => {
    expect(await post('\ufeff{"x":1}')).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it.each([
    ['gzip', gzipSync('{"x":1}')],
    ['GZIP', gzipSync('{"x":1}')],
    ['br', brotliCompressSync('{"x":1}')],
    ['identity, deflate', deflateSync('{"x":1}')],
    ['nonsense', '{"x":1}'],
  ])('refuses the encoding %s, by its name', async (encoding, body) => {
    const reply = await post(body, { 'content-encoding': encoding });
    expect(reply).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    expect(reply.body.detail).toContain(JSON.stringify(encoding.toLowerCase().split(' ').at(-1)));
    expect(reply.headers.get('accept-encoding')).toBe('identity');
  });

  it('accepts the encoding identity', async () => {
    const reply = await post('{"x":1}', { 'content-encoding': 'identity' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('names at most twenty faults and gives the number of the rest', async () => {
    const fields = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`f${i}`, i]));
    const { status, body } = await post(fields);
    expect([status, Object.values(body.errors).flat().length]).toEqual([400, 20]);
    expect(body.detail).toMatch(/There are 4\d\d more faults/);
  });

  it('refuses an unknown field by its name', async () => {
    expect(await post({ is_staff: true })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: { is_staff: [expect.any(String)] } },
    });
  });

  it('accepts no prototype from a body', async () => {
    const reply = await post(
      '{"__proto__": {"email": "a@example.com", "refresh": "x", "refresh_token": "x"}, "constructor": 1}',
    );
    expect(reply).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });
});
