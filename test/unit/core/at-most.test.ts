import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { atMost } from '../../../functions/core/at-most.ts';

/** Works on the numbers from 1 to 10, and fails at one of them. */
async function tryAll(count: number, failing?: number) {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const numbers = Array.from({ length: 10 }, (_, i) => i + 1);
  const outcome = await atMost(count, numbers, async (number) => {
    begun.push(number);
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    if (number === failing) throw new Error(`failed at ${number}`);
  }).catch((error: Error) => error.message);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  return { begun, most, outcome };
}

describe('work on many items', () => {
  it.each([1, 3, 10, 25])('is done on each of them in order, at most %i at once', async (count) => {
    const { begun, most, outcome } = await tryAll(count);
    expect(begun).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(most).toBe(Math.min(count, 10));
    expect(outcome).toBeUndefined();
  });

  it('begins no further item after a failure', async () => {
    const { begun, outcome } = await tryAll(3, 1);
    expect(outcome).toBe('failed at 1');
    expect(begun).toEqual([1, 2, 3]);
  });

  it('may be none', async () => {
    await expect(atMost(3, [], () => Promise.reject(new Error('never')))).resolves.toBeUndefined();
  });
});
