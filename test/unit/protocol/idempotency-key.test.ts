import { describe, expect, it } from 'vitest';
import { readIdempotencyKey } from '../../../functions/protocol/requests.ts';
import { id } from '../support/people.ts';
import { thrownBy } from '../support/rejection.ts';

const KEY = 'abcdef00-0000-4000-8000-00000000000f';

describe('the key of a message sent by HTTP', () => {
  it.each([KEY, `"${KEY}"`, KEY.toUpperCase(), ` "${KEY}" `])('may be written %j', (header) => {
    expect(readIdempotencyKey(header)).toBe(KEY);
  });

  it.each([undefined, '', '""', 'x', `'${KEY}'`, `""${KEY}""`, `${KEY}, ${id(1)}`, KEY.slice(1), `${KEY}0`])(
    'may not be %j',
    (header) => {
      expect(thrownBy(() => readIdempotencyKey(header))).toEqual({
        code: 'validation_failed',
        errors: { 'Idempotency-Key': ['This header must be a UUID.'] },
      });
    },
  );
});
