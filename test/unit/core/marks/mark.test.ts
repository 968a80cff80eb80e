import { describe, expect, it } from 'vitest';
import { further, marksOf, positionAt, saidByOthers } from '../../../../functions/core/receipts/receipt.ts';
import { alice, bob, id } from '../../support/people.ts';

const read = (seq: number, others = 0) => ({ seq, others });

describe('the marks of a member', () => {
  it.each([
    ['nothing was marked', { received: 0, read: read(0) }, { received: 0, read: 0 }],
    ['something was received and not read', { received: 5, read: read(2) }, { received: 5, read: 2 }],
    ['who has read something has received it', { received: 2, read: read(5) }, { received: 5, read: 5 }],
  ])('%s: %j is told as %j', (_, progress, marks) => {
    expect(marksOf(progress)).toEqual(marks);
  });
});

describe('up to a message', () => {
  const seventh = { seq: 7, said: { [alice.id]: 3, [bob.id]: 4 } };

  it('others have said what is not one’s own', () => {
    expect(saidByOthers(seventh, alice.id)).toBe(4);
    expect(saidByOthers(seventh, bob.id)).toBe(3);
    expect(saidByOthers(seventh, id(3))).toBe(7);
  });

  it('who has read it has read so many of the others', () => {
    expect(positionAt(seventh, alice.id)).toEqual(read(7, 4));
  });
});

it('nobody reads backwards', () => {
  expect(further(read(3, 1), read(5, 2))).toEqual(read(5, 2));
  expect(further(read(5, 2), read(3, 1))).toEqual(read(5, 2));
});
