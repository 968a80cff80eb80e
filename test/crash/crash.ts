/** `npm run crash`: kills, freezes and starves the parts of a running system, and looks whether a message is lost. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../local/command-line.ts';
import { untilSignal } from '../../scripts/until-signal.ts';
import { SEED } from '../seed.ts';
import { compare } from './compare.ts';
import { type Fault, faults } from './faults.ts';
import { Load } from './load.ts';
import { randomFrom } from './random.ts';
import { openScene, type Scene, type Setting, settings } from './scene.ts';

const list = (some: readonly Fault[]) => some.map(({ name }) => name).join(', ');

const usage = `npm run crash -- [--times N] [--only FAULT …]

Kills, freezes and starves the parts of a system under load from 20 pairs of users. After each fault it compares what was
acknowledged, what is stored, and what both members hold.

  --times N      all faults N times
  --only FAULT   only this one; may be repeated: ${list(faults.filter(({ isLong }) => !isLong))};
                 or one that takes minutes: ${list(faults.filter(({ isLong }) => isLong))}
  SEED=7         other random choices`;

await untilSignal(async (signal) => {
  const { times, chosen } = readArguments();
  const verdicts = await runAll(times, chosen, signal);
  process.exitCode = verdicts.every(Boolean) ? 0 : 1;
});

function readArguments(): { times: number; chosen: readonly Fault[] } {
  try {
    const { values } = parseArgs({
      options: { times: { type: 'string', default: '1' }, only: { type: 'string', multiple: true } },
    });
    const times = Number(values.times);
    if (!Number.isInteger(times) || times < 1) throw new Error('--times must be a whole number, at least 1');
    const unknown = values.only?.find((name) => !faults.some((fault) => fault.name === name));
    if (unknown !== undefined) throw new Error(`there is no fault "${unknown}"`);
    return { times, chosen: faults.filter(({ name, isLong }) => values.only?.includes(name) ?? !isLong) };
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

async function runAll(times: number, chosen: readonly Fault[], signal: AbortSignal): Promise<boolean[]> {
  console.log(`seed ${SEED}`);
  console.log(row(['fault', 'times', 'acked', 'retried', 'silence', 'verdict']));
  const verdicts: boolean[] = [];
  for (const setting of settings) {
    const own = chosen.filter((fault) => fault.setting === setting);
    if (own.length > 0) verdicts.push(...(await runIn(setting, times, own, signal)));
  }
  return verdicts;
}

async function runIn(
  setting: Setting,
  times: number,
  own: readonly Fault[],
  signal: AbortSignal,
): Promise<boolean[]> {
  const scene = await openScene(setting, randomFrom(SEED));
  if (typeof scene === 'string') {
    for (const { name } of own) console.log(row([name, 0, 0, 0, '', `skipped: ${scene}`]));
    return [];
  }
  const verdicts: boolean[] = [];
  let load: Load | undefined;
  try {
    load = await Load.open(scene.system.url, scene.random);
    for (let round = 0; round < times; round += 1) {
      for (const fault of own) {
        verdicts.push(await run(fault, scene, load, signal));
        // Later faults cannot be told from this one.
        if (!verdicts.at(-1)) return verdicts;
      }
    }
    return verdicts;
  } finally {
    load?.close();
    await scene.close();
  }
}

/** Inflicts a fault under load and prints its line. Returns whether nothing was lost. */
async function run(fault: Fault, scene: Scene, load: Load, signal: AbortSignal): Promise<boolean> {
  const { system } = scene;
  const before = totals(load);
  let problem: string | undefined;
  try {
    await fault.prepare?.(scene);
    load.start();
    await load.flows(signal);
    for (let time = 0; time < fault.times; time += 1) {
      await fault.inflict(scene);
      for (const member of load.members) if (scene.random() < 0.5) member.reload?.();
      await load.flows(signal);
    }
    await load.rest(signal);
    for (const pair of load.pairs) problem ??= await compare(system.url, pair, signal);
    if (!system.isRunning) problem ??= 'the runtime has ended';
  } catch (error) {
    signal.throwIfAborted();
    problem = (error as Error).message;
  }
  const after = totals(load);
  const silence = `${(load.longestSilenceMs / 1_000).toFixed(1)} s`;
  console.log(
    row([
      fault.name,
      fault.times,
      after.acknowledged - before.acknowledged,
      after.retries - before.retries,
      silence,
      problem === undefined ? 'nothing lost' : 'FAILED',
    ]),
  );
  if (problem !== undefined)
    console.log(`\n${problem}\n\nThe last lines of the runtime:\n${system.lines().slice(-20).join('\n')}`);
  return problem === undefined;
}

function totals({ members }: Load): { acknowledged: number; retries: number } {
  const sum = (of: (index: number) => number) => members.reduce((total, _one, index) => total + of(index), 0);
  return {
    acknowledged: sum((index) => members[index]?.record.acknowledged.size ?? 0),
    retries: sum((index) => members[index]?.record.retries ?? 0),
  };
}

function row(cells: readonly (string | number)[]): string {
  const widths = [20, 6, 8, 8, 9, 0];
  return cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join('');
}
