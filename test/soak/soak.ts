/** `npm run soak`: a steady load for a long time, and whether any process grows. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { UsageError } from '../../local/command-line.ts';
import { defaultMaximum } from '../../local/lambda/pool.ts';
import { untilSignal } from '../../scripts/until-signal.ts';
import { compare } from '../crash/compare.ts';
import { Load } from '../crash/load.ts';
import { randomFrom } from '../crash/random.ts';
import { createSystem, type System } from '../crash/system.ts';
import { SEED } from '../seed.ts';
import { type Growth, growthOf, type Moment } from './growth.ts';
import { takeSample } from './samples.ts';
import { receiveVisitors } from './visitors.ts';

const usage = `npm run soak -- [--minutes 30]

Runs a system under a steady load: 20 pairs of users write to each other, and others log in, connect and leave. Afterwards the
memory of a process, and the handles of all of them, must be as they were after the warm-up, within 10 %, and no function may have
more processes than the runtime allows. It ends with 1 if something grows. It needs
Linux, which tells these figures in /proc.

  --minutes N    how long, at least 1; the first quarter is the warm-up`;

const sampleMs = 2_000;

await untilSignal(async (signal) => {
  process.exitCode = (await soak(readMinutes(), signal)) ? 0 : 1;
});

function readMinutes(): number {
  try {
    const { values } = parseArgs({ options: { minutes: { type: 'string', default: '30' } } });
    const minutes = Number(values.minutes);
    if (!(minutes >= 1)) throw new Error('--minutes must be a number, at least 1');
    if (process.platform !== 'linux') throw new Error(`npm run soak needs Linux, not ${process.platform}`);
    return minutes;
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** Returns whether everything stayed as it was. */
async function soak(minutes: number, interrupted: AbortSignal): Promise<boolean> {
  const system = await createSystem();
  let load: Load | undefined;
  const visiting = new AbortController();
  const failing = new AbortController();
  const signal = AbortSignal.any([interrupted, failing.signal]);
  try {
    await system.start();
    load = await Load.open(system.url, randomFrom(SEED));
    const visitors = receiveVisitors(system.url, visiting.signal);
    // They must not end before they are told to.
    visitors.catch((error: unknown) => failing.abort(error));
    load.start();
    const moments = await observe(system, minutes * 60_000, signal);
    visiting.abort();
    await visitors;
    await load.rest(signal);
    for (const pair of load.pairs) {
      const problem = await compare(system.url, pair, signal);
      if (problem !== undefined) throw new Error(problem);
    }
    const acknowledged = load.members.reduce((sum, { record }) => sum + record.acknowledged.size, 0);
    console.log(`${acknowledged} messages in ${minutes} minutes, none lost\n`);
    return report(growthOf(moments, defaultMaximum));
  } finally {
    visiting.abort();
    load?.close();
    await system.stop();
  }
}

/** Samples the processes after the first quarter of the time. */
async function observe(system: System, ms: number, signal: AbortSignal): Promise<readonly Moment[]> {
  await sleep(ms / 4, undefined, { signal });
  const moments: Moment[] = [];
  const [gateway] = system.find('gateway');
  for (const end = Date.now() + (ms * 3) / 4; Date.now() < end; ) {
    if (gateway === undefined || !system.isRunning)
      throw new Error(`it ended:\n${system.lines().join('\n')}`);
    moments.push(takeSample(gateway.pid));
    await sleep(sampleMs, undefined, { signal });
  }
  return moments;
}

function report(growth: readonly Growth[]): boolean {
  console.log('role'.padEnd(18), 'figure'.padEnd(15), 'from'.padStart(7), 'to'.padStart(7));
  for (const { role, figure, from, to, grows } of growth) {
    const verdict = grows ? '  GROWS' : '';
    const [first, last] = [from, to].map((value) =>
      value.toFixed(figure === 'processes' ? 0 : 1).padStart(7),
    );
    console.log(role.padEnd(18), figure.padEnd(15), first, last, verdict);
  }
  return !growth.some(({ grows }) => grows);
}
