import fc from 'fast-check';
import { it } from 'vitest';
import { messageKey } from '../../../functions/storage/keys.ts';

it('messages are in the order of their seq, however many there are', () => {
  const seq = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat());
  fc.assert(fc.property(seq, seq, (a, b) => messageKey('c', a).sk < messageKey('c', b).sk === a < b));
});
