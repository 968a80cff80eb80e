import { describe, expect, test } from 'vitest';
import type { Plant } from './support/capabilities.ts';
import { type Fault, GOOD_FATE } from './support/fate.ts';
import { runSchedule } from './support/run-schedule.ts';
import type { Action, Schedule, Step } from './support/steps.ts';

/** More calls than any of the functions makes. */
const CALLS = 20;
const zeros = (length: number) => Array.from({ length }, () => 0);
const TO_THE_END = zeros(2 * CALLS);

const isDone = (action: Action, faults: readonly Fault[] = [], landing = false): Step => ({
  action,
  fate: { ...GOOD_FATE, faults, landing },
  turns: TO_THE_END,
});

/** Ann has two devices and a conversation with Bob, who has read it and blocks her. */
const before: readonly Step[] = [
  isDone({ kind: 'connect', by: 1 }),
  isDone({ kind: 'post', by: 0, to: 0, count: 2 }),
  ...[3, 4, 5].map((which) => isDone({ kind: 'stream', which, size: 5, again: 0 })),
  isDone({ kind: 'watch', by: 0, to: 0 }),
  isDone({ kind: 'watch', by: 3, to: 0 }),
  isDone({ kind: 'block', by: 3, to: 0, isBlocked: true }),
  isDone({ kind: 'block', by: 0, to: 0, isBlocked: true }),
];

const isFollowed = (faults: readonly Fault[], landing: boolean): readonly Step[] =>
  [0, 1, 2].map((which) => isDone({ kind: 'stream', which, size: 9, again: 0 }, faults, landing));

/** The function of the request fails at any of its calls, or that of the stream does. */
function failures(action: Action, kinds: readonly Fault['kind'][]): readonly Schedule[] {
  return Array.from({ length: CALLS }, (_, at) => at).flatMap((at) =>
    kinds.flatMap((kind) => [
      { people: 3, steps: [...before, isDone(action, [{ at, kind }])] },
      { people: 3, steps: [...before, isDone(action, [{ at, kind }], true), isDone(action)] },
      { people: 3, steps: [...before, isDone(action), ...isFollowed([{ at, kind }], at % 2 === 0)] },
    ]),
  );
}

async function violationsOf(schedules: readonly Schedule[], plant?: Plant): Promise<readonly string[]> {
  const found: string[] = [];
  for (const schedule of schedules) found.push(...(await runSchedule(schedule, plant)).violations);
  return found;
}

const KINDS = ['killed', 'throttled', 'answer-lost', 'done-twice'] as const;
const deletions = failures({ kind: 'delete-account', by: 0 }, KINDS);
const changes = failures({ kind: 'change-password', by: 0, again: true }, KINDS);

test('an account is deleted whole or not at all, at whichever call a function fails', {
  timeout: 120_000,
}, async () => {
  expect(await violationsOf(deletions)).toEqual([]);
});

test('no session outlives a change of the password, at whichever call a function fails', {
  timeout: 120_000,
}, async () => {
  expect(await violationsOf(changes)).toEqual([]);
});

/** Enough turns for both to meet. */
const TURNS = 8;

/** Ann's laptop logs in while her phone acts, in many orders of the calls of both functions. */
function races(action: Action): readonly Schedule[] {
  return Array.from({ length: 2 ** TURNS }, (_, n) => ({
    people: 2,
    steps: [
      { action: { kind: 'connect' as const, by: 1 }, fate: GOOD_FATE, turns: [0, 0] },
      { action, fate: GOOD_FATE, turns: Array.from({ length: TURNS }, (_, bit) => (n >> bit) & 1) },
    ],
  }));
}

test('a log-in that a new password overtakes leaves no session', { timeout: 120_000 }, async () => {
  expect(await violationsOf(races({ kind: 'change-password', by: 0, again: false }))).toEqual([]);
});

