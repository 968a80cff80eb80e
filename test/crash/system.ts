import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/aws/engine-address.ts';
import { root } from '../../scripts/build.ts';
import { below, gone, type Part, type Process, partOf } from '../support/processes.ts';
import { SETTINGS } from '../systems.ts';

/** The tokens of the clients are valid until the end of the test. */
const settings = Object.entries({ ...SETTINGS.unlimited, accessTokenSeconds: '14400' });

export interface SystemOptions {
  /** A command in front of the runtime's own, such as one that enters a namespace. */
  readonly launcher?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The folder for the data. By default a new one, which is deleted at the end. */
  readonly folder?: string;
}

/** A system as `npm start` runs it, in its own processes, with its data on disk. */
export interface System {
  readonly url: string;
  /** Starts the runtime, and waits until it is ready. */
  start(): Promise<void>;
  /** The processes of a part. */
  find(part: Part): Process[];
  /** The AWS services of the runtime for tools, as it prints them when it is ready. */
  tools(): { readonly endpoint: string; readonly accessKeyId: string };
  readonly isRunning: boolean;
  /** Resolves with the last lines of the runtime when it has ended. */
  ended(): Promise<readonly string[]>;
  /** The last lines of the runtime and its functions. */
  lines(): readonly string[];
  stop(): Promise<void>;
}

const readyMs = 90_000;

export async function createSystem({
  launcher = [],
  environment = {},
  folder: given,
}: SystemOptions = {}): Promise<System> {
  const folder = given ?? mkdtempSync(join(tmpdir(), 'parley-crash-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  let ended: Promise<readonly string[]> = Promise.resolve([]);
  let lines: string[] = [];
  let readyLine = '';

  const find = (part: Part) => below(child?.pid ?? 0).filter((one) => partOf(one) === part);
  const isRunning = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  return {
    url,
    find,
    lines: () => lines,
    get isRunning() {
      return isRunning();
    },
    tools() {
      const [, endpoint = '', accessKeyId = ''] =
        /: (http\S+)\/ with the access key (\S+)/.exec(readyLine) ?? [];
      return { endpoint, accessKeyId };
    },
    ended: () => ended,
    async start() {
      const command = [...launcher, process.execPath, join(root, 'scripts', 'start.ts')];
      // It ends everything below when this process ends, even by kill -9. Its own group keeps the terminal's Ctrl-C away.
      const started = spawn(
        process.execPath,
        [
          join(root, 'local', 'supervise.mjs'),
          '',
          ...command,
          ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
        ],
        {
          stdio: ['pipe', 'pipe', 'pipe'],
          env: { ...process.env, ...environment, PORT: String(port), STATE_FOLDER: folder },
          detached: true,
        },
      );
      child = started;
      lines = [];
      for (const output of [started.stdout, started.stderr]) {
        createInterface({ input: output }).on('line', (line) => {
          lines.push(line);
          if (lines.length > 200) lines.shift();
        });
      }
      ended = once(started, 'close').then(() => lines);
      for (const deadline = Date.now() + readyMs; ; await sleep(25)) {
        readyLine = lines.find((line) => line.includes(' is ready: ')) ?? '';
        if (readyLine !== '') return;
        if (!isRunning()) throw new Error(`the runtime did not start:\n${lines.join('\n')}`);
        if (Date.now() > deadline) throw new Error(`the runtime was not ready after ${readyMs / 1_000} s`);
      }
    },
    async stop() {
      const own = below(child?.pid ?? 0).map(({ pid }) => pid);
      if (isRunning()) {
        for (const { pid } of find('gateway')) process.kill(pid, 'SIGTERM');
        await Promise.race([ended, sleep(10_000)]);
      }
      child?.stdin?.end();
      await ended;
      const left = await gone(own, 5_000);
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
      if (left.length > 0) throw new Error(`still running after the end of the system: ${left.join(', ')}`);
    },
  };
}
