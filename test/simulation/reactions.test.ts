import { expect, test } from 'vitest';
import { isDeleted, type LogEntry, type Reactions } from '../../functions/core/messages/message.ts';
import type { Plant } from './support/capabilities.ts';
import { isDone, times, violationsOf } from './support/directed.ts';
import { explore } from './support/explore.ts';
import { FAULTS, GOOD_FATE } from './support/fate.ts';
import { runSchedule } from './support/run-schedule.ts';
import { type Action, type Schedule, schedulesOfChanges } from './support/steps.ts';

const post: Action = { kind: 'post', by: 0, to: 0, count: 1 };
/** Of Ann's last message, by Bob's phone. */
const reaction = { by: 3, what: 0, isOwn: false, emoji: '👍', byHttp: false } as const;

/** Whatever happens to whichever call, and the request is sent again. */
const failures: readonly Schedule[] = FAULTS.flatMap((kind) =>
  Array.from({ length: 9 }, (_, at) => {
    const fate = { ...GOOD_FATE, faults: [{ at, kind }], landing: at % 2 === 0 };
    const steps = (['react', 'unreact'] as const).flatMap((kind) => {
      const action = { ...reaction, kind };
      return [{ ...isDone(action), fate }, isDone(action)];
    });
    return { people: 2, steps: [isDone(post), ...steps] };
  }),
);

test('a reaction is stored once, and taken back once, whatever happens to whichever call', async () => {
  expect(await violationsOf(failures)).toEqual([]);
});

/** Ann and Bob react at the same time. All calls of Bob's stand between two of Ann's. */
const meetings: readonly Schedule[] = [0, 1, 2, 3, 4].flatMap((calls) =>
  [5, 6, 7].map((between) => ({
    people: 2,
    steps: [
      isDone(post),
      isDone({ ...reaction, kind: 'react', by: 0, isOwn: true }, times(calls, 0)),
      isDone({ ...reaction, kind: 'react' }, times(between, 4 - calls)),
    ],
  })),
);

test('two reactions that meet are both stored', async () => {
  expect(await violationsOf(meetings)).toEqual([]);
});

test('a reaction that replaces that of another member is caught', async () => {
  const replacesAll: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        async change(conversation, entry, former) {
          const [present = former] = await log.at(conversation, [entry.seq]);
          return log.change(conversation, entry, present);
        },
      },
    };
  };
  expect((await violationsOf(meetings, replacesAll)).join()).toMatch(
    /of the reactions to 1 of u1.u2, "👍 u2" becomes "👍 u1"/,
  );
});

/** While Ann's laptop is away, Bob reacts and takes it back, often. Then it begins to catch up, and Bob reacts once more in between. */
function resets(): readonly Schedule[] {
  const changes = (['react', 'unreact', 'react'] as const).map((kind) => isDone({ ...reaction, kind }));
  const followed = [3, 4, 5].map((which) => isDone({ kind: 'stream', which, size: 9, again: 0 }));
  const meetings = [...Array(16).keys()].flatMap((calls) => [1, 2, 3].map((turn) => [calls, turn] as const));
  return meetings.map(([calls, turn]) => ({
    people: 2,
    resetBehind: 3,
    steps: [
      isDone(post),
      ...followed,
      isDone({ kind: 'connect', by: 1 }),
      isDone({ kind: 'sync', by: 1 }, times(60, 0)),
      isDone({ kind: 'disconnect', by: 1, isTold: true }),
      ...changes,
      isDone({ kind: 'connect', by: 1 }),
      isDone({ kind: 'sync', by: 1 }, times(calls, 0)),
      isDone({ ...reaction, kind: 'react', emoji: '🎉' }, times(8, turn)),
    ],
  }));
}

test('a client that has missed too many changes begins anew, whatever changes meanwhile', async () => {
  expect(await violationsOf(resets())).toEqual([]);
  const { story } = await runSchedule(resets().at(-1) as Schedule);
  expect(story).toContain('ann.laptop begins anew with u1.u2');
});

test('a newest page that names a change later than its messages is caught', async () => {
  const namesItLate: Plant = (capabilities) => {
    const { log } = capabilities;
    let newest: readonly LogEntry[] | undefined;
    return {
      ...capabilities,
      log: {
        ...log,
        async lastChange(conversation) {
          newest = await log.upTo({ ...conversation, self: 0, role: 'member', from: 1 }, undefined, 10);
          return log.lastChange(conversation);
        },
        upTo: async (...args) => newest ?? log.upTo(...args),
      },
    };
  };
  expect((await violationsOf(resets(), namesItLate)).join()).toMatch(
    /ann.laptop believes to know change 4 of u1.u2, but shows 1 as of 3/,
  );
});

const caught = (plant: Plant) =>
  explore({ of: schedulesOfChanges, runs: 1_000, seed: 1, plant, patienceMs: 0 });

/** The state that is stored has other reactions. So does the reply. */
const reacting =
  (reactionsOf: (entry: LogEntry, former: LogEntry) => Reactions | undefined): Plant =>
  (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        change(conversation, entry, former) {
          Object.assign(entry, { changed: { ...entry.changed, reactions: reactionsOf(entry, former) } });
          return log.change(conversation, entry, former);
        },
      },
    };
  };

const BECOMES = /of the reactions to \d+ of .*, "[^"]*" becomes "[^"]*"/;

test('a user who takes a reaction back for all is caught', async () => {
  const ofAll = reacting(({ changed }, former) => {
    const before = former.changed?.reactions ?? {};
    const all = Object.entries(changed?.reactions ?? {});
    return (
      changed &&
      Object.fromEntries(all.filter(([emoji, users]) => users.length >= (before[emoji]?.length ?? 0)))
    );
  });
  expect(await caught(ofAll)).toMatch(BECOMES);
});

test('an edit that drops the reactions is caught', async () => {
  const drops = reacting(({ text, changed }, former) =>
    text === former.text ? changed?.reactions : undefined,
  );
  expect(await caught(drops)).toMatch(BECOMES);
});

test('a sync that skips a change that is only a reaction is caught', async () => {
  const skipsReactions: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        async changesFrom(conversation, ...which) {
          const found = await log.changesFrom(conversation, ...which);
          const entries = await log.at(conversation, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
          const isReaction = (seq: number) =>
            entries.some((one) => one.seq === seq && !isDeleted(one) && one.changed?.editedAt === undefined);
          // As if a message had changed that no client holds.
          return found.map((one) => (isReaction(one.seq) ? { ...one, seq: 1_000 } : one));
        },
      },
    };
  };
  expect(await caught(skipsReactions)).toMatch(
    /believes to know change|which had changed before|whose log is/,
  );
});

test('a sync that never lets a client begin anew is caught', async () => {
  const tellsAll: Plant = (capabilities) => {
    const { log } = capabilities;
    let isFirst = true;
    return {
      ...capabilities,
      log: {
        ...log,
        async ahead(held) {
          const found = await log.ahead(held);
          // A page asks this of all conversations, and then of each that may be far behind.
          const none = { messages: new Set<string>(), changes: new Set<string>() };
          const told = isFirst ? found : none;
          isFirst = false;
          return told;
        },
      },
    };
  };
  expect(await caught(tellsAll)).toMatch(/has missed \d+ changes of .*, and need not begin anew/);
});

test('an answer that is stored as any other message is caught', async () => {
  const answersNothing: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        append: (conversation, { replyTo: _, ...entry }) => log.append(conversation, entry),
      },
    };
  };
  expect(await caught(answersNothing)).toMatch(
    /in answer to \d+ is shown as|is stored as an answer to undefined/,
  );
});
