import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A part of a running system. */
export type Part = 'gateway' | 'function' | 'store';

export interface Process {
  readonly pid: number;
  readonly command: string;
}

/** All processes below one. */
export function below(pid: number): Process[] {
  const pids = descendants(pid);
  if (pids.length === 0) return [];
  // One of them may have ended since. `ps` lists the others.
  const listed = (() => {
    try {
      return execFileSync('ps', ['-o', 'pid=,args=', '-p', pids.join(',')], { encoding: 'utf8' });
    } catch {
      return '';
    }
  })();
  return listed
    .split('\n')
    .map((line) => /^\s*(\d+) (.*)$/.exec(line))
    .flatMap((found) => (found ? [{ pid: Number(found[1]), command: found[2] ?? '' }] : []));
}

/** Which part of the system a process is. Undefined for those that only watch over another one. */
export function partOf({ command }: Process): Part | undefined {
  if (command.includes('supervise.mjs')) return undefined;
  if (command.includes('scripts/start.ts')) return 'gateway';
  if (command.includes('bootstrap.mjs')) return 'function';
  return command.includes('--db-path') ? 'store' : undefined;
}

/** The name of the function that a process runs, without its stage. Undefined where the system does not tell (macOS). */
export function functionOf({ pid }: Process): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return /(?:^|\0)AWS_LAMBDA_FUNCTION_NAME=parley-dev-([^\0]*)/.exec(environment)?.[1];
  } catch {
    return undefined;
  }
}

/** It is not an error if the process has just ended. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until none of these processes is alive. Returns those that are. */
export async function gone(pids: readonly number[], ms: number): Promise<number[]> {
  for (const deadline = Date.now() + ms; Date.now() < deadline; await sleep(50)) {
    if (!pids.some(isAlive)) return [];
  }
  return pids.filter(isAlive);
}

/** All descendants of a process. */
export function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const parents = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const children = parents.filter(([, parent]) => parent === pid).map(([child]) => child);
  return children.flatMap((child) => [child, ...descendants(child)]);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
