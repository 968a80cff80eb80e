import { expect, test } from 'vitest';
import type { Plant } from './support/capabilities.ts';
import { violationsOf } from './support/directed.ts';
import { type Fault, GOOD_FATE } from './support/fate.ts';
import type { Schedule, Step } from './support/steps.ts';

/** More calls than the function makes for one message. */
const CALLS = 16;
const TO_THE_END = Array.from({ length: 2 * CALLS }, () => 0);

const isSent: Step = {
  action: { kind: 'post', by: 0, to: 0, count: 1 },
  fate: GOOD_FATE,
  turns: TO_THE_END,
};

/** The fault hits the stream function in every shard, so also in that of the message. */
const isFollowed = (fault: Fault, landing: boolean): readonly Step[] =>
  [3, 4, 5].map((which) => ({
    action: { kind: 'stream', which, size: 5, again: 0 },
    fate: { ...GOOD_FATE, faults: [fault], landing },
    turns: TO_THE_END,
  }));

function deaths(): readonly Schedule[] {
  return Array.from({ length: CALLS }, (_, at) => ({ at, kind: 'killed' as const })).flatMap((fault) =>
    [true, false].map((landing) => ({ people: 2, steps: [isSent, ...isFollowed(fault, landing)] })),
  );
}

test('both inboxes get a message in the end, before whichever call the stream function dies', async () => {
  expect(await violationsOf(deaths())).toEqual([]);
});

const zeros = (length: number) => Array.from({ length }, () => 0);

/**
 * The function fails while it works for both members. Its unfinished work continues for some calls, then waits while the
 * repetition makes some calls, and then ends.
 */
function failures(): readonly Schedule[] {
  const follow = (faults: readonly Fault[], turns: readonly number[]): readonly Step[] =>
    [3, 4, 5].map((which) => ({
      action: { kind: 'stream', which, size: 5, again: 0 },
      fate: { ...GOOD_FATE, faults },
      turns: which === 5 ? turns : [],
    }));
  return [1, 2, 3, 4, 5, 6].flatMap((at) =>
    [0, 1, 2, 3, 4].flatMap((leftover) =>
      [6, 8, 10, 12, 14].map((repetition) => ({
        people: 2,
        steps: [
          isSent,
          ...follow([{ at, kind: 'throttled' }], zeros(at + 1 + leftover)),
          ...follow([], [...Array.from({ length: repetition }, () => 1), ...TO_THE_END]),
        ],
      })),
    ),
  );
}

test('unfinished work does no harm, at whichever call the stream function fails', async () => {
  expect(await violationsOf(failures())).toEqual([]);
});

/** The first bug that the simulation found: the inbox position existed, but the membership did not name it. */
test('a position at the top does not prove that a move is finished', async () => {
  const looksAtThePlaceAlone: Plant = (capabilities) => {
    const { inboxProjection } = capabilities;
    return {
      ...capabilities,
      inboxProjection: {
        ...inboxProjection,
        async positionOf(userId, conversation) {
          const top = await inboxProjection.top(userId);
          return top?.conversation === conversation ? top : inboxProjection.positionOf(userId, conversation);
        },
      },
    };
  };
  expect((await violationsOf(deaths(), looksAtThePlaceAlone)).join('\n')).toContain('inbox lacks u1.u2');
});
