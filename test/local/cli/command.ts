import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const main = new URL('../../../scripts/start.ts', import.meta.url).pathname;

export interface Started {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** Resolves with the first line of stdout or stderr that matches. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves with the exit code or the name of the signal. */
  readonly ended: Promise<number | string>;
}

/** Runs the command as npm would. */
export function start(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  program = main,
): Started {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      lines.push(line);
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    lines,
    line(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = lines.find((line) => pattern.test(line));
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
        void ended.then((how) => reject(new Error(`ended with ${how}: ${lines.join('\n')}`)));
      });
    },
    ended,
  };
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
