import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../../functions/core/errors.ts';
import { rateLimit } from '../../../../functions/core/rate-limit/rate-limit.ts';
import { tokenBuckets } from '../../../../functions/core/rate-limit/token-buckets.ts';
import { frameOf, inMessages, NO_WORK, sum, type Work } from '../../../../functions/core/rate-limit/work.ts';
import { PRICES } from '../../../bench/prices.ts';
import { SEED } from '../../../seed.ts';
import { frozenClock } from '../../support/clock.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('a token bucket', () => {
  it('allows the work of a minute at once', () => {
    const buckets = tokenBuckets(60, frozenClock().now);
    buckets.take('ada', 59.9);
    expect(buckets.secondsUntilFree('ada')).toBe(0);
    buckets.take('ada', 0.2);
    expect(buckets.secondsUntilFree('ada')).toBe(1);
  });

  it('is refilled steadily, and never beyond a minute of work', () => {
    const { now, pass } = frozenClock();
    const buckets = tokenBuckets(60, now);
    buckets.take('ada', 70);
    expect(buckets.secondsUntilFree('ada')).toBe(10);
    pass(9 * SECOND);
    expect(buckets.secondsUntilFree('ada')).toBe(1);
    pass(SECOND + 1);
    expect(buckets.secondsUntilFree('ada')).toBe(0);
    pass(100 * MINUTE);
    buckets.take('ada', 61);
    expect(buckets.secondsUntilFree('ada')).toBe(1);
  });

  it('is one for each name', () => {
    const buckets = tokenBuckets(60, frozenClock().now);
    buckets.take('ada', 100);
    expect(buckets.secondsUntilFree('charles')).toBe(0);
  });

  it('is forgotten when ten thousand others were used since, so that the memory is bounded', () => {
    const buckets = tokenBuckets(60, frozenClock().now);
    buckets.take('first', 100);
    buckets.take('second', 100);
    buckets.take('first', 1);
    for (let n = 0; n < 9_999; n += 1) buckets.take(`other ${n}`, 1);
    expect(buckets.secondsUntilFree('second')).toBe(0);
    expect(buckets.secondsUntilFree('first')).toBe(41);
  });

  it('never allows more than one minute’s work, the refill, and the last event', () => {
    const event = fc.record({
      cost: fc.integer({ min: 1, max: 20 }),
      pause: fc.integer({ min: 0, max: 5_000 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 300 }), (events) => {
        const { now, pass } = frozenClock();
        const start = now().getTime();
        const buckets = tokenBuckets(60, now);
        let spent = 0;
        for (const { cost, pause } of events) {
          pass(pause);
          const seconds = buckets.secondsUntilFree('ada');
          if (seconds === 0) {
            buckets.take('ada', cost);
            spent += cost;
            const refilled = (now().getTime() - start) / SECOND;
            expect(spent).toBeLessThanOrEqual(60 + refilled + cost);
          }
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('is free after the seconds that it told', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), (cost) => {
        const { now, pass } = frozenClock();
        const buckets = tokenBuckets(60, now);
        buckets.take('ada', cost);
        pass(buckets.secondsUntilFree('ada') * SECOND + 1);
        expect(buckets.secondsUntilFree('ada')).toBe(0);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('the price of work', () => {
  const one = (part: keyof Work) => inMessages(sum(NO_WORK, { [part]: 1 })) * 4.44;

  it('follows the prices of the cost table', () => {
    expect(one('frames')).toBeCloseTo(PRICES.socketMessages);
    expect(one('wru')).toBeCloseTo(PRICES.wru);
    expect(one('rru')).toBeCloseTo(PRICES.rru);
    expect(one('httpRequests')).toBeCloseTo(PRICES.httpRequests + PRICES.viewerRequests);
    expect(one('bytesSent')).toBeCloseTo(PRICES.megabytes / 1_000_000);
    expect(one('invocations')).toBeCloseTo(PRICES.invocations + 0.02 * PRICES.gigabyteSeconds, 2);
  });

  it('of a message is 1', () => {
    const message = { invocations: 1, frames: 3, bytesSent: 1_200, wru: 1, rru: 2 };
    expect(inMessages(sum(NO_WORK, message))).toBeCloseTo(1, 1);
  });

  it.each([
    [0, 1],
    [1, 1],
    [32 * 1024, 1],
    [32 * 1024 + 1, 2],
    [128 * 1024, 4],
  ])('of a frame of %i bytes is that of %i units', (bytes, frames) => {
    expect(frameOf(bytes)).toEqual({ frames, bytesSent: bytes });
  });
});

describe('the rate limit of a process', () => {
  const phone = { userId: 'ada', connectionId: 'phone' };
  const laptop = { userId: 'ada', connectionId: 'laptop' };
  /** The work of so many messages. */
  const messages = (count: number) => ({ frames: 4.44 * count });

  function limits(perMinute: number) {
    const clock = frozenClock();
    const limit = rateLimit(perMinute, clock.now);
    const work = (cause: { userId: string; connectionId?: string }, count: number) => {
      limit.enter(cause);
      limit.count(messages(count));
      limit.leave(cause);
    };
    return { ...clock, limit, work };
  }

  it('refuses a socket that has spent half of its account’s work, with the seconds to wait', () => {
    const { work } = limits(60);
    work(phone, 40);
    expect(() => work(phone, 1)).toThrow(new RateLimited(20, 'requests'));
  });

  it('leaves the rest to other sockets and to HTTP', () => {
    const { work } = limits(60);
    work(phone, 40);
    work(laptop, 10);
    work({ userId: 'ada' }, 15);
    expect(() => work({ userId: 'ada' }, 1)).toThrow(RateLimited);
    expect(() => work({ userId: 'ada', connectionId: 'tablet' }, 1)).toThrow(RateLimited);
    work({ userId: 'charles' }, 1);
  });

  it('does not charge what it refuses, so that the time that it told holds', () => {
    const { work, pass } = limits(60);
    work(phone, 40);
    for (let n = 0; n < 1_000; n += 1) expect(() => work(phone, 1)).toThrow(RateLimited);
    pass(20 * SECOND + 1);
    work(phone, 1);
  });

  it('charges an event only with its own work, even if the one before never ended', () => {
    const { limit, work } = limits(60);
    limit.enter(phone);
    limit.count(messages(1_000));
    work(phone, 1);
    work(phone, 1);
  });
});
