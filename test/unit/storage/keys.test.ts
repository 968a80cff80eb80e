import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  changeKey,
  invitationsKey,
  LAST_SEAL_SK,
  messageKey,
  messageSk,
  rosterKey,
  summaryKey,
} from '../../../functions/storage/keys.ts';

it('message keys sort in the order of their seq, whatever its size', () => {
  const seq = fc.oneof(fc.nat({ max: 20 }), fc.maxSafeNat());
  fc.assert(fc.property(seq, seq, (a, b) => messageKey('c', a).sk < messageKey('c', b).sk === a < b));
});

it('nothing but messages and seals stands in the range in which the end of a log is looked for', () => {
  for (const { sk } of [changeKey('c', 1), rosterKey('c'), invitationsKey('c'), summaryKey('c')]) {
    expect(sk < messageSk(0) || sk > LAST_SEAL_SK).toBe(true);
  }
});
