import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextRecent, RECENT_MESSAGES, seqsOf } from '../../../../functions/core/messages/find-earlier.ts';

const NONE = new Uint8Array();
/** What the last of these messages carries, if they were said one by one from `seq` 1. */
const carriedBy = (names: readonly string[]) => ({
  seq: names.length,
  recent: names.reduce<Uint8Array>((recent, name) => nextRecent(recent, name), NONE),
});

/** UUIDs that look random and are the same in each run. */
const uuid = (n: number) => {
  const hex = createHash('sha256').update(String(n)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

describe('the fingerprints of earlier client ids', () => {
  it('tell the seq of each of the last hundred messages in two hundred bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uuid(), { maxLength: 250, size: 'max' }), (names) => {
        const carried = carriedBy(names);
        for (const [i, one] of names.entries()) {
          if (i >= names.length - RECENT_MESSAGES) expect(seqsOf(carried, one)).toContain(i + 1);
        }
        expect(carried.recent.length).toBe(2 * Math.min(names.length, RECENT_MESSAGES));
      }),
      { numRuns: 50 },
    );
    expect(RECENT_MESSAGES).toBe(100);
  });

  it('do not include older messages', () => {
    const clientIds = Array.from({ length: 101 }, (_, i) => uuid(i));
    expect(seqsOf(carriedBy(clientIds), uuid(0))).toEqual([]);
    expect(seqsOf(carriedBy(clientIds), uuid(1))).toEqual([2]);
  });

  it('confuse a new client id with an old one as rarely as two bytes allow: once in some 650', () => {
    const carried = carriedBy(Array.from({ length: 100 }, (_, i) => uuid(i)));
    const mistaken = Array.from({ length: 20_000 }, (_, i) => seqsOf(carried, uuid(1_000 + i)));
    const rate = mistaken.filter((places) => places.length > 0).length / mistaken.length;
    expect(rate).toBeGreaterThan(1 / 900);
    expect(rate).toBeLessThan(1 / 450);
  });

  it('do not change with later messages', () => {
    const { recent } = carriedBy([uuid(1)]);
    const copy = Uint8Array.from(recent);
    nextRecent(recent, uuid(2));
    expect(recent).toEqual(copy);
  });

  it('are empty in an empty conversation', () => {
    expect(seqsOf({ seq: 0, recent: NONE }, uuid(1))).toEqual([]);
  });
});
