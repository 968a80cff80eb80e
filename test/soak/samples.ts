import { readdirSync } from 'node:fs';
import { memoryOf, processesOf } from '../bench/speed/system/processes.ts';
import type { Moment } from './growth.ts';

/** What the gateway, the store and each function of a running system have now. */
export function takeSample(pid: number): Moment {
  const roles = Map.groupBy(processesOf(pid), ({ role }) => role);
  return new Map(
    [...roles].map(([role, processes]) => [
      role,
      {
        processes: processes.length,
        memory: memoryOf(processes) / 1024 ** 2,
        handles: processes.reduce((sum, one) => sum + handlesOf(one.pid), 0),
      },
    ]),
  );
}

function handlesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // It has ended since.
    return 0;
  }
}
