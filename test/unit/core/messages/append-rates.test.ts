import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../../functions/core/errors.ts';
import type { ByMember } from '../../../../functions/core/messages/message.ts';
import { nextRates, type SendRate } from '../../../../functions/core/messages/send-rates.ts';
import { NOON } from '../../support/clock.ts';
import { thrownBy } from '../../support/rejection.ts';

const LIMIT = { messages: 3, seconds: 10 };
const NOON_S = Date.parse(NOON) / 1000;
const noonPlus = (seconds: number) => new Date((NOON_S + seconds) * 1000);

type Rates = ByMember<SendRate>;

const ALICE = 0;
const BOB = 1;

const say = (rates: Rates, seconds: number, sender = ALICE) =>
  nextRates(rates, sender, noonPlus(seconds), LIMIT);
/** The rates after Alice has sent messages at these seconds after noon. */
const spoken = (...seconds: number[]) => seconds.reduce<Rates>((rates, at) => say(rates, at), {});

describe('the send rate of a member', () => {
  it('counts from their first message on', () => {
    expect(spoken(0)).toEqual({ [ALICE]: { since: NOON_S, count: 1 } });
    expect(spoken(0, 4)).toEqual({ [ALICE]: { since: NOON_S, count: 2 } });
  });

  it('may reach the limit', () => {
    expect(spoken(0, 1, 9)).toEqual({ [ALICE]: { since: NOON_S, count: 3 } });
  });

  it.each([
    [0, 10],
    [1, 9],
    [9, 1],
    [9.999, 1],
  ])('may not exceed it: one message too many after %d s must wait %d s', (at, retryAfter) => {
    expect(thrownBy(() => say(spoken(0, 0, 0), at))).toEqual({ code: 'rate_limited', retryAfter });
  });

  it('starts again when the window has passed', () => {
    expect(say(spoken(0, 0, 0), 10)).toEqual({ [ALICE]: { since: NOON_S + 10, count: 1 } });
  });

  it('allows the next message after the wait that the error names', () => {
    const rates = spoken(0.9, 1, 1);
    const { retryAfter } = thrownBy(() => say(rates, 5.2)) as RateLimited;
    expect(say(rates, 5.2 + retryAfter)[ALICE]?.count).toBe(1);
  });

  it('does not limit other members', () => {
    expect(say(spoken(0, 1, 2), 3, BOB)).toEqual({
      [ALICE]: { since: NOON_S, count: 3 },
      [BOB]: { since: NOON_S + 3, count: 1 },
    });
  });

  it('is left out of the messages of others when its window has passed', () => {
    expect(say(spoken(0, 1, 2), 10, BOB)).toEqual({ [BOB]: { since: NOON_S + 10, count: 1 } });
  });

  it('keeps its window if the clock of another function is behind', () => {
    expect(say(spoken(0), -1)).toEqual({ [ALICE]: { since: NOON_S, count: 2 } });
  });

  it('never lets more than the limit through from the first message of a window to its end', () => {
    const talk = fc.array(
      fc.record({
        wait: fc.double({ min: 0, max: 6, noNaN: true }),
        sender: fc.constantFrom(ALICE, BOB),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(talk, (steps) => {
        let rates: Rates = {};
        let at = 0;
        const said: { sender: number; second: number }[] = [];
        for (const { wait, sender } of steps) {
          at += wait;
          const before = said.filter((one) => one.sender === sender);
          try {
            rates = say(rates, at, sender);
            said.push({ sender, second: Math.floor(at) });
          } catch (error) {
            expect(error).toBeInstanceOf(RateLimited);
            // Only who has said as much as is allowed, within less than a window, is held back.
            const third = before.at(-LIMIT.messages)?.second ?? Number.NEGATIVE_INFINITY;
            expect(Math.floor(at) - third).toBeLessThan(LIMIT.seconds);
          }
          for (const { count } of Object.values(rates)) expect(count).toBeLessThanOrEqual(3);
        }
        // A fixed window lets two windows' worth through at their border, and never more.
        for (const { sender, second } of said) {
          const within = said.filter(
            (one) => one.sender === sender && one.second >= second && one.second < second + LIMIT.seconds,
          );
          expect(within.length).toBeLessThanOrEqual(2 * LIMIT.messages);
        }
      }),
    );
  });
});
