import { describe, expect, it } from 'vitest';
import { readObject, readRef, refIn } from '../../../functions/protocol/frames.ts';
import { thrownBy } from '../support/rejection.ts';

describe('the object of a frame', () => {
  it('is read from its text', () => {
    expect(readObject('{"a": [1, {"b": null}]}', false)).toEqual({ a: [1, { b: null }] });
  });

  it('may begin with a byte order mark, as a request’s body may, but with one alone', () => {
    expect(readObject('\ufeff{"a": 1}', false)).toEqual({ a: 1 });
    expect(refIn('\ufeff{"ref": "r1"}')).toBe('r1');
  });

  it.each([
    ['invalid_json', '\ufeff'],
    ['invalid_json', '\ufeff\ufeff{}'],
    ['invalid_json', '{}\ufeff'],
    ['invalid_json', undefined],
    ['invalid_json', ''],
    ['invalid_json', '{"a": 1'],
    ['invalid_json', "{'a': 1}"],
    ['not_an_object', 'null'],
    ['not_an_object', '[]'],
    ['not_an_object', '"{}"'],
    ['not_an_object', '7'],
  ])('is refused as %s: %j', (code, body) => {
    expect(thrownBy(() => readObject(body, false))).toEqual({ code, ref: undefined });
  });

  it('is refused when it comes in a binary frame, even if that holds JSON', () => {
    const body = Buffer.from('{}').toString('base64');
    expect(thrownBy(() => readObject(body, true))).toEqual({ code: 'binary_not_supported', ref: undefined });
  });
});

describe('the reference of a frame', () => {
  it.each(['', 'r1', 'r'.repeat(64), '🦀'.repeat(64)])('may be %j', (ref) => {
    expect(readRef({ ref })).toBe(ref);
    expect(refIn(JSON.stringify({ ref }))).toBe(ref);
  });

  it.each([undefined, null])('may be absent: %j', (ref) => {
    expect(readRef({ ref })).toBeUndefined();
  });

  it.each(['r'.repeat(65), '🦀'.repeat(65), '\ud83e', 7, true, {}, ['r']])('may not be %j', (ref) => {
    expect(thrownBy(() => readRef({ ref }))).toEqual({ code: 'ref_invalid' });
    expect(refIn(JSON.stringify({ ref }))).toBeUndefined();
  });

  it.each([undefined, '', 'garbage', 'null', '[]', '{}'])('is none in %j', (body) => {
    expect(refIn(body)).toBeUndefined();
  });
});
