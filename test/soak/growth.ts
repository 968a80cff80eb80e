import { spreadOf } from '../bench/speed/summary.ts';

/** What the processes of a role had at one moment. */
export interface Sample {
  readonly processes: number;
  /** PSS of all of them, in MB. */
  readonly memory: number;
  /** Open files and sockets of all of them. */
  readonly handles: number;
}

/** All roles at one moment. */
export type Moment = ReadonlyMap<string, Sample>;

export interface Growth {
  readonly role: string;
  readonly figure: string;
  /** Medians of the first and the last third of the moments. */
  readonly from: number;
  readonly to: number;
  readonly grows: boolean;
}

/** A tenth more is growth, if it is also more than some MB: that much is noise. */
const FACTOR = 1.1;
const NOISE_MB = 5;

/**
 * Compares the last third of the moments with the first. A burst of load starts more processes of a function, up to
 * `maximum`, and each of them has its connections to the gateway. So memory is compared for each process, and handles
 * for all processes together.
 */
export function growthOf(moments: readonly Moment[], maximum: number): Growth[] {
  const third = Math.max(1, Math.floor(moments.length / 3));
  const first = moments.slice(0, third);
  const last = moments.slice(-third);
  const compare = (
    role: string,
    figure: string,
    of: (moment: Moment) => number,
    allowed: (from: number) => number,
  ): Growth => {
    const [from, to] = [spreadOf(first.map(of)).median, spreadOf(last.map(of)).median];
    return { role, figure, from, to, grows: to > Math.max(from * FACTOR, allowed(from)) };
  };
  const ofRole = (role: string) => {
    const sampleOf = (moment: Moment) => moment.get(role) ?? NONE;
    const memoryOfEach = (moment: Moment) => each(sampleOf(moment).memory, sampleOf(moment).processes);
    const processes = compare(
      role,
      'processes',
      (moment) => sampleOf(moment).processes,
      () => maximum,
    );
    // A function that has started in between had no memory before.
    if (!first.every((moment) => moment.has(role))) return [processes];
    return [processes, compare(role, 'MB of each', memoryOfEach, (from) => from + NOISE_MB)];
  };
  const handlesOfEach = (moment: Moment) => {
    const samples = [...moment.values()];
    const sum = (figure: keyof Sample) => samples.reduce((total, sample) => total + sample[figure], 0);
    return each(sum('handles'), sum('processes'));
  };
  const roles = new Set(moments.flatMap((moment) => [...moment.keys()]));
  return [...[...roles].flatMap(ofRole), compare('all', 'handles of each', handlesOfEach, (from) => from)];
}

const NONE: Sample = { processes: 0, memory: 0, handles: 0 };

const each = (total: number, count: number) => (count === 0 ? 0 : total / count);
