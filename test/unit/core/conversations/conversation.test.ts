import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pairId } from '../../../../functions/core/conversations/conversation.ts';
import { isId } from '../../../../functions/core/ids.ts';
import { alice, bob } from '../../support/people.ts';

const userId = fc.uuid();

it('joins both user ids in ascending order', () => {
  expect(pairId(bob.id, alice.id)).toBe(`${alice.id}.${bob.id}`);
});

it('is the same from both sides, and another for any other pair', () => {
  fc.assert(
    fc.property(userId, userId, userId, (a, b, c) => {
      expect(pairId(a, b)).toBe(pairId(b, a));
      expect(pairId(a, b) === pairId(a, c)).toBe(b === c);
    }),
  );
});

it('takes for ids what this service makes: UUIDs in lower case', () => {
  fc.assert(fc.property(userId, (uuid) => isId(uuid)));
  const others = [
    '',
    'x',
    alice.id.slice(1),
    `${alice.id}\n`,
    `{${alice.id}}`,
    'ABCDEF00-0000-4000-8000-000000000001',
  ];
  expect(others.filter(isId)).toEqual([]);
});
