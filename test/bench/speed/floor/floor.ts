import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Percentiles, percentilesOf, sendOverAll, warmUp } from '../load/pairs.ts';
import type { Line, Shape } from '../load/send.ts';
import { LoadSocket } from '../load/socket.ts';
import { dataFolder } from '../system/data-folder.ts';

/** The least that any chat needs, measured on the same machine in the same run. */
export interface Relay {
  /** Pairs of sockets, each pair connected by the relay. */
  openPairs(count: number): Promise<readonly Line[]>;
  end(): Promise<void>;
}

export async function startRelay(): Promise<Relay> {
  const child = fork(join(import.meta.dirname, 'relay.ts'));
  const [port] = await once(child, 'message');
  let pairs = 0;
  return {
    openPairs: (count) =>
      Promise.all(
        Array.from({ length: count }, async () => {
          pairs += 1;
          const url = `ws://127.0.0.1:${port}/${pairs}`;
          const [sender, receiver] = await Promise.all([LoadSocket.open(url), LoadSocket.open(url)]);
          return { sender, receivers: [receiver], address: { to: `user ${pairs}` } };
        }),
      ),
    end: () => end(child),
  };
}

export interface Puts {
  /** Puts items one after the other, and returns the percentiles of their times in ms. */
  put(count: number): Promise<Percentiles>;
  end(): Promise<void>;
}

export async function startPuts(): Promise<Puts> {
  const folder = mkdtempSync(join(dataFolder(), 'floor-'));
  const child = fork(join(import.meta.dirname, 'puts.ts'), [folder]);
  await once(child, 'message');
  return {
    async put(count) {
      child.send(count);
      const [times] = await once(child, 'message');
      return percentilesOf(times as number[]);
    },
    async end() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The floor's own process ends when its parent disconnects. */
async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.disconnect();
  await ended;
}

const WARM_UP_SECONDS = 2;

/** Warms a relay's lines up, and returns a function that measures them. */
export async function warmRelay(lines: readonly Line[], shape: Shape) {
  await warmUp(lines, shape, WARM_UP_SECONDS);
  return () => sendOverAll(lines, shape);
}
