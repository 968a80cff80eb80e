import { readdirSync } from 'node:fs';
import { memoryOf, processesOf } from '../bench/speed/system/processes.ts';

/** What the processes of a role had at one moment. */
export interface Sample {
  readonly processes: number;
  /** PSS of all of them, in MB. */
  readonly memory: number;
  /** Open files and sockets of all of them. */
  readonly handles: number;
}

export type Figure = keyof Sample;

export interface Growth {
  readonly role: string;
  readonly figure: Figure;
  /** Medians of the first and the last third of the samples. */
  readonly from: number;
  readonly to: number;
  readonly grows: boolean;
}

/** This much more is growth … */
const factor = 1.1;
/** … if it is also more than this: the tenth part of a few handles is noise. */
const noise: Sample = { processes: 1, memory: 5, handles: 10 };

/** Samples of a running system by role: the gateway, the store, and each function. */
export class Samples {
  readonly #of = new Map<string, Sample[]>();
  #taken = 0;

  take(pid: number): void {
    this.#taken += 1;
    const roles = Map.groupBy(processesOf(pid), ({ role }) => role);
    for (const role of new Set([...roles.keys(), ...this.#of.keys()])) {
      const processes = roles.get(role) ?? [];
      const sample = {
        processes: processes.length,
        memory: memoryOf(processes) / 1024 ** 2,
        handles: processes.reduce((sum, one) => sum + handlesOf(one.pid), 0),
      };
      // A role that has just appeared had nothing before.
      const none = { processes: 0, memory: 0, handles: 0 };
      const earlier = this.#of.get(role) ?? Array<Sample>(this.#taken - 1).fill(none);
      this.#of.set(role, [...earlier, sample]);
    }
  }

  /** Compares the last third of the samples with the first. */
  growth(): Growth[] {
    return [...this.#of].flatMap(([role, samples]) => {
      const third = Math.max(1, Math.floor(samples.length / 3));
      return (['processes', 'memory', 'handles'] as const).map((figure) => {
        const values = samples.map((sample) => sample[figure]);
        const [from, to] = [median(values.slice(0, third)), median(values.slice(-third))];
        return { role, figure, from, to, grows: to > from * factor && to > from + noise[figure] };
      });
    });
  }
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // It has ended since.
    return 0;
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
