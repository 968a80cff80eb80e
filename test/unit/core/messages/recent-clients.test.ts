import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  mayBeRecent,
  nextRecent,
  RECENT_MESSAGES,
} from '../../../../functions/core/messages/recent-clients.ts';

const NONE = new Uint8Array();
const carriedBy = (clientIds: readonly (string | undefined)[]) =>
  clientIds.reduce<Uint8Array>((recent, clientId) => nextRecent(recent, clientId), NONE);

/** UUIDs that look random and are the same in each run. */
const uuid = (n: number) => {
  const hex = createHash('sha256').update(String(n)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

describe('what a message carries of the client ids before it', () => {
  it('lets each of the last hundred be recognized, in two hundred bytes', () => {
    const clientId = fc.oneof(
      { weight: 4, arbitrary: fc.uuid() },
      { weight: 1, arbitrary: fc.constant(undefined) },
    );
    fc.assert(
      fc.property(fc.array(clientId, { maxLength: 250, size: 'max' }), (clientIds) => {
        const recent = carriedBy(clientIds);
        for (const one of clientIds.slice(-RECENT_MESSAGES)) {
          if (one !== undefined) expect(mayBeRecent(recent, one)).toBe(true);
        }
        expect(recent.length).toBe(2 * Math.min(clientIds.length, RECENT_MESSAGES));
      }),
      { numRuns: 50 },
    );
    expect(RECENT_MESSAGES).toBe(100);
  });

  it('forgets what lies further back', () => {
    const clientIds = Array.from({ length: 101 }, (_, i) => uuid(i));
    expect(mayBeRecent(carriedBy(clientIds), uuid(0))).toBe(false);
    expect(mayBeRecent(carriedBy(clientIds), uuid(1))).toBe(true);
  });

  it('takes a new client id for an old one as rarely as two bytes allow: once in some 650', () => {
    const recent = carriedBy(Array.from({ length: 100 }, (_, i) => uuid(i)));
    const mistaken = Array.from({ length: 20_000 }, (_, i) => mayBeRecent(recent, uuid(1_000 + i)));
    const rate = mistaken.filter(Boolean).length / mistaken.length;
    expect(rate).toBeGreaterThan(1 / 900);
    expect(rate).toBeLessThan(1 / 450);
  });

  it('takes no client id for a message without one', () => {
    const recent = carriedBy(Array(100).fill(undefined));
    const found = Array.from({ length: 20_000 }, (_, i) => mayBeRecent(recent, uuid(i)));
    expect(found.every((one) => !one)).toBe(true);
  });

  it('is not changed by what follows', () => {
    const recent = carriedBy([uuid(1)]);
    const copy = Uint8Array.from(recent);
    nextRecent(recent, uuid(2));
    expect(recent).toEqual(copy);
  });

  it('is nothing in an empty conversation', () => {
    expect(mayBeRecent(NONE, uuid(1))).toBe(false);
  });
});
