/** `npm run simulate`: draws random schedules and checks that each of them keeps every promise. */
import { parseArgs } from 'node:util';
import { UsageError } from '../../local/command-line.ts';
import { explore } from './support/explore.ts';
import { everySchedule } from './support/steps.ts';

const USAGE = `npm run simulate -- [--runs N] [--seed N]

  --runs N   how many schedules; default 500
  --seed N   repeats an earlier run; default: another one each time`;

/** After each round a line shows how far it is. A round has a seed of its own, so a failure can be repeated without the rest. */
const ROUND = 1_000;

try {
  process.exitCode = (await simulate(readArguments())) ? 0 : 1;
} catch (error) {
  console.error(error instanceof UsageError ? `${error.message}\n\n${USAGE}` : error);
  process.exitCode = 1;
}

function readArguments(): { runs: number; seed: number } {
  try {
    const { values } = parseArgs({
      options: { runs: { type: 'string', default: '500' }, seed: { type: 'string' } },
    });
    const numbers = { runs: Number(values.runs), seed: Number(values.seed ?? Date.now() % 2 ** 31) };
    for (const [name, value] of Object.entries(numbers)) {
      if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} must be a whole number`);
    }
    if (numbers.runs === 0) throw new Error('--runs must be at least 1');
    return numbers;
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @returns whether all promises were kept */
async function simulate({ runs, seed }: { runs: number; seed: number }): Promise<boolean> {
  const began = performance.now();
  for (let done = 0; done < runs; ) {
    const round = Math.min(ROUND, runs - done);
    const failure = await explore({ of: everySchedule, runs: round, seed: seed + done / ROUND });
    if (failure) {
      console.error(failure);
      return false;
    }
    done += round;
    const seconds = (performance.now() - began) / 1000;
    console.log(
      `${done} of ${runs} schedules kept every promise in ${seconds.toFixed(1)} s (${Math.round(done / seconds)}/s), seed ${seed}`,
    );
  }
  return true;
}
