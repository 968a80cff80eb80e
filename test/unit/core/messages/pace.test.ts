import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateLimited } from '../../../../functions/core/errors.ts';
import { nextPaces } from '../../../../functions/core/messages/append.ts';
import type { Paces } from '../../../../functions/core/messages/message.ts';
import { NOON } from '../../support/clock.ts';
import { alice, bob } from '../../support/people.ts';
import { thrownBy } from '../../support/rejection.ts';

const LIMIT = { messages: 3, seconds: 10 };
const NOON_S = Date.parse(NOON) / 1000;
const noonPlus = (seconds: number) => new Date((NOON_S + seconds) * 1000);

const say = (paces: Paces, seconds: number, senderId = alice.id) =>
  nextPaces(paces, senderId, noonPlus(seconds), LIMIT);
/** Alice's paces after she spoke at these seconds after noon. */
const spoken = (...seconds: number[]) => seconds.reduce<Paces>((paces, at) => say(paces, at), {});

describe('the pace of a sender', () => {
  it('begins with their first message, and counts on from there', () => {
    expect(spoken(0)).toEqual({ [alice.id]: { since: NOON_S, count: 1 } });
    expect(spoken(0, 4)).toEqual({ [alice.id]: { since: NOON_S, count: 2 } });
  });

  it('may be exactly the limit', () => {
    expect(spoken(0, 1, 9)).toEqual({ [alice.id]: { since: NOON_S, count: 3 } });
  });

  it.each([
    [0, 10],
    [1, 9],
    [9, 1],
    [9.999, 1],
  ])('may not be more: who says one too many after %d s may go on in %d s', (at, retryAfter) => {
    expect(thrownBy(() => say(spoken(0, 0, 0), at))).toEqual({ code: 'rate_limited', retryAfter });
  });

  it('begins anew when the window has passed', () => {
    expect(say(spoken(0, 0, 0), 10)).toEqual({ [alice.id]: { since: NOON_S + 10, count: 1 } });
  });

  it('lets whoever waits as long as they were told go on', () => {
    const paces = spoken(0.9, 1, 1);
    const { retryAfter } = thrownBy(() => say(paces, 5.2)) as RateLimited;
    expect(say(paces, 5.2 + retryAfter)[alice.id]?.count).toBe(1);
  });

  it('is nobody else’s matter', () => {
    expect(say(spoken(0, 1, 2), 3, bob.id)).toEqual({
      [alice.id]: { since: NOON_S, count: 3 },
      [bob.id]: { since: NOON_S + 3, count: 1 },
    });
  });

  it('is dropped from what the messages of others carry when its window has passed', () => {
    expect(say(spoken(0, 1, 2), 10, bob.id)).toEqual({ [bob.id]: { since: NOON_S + 10, count: 1 } });
  });

  it('keeps its window when a clock of another function is behind', () => {
    expect(say(spoken(0), -1)).toEqual({ [alice.id]: { since: NOON_S, count: 2 } });
  });

  it('never lets more than the limit through from the first message of a window to its end', () => {
    const talk = fc.array(
      fc.record({
        wait: fc.double({ min: 0, max: 6, noNaN: true }),
        sender: fc.constantFrom(alice.id, bob.id),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(talk, (steps) => {
        let paces: Paces = {};
        let at = 0;
        const said: { sender: string; second: number }[] = [];
        for (const { wait, sender } of steps) {
          at += wait;
          const before = said.filter((one) => one.sender === sender);
          try {
            paces = say(paces, at, sender);
            said.push({ sender, second: Math.floor(at) });
          } catch (error) {
            expect(error).toBeInstanceOf(RateLimited);
            // Only who has said as much as is allowed, within less than a window, is held back.
            const third = before.at(-LIMIT.messages)?.second ?? Number.NEGATIVE_INFINITY;
            expect(Math.floor(at) - third).toBeLessThan(LIMIT.seconds);
          }
          for (const userId of Object.keys(paces)) expect(paces[userId]?.count).toBeLessThanOrEqual(3);
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
