/** The smallest value that at least `percent` % of the values do not exceed (nearest rank). */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new Error('There are no values');
  const sorted = values.toSorted((one, next) => one - next);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] as number;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The median of an even number of values is the mean of the two in the middle. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('There are no values');
  const sorted = values.toSorted((one, next) => one - next);
  const at = (index: number) => sorted[index] as number;
  const half = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(Math.floor(half)) : (at(half - 1) + at(half)) / 2;
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** Divides each run's value by the floor's value of the same run: what disturbs the machine then disturbs both. */
export function ratios(values: readonly number[], floor: readonly number[]): number[] {
  if (values.length !== floor.length) {
    throw new Error(`There are ${values.length} runs, but ${floor.length} runs of the floor`);
  }
  return values.map((value, run) => value / (floor[run] as number));
}
