import type { Section } from './figure.ts';
import type { Options } from './options.ts';

/** A group of figures that are measured together. Each part starts the systems that it needs, and ends them. */
export type Part = (options: Options) => AsyncGenerator<Section>;

/** Progress, apart from the tables. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs a measurement several times, one after the other. */
export async function repeat<T>(
  what: string,
  runs: number,
  measure: () => Promise<T>,
): Promise<readonly T[]> {
  const results: T[] = [];
  for (let run = 1; run <= runs; run += 1) {
    say(`${what}: run ${run} of ${runs}`);
    results.push(await measure());
  }
  return results;
}
