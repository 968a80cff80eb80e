import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import manifest from '../../../package.json' with { type: 'json' };

/** `npm start` is `node`, its options, and the program. */
const [, ...options] = manifest.scripts.start.split(' ');
const main = new URL(`../../../${options.pop()}`, import.meta.url).pathname;

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
  const child = spawn(process.execPath, [...options, program, ...args], {
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
