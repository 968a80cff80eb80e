import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
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
