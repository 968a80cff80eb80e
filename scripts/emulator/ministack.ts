import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../local/aws/engine-address.ts';
import { root } from '../build.ts';
import { pythonEnvironment } from '../python.ts';

const requirements = join(import.meta.dirname, 'requirements.txt');
const logFile = join(root, '.cache', 'emulator', 'ministack.log');

export interface Emulator {
  readonly endpoint: string;
  /** Ends it and every function that it runs. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack on a free loopback port. The first start installs it into a Python virtual environment in `.cache/`.
 *
 * @throws CommandError if there is no Python with venv, or no package
 */
export async function startMinistack(signal: AbortSignal): Promise<Emulator> {
  const environment = await pythonEnvironment('emulator', requirements, signal);
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'parley-emulator-'));
  const bin = join(environment, 'bin');
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [join(root, 'local', 'supervise.mjs'), folder, join(bin, 'ministack')],
    {
      stdio: ['pipe', log, log],
      detached: true,
      // Functions inherit this environment, so it has nothing of this shell but PATH. Their `node` is this one.
      env: {
        PATH: [dirname(process.execPath), bin, process.env.PATH].join(delimiter),
        HOME: folder,
        TMPDIR: folder,
        NODE_OPTIONS: `--require "${join(import.meta.dirname, 'quick-answers.cjs')}"`,
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: String(port),
        // The templates give functions the address of @connections below this name.
        MINISTACK_HOST: `${region}.amazonaws.com`,
        IOT_MTLS_ENABLED: '0',
        SFTP_ENABLED: '0',
      },
    },
  );
  const stop = async () => {
    child.stdin?.end();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await ready(`${endpoint}/_ministack/health`, child, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

/** The region of the emulated account. */
export const region = 'us-east-1';

async function ready(url: string, child: ChildProcess, signal: AbortSignal): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; ) {
    signal.throwIfAborted();
    if (child.exitCode !== null) throw new Error(`MiniStack ended:\n${readFileSync(logFile, 'utf8')}`);
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    if (Date.now() > deadline) throw new Error(`MiniStack does not answer at ${url}; see ${logFile}`);
    await sleep(50);
  }
}