test('a log-in that a deletion overtakes leaves nothing', { timeout: 120_000 }, async () => {
  expect(await violationsOf(races({ kind: 'delete-account', by: 0 }))).toEqual([]);
});

const followed = (which: number, turns: readonly number[] = TO_THE_END): Step => ({
  action: { kind: 'stream', which, size: 9, again: 0 },
  fate: GOOD_FATE,
  turns,
});

/** The account of Ann is in the second shard. */
const SHARD_OF_ANN = 1;

/** A receipt of Ann's phone has found its message. It is written after some calls of the deletion, and of what follows. */
const receiptsUnderWay: readonly Schedule[] = [6, 7, 8, 9, 10].flatMap((deleting) =>
  [0, 4, 8, 12, 16].map((following) => ({
    people: 2,
    steps: [
      isDone({ kind: 'post', by: 3, to: 0, count: 1 }),
      ...[0, 1, 2, 3, 4, 5].map((which) => followed(which)),
      isDone({ kind: 'sync', by: 0 }),
      { action: { kind: 'read', by: 0, what: 0, back: 0 }, fate: GOOD_FATE, turns: [0] },
      { action: { kind: 'delete-account', by: 0 }, fate: GOOD_FATE, turns: zeros(deleting).map(() => 1) },
      followed(
        SHARD_OF_ANN,
        zeros(following).map(() => 1),
      ),
    ],
  })),
);

test('a receipt that was under way when the account was deleted is deleted in the end', async () => {
  expect(await violationsOf(receiptsUnderWay)).toEqual([]);
});

describe('caught is', () => {
  const change: Action = { kind: 'change-password', by: 0, again: false };
  const deletion: Action = { kind: 'delete-account', by: 0 };
  const caught = async (schedules: readonly Schedule[], plant: Plant) =>
    (await violationsOf(schedules, plant)).join();

  test('a log-in that looks for no newer password', { timeout: 120_000 }, async () => {
    const countsNothing: Plant = (capabilities) => {
      const { credentials } = capabilities;
      const credentialsOf: typeof credentials.credentialsOf = async (email) => {
        const found = await credentials.credentialsOf(email);
        return found && { ...found, changes: 0 };
      };
      return { ...capabilities, credentials: { ...credentials, credentialsOf } };
    };
    expect(await caught(races(change), countsNothing)).toMatch(/outlives the change of its password/);
  });

  test('a change of the password that ends no session', async () => {
    const findsNone: Plant = (capabilities) => ({
      ...capabilities,
      sessions: { ...capabilities.sessions, of: async () => [] },
    });
    const schedule = { people: 2, steps: [isDone({ kind: 'connect', by: 1 }), isDone(change)] };
    expect(await caught([schedule], findsNone)).toMatch(/outlives the change of its password/);
  });

  test('a deletion that empties nothing', async () => {
    const clearsNothing: Plant = (capabilities) => ({
      ...capabilities,
      remains: { ...capabilities.remains, clear: async () => 'done' },
    });
    const schedule = { people: 2, steps: [...before, isDone(deletion)] };
    expect(await caught([schedule], clearsNothing)).toMatch(/ann is deleted, and .*CONV#u1.u2.* is left/);
  });

  test('a deletion that looks but once', async () => {
    const looksOnce: Plant = (capabilities) => ({
      ...capabilities,
      remains: { ...capabilities.remains, lookAgain: async () => {} },
    });
    expect(await caught(receiptsUnderWay, looksOnce)).toMatch(/ann is deleted, and CONV#u1.u2 is left/);
  });

  test('a deletion that lets the name go', async () => {
    const holdsNoName: Plant = (capabilities) => ({
      ...capabilities,
      accounts: {
        remove: (account, proof, { at }) =>
          capabilities.accounts.remove(account, proof, { at, nameFreeAt: at }),
      },
    });
    const schedule = { people: 2, steps: [isDone(deletion)] };
    expect(await caught([schedule], holdsNoName)).toMatch(/the name ann is held for/);
  });
});
