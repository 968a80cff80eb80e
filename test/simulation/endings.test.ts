import { expect, test } from 'vitest';
import type { Plant } from './support/capabilities.ts';
import { violationsOf } from './support/directed.ts';
import { GOOD_FATE } from './support/fate.ts';
import type { Action, Schedule } from './support/steps.ts';

/** More turns than a frame and an ending need together. */
const TURNS = 7;

const begin = (action: Action, turns: readonly number[] = []) => ({ action, fate: GOOD_FATE, turns });

/** Ann's phone sends a frame while its socket or session ends, in every order of the calls of both functions. */
function endings(ending: Action): readonly Schedule[] {
  return Array.from({ length: 2 ** TURNS }, (_, n) => ({
    people: 2,
    steps: [
      begin({ kind: 'ping', by: 0, to: 0 }),
      begin(
        ending,
        Array.from({ length: TURNS }, (_, bit) => (n >> bit) & 1),
      ),
    ],
  }));
}

const closing = endings({ kind: 'disconnect', by: 0, isTold: true });
const loggingOut = endings({ kind: 'log-out', by: 0 });

test('a frame in flight when its socket closes leaves no connection item behind', {
  timeout: 120_000,
}, async () => {
  expect(await violationsOf(closing)).toEqual([]);
});

test('a frame in flight when its session ends leaves neither a connection item nor a socket', {
  timeout: 120_000,
}, async () => {
  expect(await violationsOf(loggingOut)).toEqual([]);
});

test('a connection item that is restored for a closed socket is caught', { timeout: 120_000 }, async () => {
  const looksNowhere: Plant = (capabilities) => {
    const { gateway } = capabilities;
    return { ...capabilities, gateway: { ...gateway, isOpen: async () => true } };
  };
  expect((await violationsOf(closing, looksNowhere)).join()).toContain('is listed after it has closed');
});
