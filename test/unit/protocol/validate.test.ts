import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { ValidationFailed } from '../../../functions/core/errors.ts';
import { validate } from '../../../functions/protocol/validate.ts';
import { thrownBy } from '../support/rejection.ts';

const message = (schema: z.ZodMiniType, value: unknown) => {
  const { errors } = thrownBy(() => validate(z.object({ field: schema }), { field: value })) as {
    errors: Record<string, string[]>;
  };
  return { ...errors };
};

describe('what is wrong with a field is said in its own terms', () => {
  it.each([
    ['a number that is too small', z.int().check(z.minimum(0)), -1, 'Must be at least 0.'],
    ['a number below one', z.int().check(z.minimum(1)), 0, 'Must be at least 1.'],
    ['a number that is too big', z.int().check(z.maximum(9)), 10, 'Must be at most 9.'],
    ['a number that JSON does not carry exactly', z.int(), 2 ** 53, 'Must be at most 9007199254740991.'],
    ['a broken number', z.int(), 1.5, 'Must be an integer.'],
    [
      'a list that is too long',
      z.array(z.string()).check(z.maxLength(1)),
      ['a', 'b'],
      'Must have at most 1 items.',
    ],
    [
      'a list that is too short',
      z.array(z.string()).check(z.minLength(2)),
      ['a'],
      'Must have at least 2 items.',
    ],
    ['a text that is too long', z.string().check(z.maxLength(2)), 'abc', 'Must have at most 2 characters.'],
    ['a text that is too short', z.string().check(z.minLength(2)), 'a', 'Must have at least 2 characters.'],
    ['an empty text', z.string().check(z.minLength(1)), '', 'Must not be empty.'],
    ['another type', z.string(), 7, 'Must be a string.'],
    ['no list', z.array(z.string()), {}, 'Must be an array.'],
    ['no object', z.record(z.string(), z.int()), [], 'Must be an object.'],
    ['nothing', z.string(), undefined, 'This field is required.'],
    ['null', z.optional(z.string()), null, 'Must be a string.'],
    ['no email address', z.email(), 'x', 'Must be an email address.'],
    ['no time', z.iso.datetime(), '2026-11-23', 'Must be a time in UTC, as ISO 8601 writes it.'],
    ['none of the choices', z.enum(['shown', 'hidden']), 'x', 'Must be one of shown, hidden.'],
  ])('%s', (_, schema, value, text) => {
    expect(message(schema, value)).toEqual({ field: [text] });
  });

  it('and under the name of the key where the keys are the client’s own, dots and all', () => {
    const schema = z.record(z.string().check(z.minLength(2)), z.int().check(z.minimum(0)));
    expect(message(schema, { 'a.b': -1, c: 1 })).toEqual({
      'field.a.b': ['Must be at least 0.'],
      'field.c': ['This key is not valid.'],
    });
  });
});

describe('a text that UTF-8 cannot carry', () => {
  const schema = z.object({
    text: z.optional(z.string()),
    list: z.optional(z.array(z.string())),
    named: z.optional(z.record(z.string(), z.int())),
  });
  const faults = (value: object) => ({
    ...(thrownBy(() => validate(schema, value)) as { errors: object }).errors,
  });
  const HALF = 'Must be well-formed Unicode.';

  it.each(['\ud800', 'a\udc00b', '\udc00\ud800', '🦀\ud83e'])('is refused wherever it stands: %j', (text) => {
    expect(faults({ text })).toEqual({ text: [HALF] });
    expect(faults({ list: ['a', text] })).toEqual({ 'list.1': [HALF] });
    expect(faults({ named: { [text]: 1 } })).toEqual({
      [`named.${text.toWellFormed()}`]: ['This key is not valid.'],
    });
  });

  it('is ignored in unknown fields', () => {
    expect(validate(schema, { text: '🦀', other: '\ud800' })).toEqual({ text: '🦀' });
  });

  it('is told in a text that UTF-8 can carry', () => {
    const { errors } = thrownBy(() => validate(z.strictObject({}), { '\ud800': 1 })) as { errors: object };
    expect({ ...errors }).toEqual({ '\ufffd': ['Unknown field.'] });
  });
});

describe('many faults', () => {
  const failure = (schema: z.ZodMiniType, value: unknown) => {
    try {
      return validate(schema, value);
    } catch (error) {
      return error as ValidationFailed;
    }
  };
  const list = z.array(z.int());

  it('are listed up to twenty, with the number of the rest', () => {
    const twenty = failure(list, Array(20).fill('x')) as ValidationFailed;
    expect(twenty.message).toBe('Some fields are missing or wrong.');
    expect(Object.keys(twenty.errors)).toHaveLength(20);
    const all = failure(list, Array(5_000).fill('x')) as ValidationFailed;
    expect(all.message).toBe('Some fields are missing or wrong. There are 4980 more faults than are listed.');
    expect(all.errors).toEqual(twenty.errors);
  });

  it.each([
    ['unknown fields', z.strictObject({}), (i: number) => [`field${i}`, 1] as const],
    [
      'keys that are not valid',
      z.record(z.string().check(z.maxLength(1)), z.int()),
      (i: number) => [`key${i}`, 1] as const,
    ],
    [
      'halves of surrogate pairs',
      z.record(z.string(), z.string()),
      (i: number) => [`key${i}`, '\ud800'] as const,
    ],
  ])('of whatever kind: %s', (_, schema, entry) => {
    const fields = Object.fromEntries(Array.from({ length: 100 }, (_, i) => entry(i)));
    const { errors, message } = failure(schema, fields) as ValidationFailed;
    expect([Object.values(errors).flat().length, message]).toEqual([
      20,
      expect.stringContaining(' 80 more '),
    ]);
  });

  it('have names of at most 120 characters', () => {
    const { errors } = failure(z.strictObject({}), {
      ['🦀'.repeat(10_000)]: 1,
      ['x'.repeat(120)]: 1,
    }) as ValidationFailed;
    expect(Object.keys(errors)).toEqual([`${'🦀'.repeat(119)}…`, 'x'.repeat(120)]);
  });
});
