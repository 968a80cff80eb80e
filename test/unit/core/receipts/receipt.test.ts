import { describe, expect, it } from 'vitest';
import {
  countOfOthers,
  further,
  receiptAt,
  receiptsOf,
} from '../../../../functions/core/receipts/receipt.ts';

const read = (seq: number, others = 0) => ({ seq, others });

describe('the receipts of a member', () => {
  it.each([
    ['nothing was received', { received: 0, read: read(0) }, { received: 0, read: 0 }],
    ['something was received and not read', { received: 5, read: read(2) }, { received: 5, read: 2 }],
    ['a message that was read was also received', { received: 2, read: read(5) }, { received: 5, read: 5 }],
  ])('%s: %j is told as %j', (_, progress, marks) => {
    expect(receiptsOf(progress)).toEqual(marks);
  });
});

describe('up to a message', () => {
  const seventh = { seq: 7, counts: { 0: 3, 1: 4 } };

  it('the messages of others are all except the own ones', () => {
    expect(countOfOthers(seventh, 0)).toBe(4);
    expect(countOfOthers(seventh, 1)).toBe(3);
    expect(countOfOthers(seventh, 2)).toBe(7);
  });

  it('nobody has to read what happened to a group', () => {
    const ninth = { ...seventh, seq: 9, events: 2 };
    expect([0, 1, 2].map((member) => countOfOthers(ninth, member))).toEqual([4, 3, 7]);
    expect(receiptAt(ninth, 0)).toEqual(read(9, 4));
  });

  it('a read position tells the number of read messages of others', () => {
    expect(receiptAt(seventh, 0)).toEqual(read(7, 4));
  });
});

it('a read position never moves backwards', () => {
  expect(further(read(3, 1), read(5, 2))).toEqual(read(5, 2));
  expect(further(read(5, 2), read(3, 1))).toEqual(read(5, 2));
});
