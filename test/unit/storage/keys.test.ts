import fc from 'fast-check';
import { it } from 'vitest';
import { messageKey } from '../../../functions/storage/keys.ts';

it('message keys sort in the order of their seq, whatever its size', () => {
  const seq = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat());
  fc.assert(fc.property(seq, seq, (a, b) => messageKey('c', a).sk < messageKey('c', b).sk === a < b));
});
