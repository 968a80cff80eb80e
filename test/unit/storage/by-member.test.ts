import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MAX_MEMBERS, MAX_NUMBERS } from '../../../functions/core/conversations/roster.ts';
import { formsIn } from '../../../functions/storage/by-member.ts';
import { packNumbers, unpackNumbers } from '../../../functions/storage/packed-numbers.ts';
import { NOON } from '../support/clock.ts';

const forms = [formsIn({ kind: 'pair' }), formsIn({ kind: 'group' })];
const second = Math.floor(Date.parse(NOON) / 1000);
const number = fc.integer({ min: 0, max: MAX_NUMBERS - 1 }).map(String);
const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const byMember = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(number, value, { maxKeys: 100, noNullPrototype: true });

it('numbers are read as they were packed, up to the largest', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat())), (numbers) => {
      expect(unpackNumbers(packNumbers(numbers))).toEqual(numbers);
    }),
  );
  expect(packNumbers([0, 1, 127, 128, 16_383, 16_384])).toEqual(
    Uint8Array.of(0, 1, 127, 0x80, 1, 0xff, 0x7f, 0x80, 0x80, 1),
  );
  expect(unpackNumbers(undefined)).toEqual([]);
});

it('counts, receipts and rates of members are read as they were stored, in a pair and in a group', () => {
  const receipt = fc.record({ seq: count, others: fc.maxSafeNat() });
  // The clocks of two functions differ, so a window may begin after the entry.
  const rate = fc.record({ since: fc.integer({ min: second - 86_400, max: second + 60 }), count });
  fc.assert(
    fc.property(byMember(count), byMember(receipt), byMember(rate), (counts, receipts, rates) => {
      for (const one of forms) {
        expect(one.counts.read(one.counts.store(counts))).toEqual(counts);
        expect(one.receipts.read(one.receipts.store(receipts))).toEqual(receipts);
        expect(one.rates(NOON).read(one.rates(NOON).store(rates))).toEqual(rates);
      }
    }),
  );
  for (const one of forms) {
    expect([one.counts.read(undefined), one.receipts.read(undefined)]).toEqual([{}, {}]);
    expect(one.rates(NOON).read(undefined)).toEqual({});
  }
});

it('the counts of a hundred members who have all sent thousands of messages take 200 bytes', () => {
  const counts = Object.fromEntries(Array.from({ length: MAX_MEMBERS }, (_, n) => [n, 10_000]));
  expect(formsIn({ kind: 'group' }).counts.store(counts)).toHaveLength(200);
});
