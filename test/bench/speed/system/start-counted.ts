import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './data-folder.ts';

/** What the function `message` asked of the table, and how many frames all functions have posted. */
export interface Counts {
  readonly requests: number;
  /** Requests to put an item, the refused ones included. */
  readonly puts: number;
  readonly wru: number;
  readonly rru: number;
  readonly posts: number;
}

export interface CountedSystem {
  readonly url: string;
  reset(): Promise<void>;
  read(): Promise<Counts>;
  stop(): Promise<void>;
}

/** Starts the local runtime in a process of its own, and can ask it what it counted. */
export async function startCounted(): Promise<CountedSystem> {
  const folder = mkdtempSync(join(dataFolder(), 'state-'));
  const child = fork(join(import.meta.dirname, 'counted.ts'), [folder]);
  const forget = () => rmSync(folder, { recursive: true, force: true });
  // Also when this process fails. The child then ends by itself.
  process.on('exit', forget);
  const answer = async () => (await once(child, 'message'))[0];
  const ask = (word: string) => {
    const answered = answer();
    child.send(word);
    return answered;
  };
  const url = (await answer()) as string;
  return {
    url,
    reset: async () => {
      await ask('reset');
    },
    read: () => ask('read') as Promise<Counts>,
    async stop() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
      process.off('exit', forget);
      forget();
    },
  };
}
