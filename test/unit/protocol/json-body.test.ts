import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { UnsupportedEncoding } from '../../../functions/protocol/errors.ts';
import { MAX_BODY_BYTES, parseJsonBody, type RawBody } from '../../../functions/protocol/json-body.ts';
import { thrownBy } from '../support/rejection.ts';

const raw = (body: string | undefined, more: Partial<RawBody> = {}): RawBody => ({
  body,
  isBase64Encoded: false,
  contentType: 'application/json',
  ...more,
});
const base64 = (bytes: Uint8Array | string) =>
  raw(Buffer.from(bytes as string).toString('base64'), { isBase64Encoded: true });
const fault = (body: RawBody) => thrownBy(() => parseJsonBody(body));
const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

describe('a JSON body', () => {
  it('is parsed', () => {
    expect(parseJsonBody(raw('{"email": "é"}'))).toEqual({ email: 'é' });
  });

  it('is parsed from base64, too, as API Gateway hands over what it takes for binary', () => {
    expect(parseJsonBody(base64('{"email": "é"}'))).toEqual({ email: 'é' });
  });

  it('may begin with a byte order mark (RFC 8259 §8.1 lets parsers ignore it)', () => {
    expect(parseJsonBody(raw('\ufeff{}'))).toEqual({});
  });

  it('need not be an object: the schema decides', () => {
    expect(parseJsonBody(raw('[1]'))).toEqual([1]);
  });

  it.each(['', ' ', '{', '{"a": 1,}', 'email=x', 'undefined', "{'a': 1}", '{"a": "\n"}', 'NaN'])(
    'is not %j',
    (body) => {
      expect(fault(raw(body))).toEqual({ code: 'invalid_json' });
    },
  );

  it('is not absent', () => {
    expect(fault(raw(undefined))).toEqual({ code: 'invalid_json' });
  });

  it.each([
    ['ISO 8859-1', [0x22, 0xe9, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
    ['cut-off UTF-8', [0x22, 0xf0, 0x9f, 0x22]],
    ['overlong UTF-8', [0x22, 0xc0, 0x80, 0x22]],
    ['zeros', [0, 0, 0]],
  ])('is not in %s', (_, bytes) => {
    expect(fault(base64(Uint8Array.from(bytes)))).toEqual({ code: 'invalid_json' });
  });
});

describe('the type of a body', () => {
  it.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    ' application/json ',
    'application/merge-patch+json',
    'application/vnd.api+json;v=1',
  ])('may be %j', (contentType) => {
    expect(parseJsonBody(raw('{}', { contentType }))).toEqual({});
  });

  it.each([
    undefined,
    '',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=application/json',
    'application/jsonp',
    'application/json, text/plain',
    'xapplication/json',
  ])('may not be %j', (contentType) => {
    expect(fault(raw('{}', { contentType }))).toEqual({ code: 'unsupported_media_type' });
  });
});

describe('the encoding of a body', () => {
  it.each([undefined, '', 'identity', 'Identity', 'identity, identity'])('may be %j', (contentEncoding) => {
    expect(parseJsonBody(raw('{}', { contentEncoding }))).toEqual({});
  });

  it.each([
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br', 'br'],
    ['identity, zstd', 'zstd'],
    ['nonsense', 'nonsense'],
  ])('may not be %s, and is named', (contentEncoding, named) => {
    for (const body of [raw('{}', { contentEncoding }), { ...base64(gzipSync('{}')), contentEncoding }]) {
      expect(() => parseJsonBody(body)).toThrow(new UnsupportedEncoding(named));
      expect(fault(body)).toEqual({ code: 'unsupported_media_type' });
    }
  });
});

describe('the size of a body', () => {
  const filled = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));

  it('is 16 KiB at most, or what a request needs', () => {
    expect(MAX_BODY_BYTES).toBe(16_384);
    expect(parseJsonBody(raw(filled(16_384)))).toHaveLength(16_382);
    expect(fault(raw(filled(16_385)))).toEqual({ code: 'body_too_large' });
    const maxBytes = 65_536;
    expect(parseJsonBody(raw(filled(65_536), { maxBytes }))).toHaveLength(65_534);
    expect(fault(raw(filled(65_537), { maxBytes }))).toEqual({ code: 'body_too_large' });
  });

  it('is counted in bytes, not in characters', () => {
    expect(fault(raw(JSON.stringify('語'.repeat(22_000))))).toEqual({ code: 'body_too_large' });
  });

  it('is that of the decoded bytes, not of their base64', () => {
    expect(parseJsonBody(base64(filled(16_384)))).toHaveLength(16_382);
    expect(fault(base64(filled(16_385)))).toEqual({ code: 'body_too_large' });
  });

  it('is checked before its type and content', () => {
    expect(fault(raw('x'.repeat(70_000), { contentType: 'text/plain' }))).toEqual({ code: 'body_too_large' });
  });
});

describe('the depth of a body', () => {
  it('is eight levels at most', () => {
    expect(parseJsonBody(raw(nested(8)))).toEqual(JSON.parse(nested(8)));
    expect(fault(raw(nested(9)))).toEqual({ code: 'body_too_deep' });
  });

  it('is that of objects as well', () => {
    expect(fault(raw(`${'{"a":'.repeat(9)}1${'}'.repeat(9)}`))).toEqual({ code: 'body_too_deep' });
  });

  it('is refused at any depth that fits into a body, without a stack overflow', () => {
    expect(fault(raw(nested(32_767), { maxBytes: 65_536 }))).toEqual({ code: 'body_too_deep' });
  });

  it('is not its length', () => {
    expect(parseJsonBody(raw(`[${'[1],'.repeat(3_000)}1]`))).toHaveLength(3_001);
  });
});
