import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../../local/aws/engine-address.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'scripts', 'start.ts');

/** `npm start` in processes that can be killed. */
export interface ServerProcess {
  readonly url: string;
  /** Kills the server and all its processes at once. */
  kill(): Promise<void>;
  /** Starts it again with the same port and data. */
  start(): Promise<void>;
  end(): Promise<void>;
}

export async function startServerProcess(): Promise<ServerProcess> {
  const port = await freePort();
  const stateFolder = mkdtempSync(join(tmpdir(), 'parley-browser-'));
  let running: ReturnType<typeof run> | undefined;
  const start = async () => {
    running = run(port, stateFolder);
    await running.isReady;
  };
  const kill = async () => {
    await running?.kill();
    running = undefined;
  };
  const end = async () => {
    await kill();
    rmSync(stateFolder, { recursive: true, force: true });
  };
  await start().catch(async (error) => {
    await end();
    throw error;
  });
  return { url: `http://localhost:${port}`, start, kill, end };
}

function run(port: number, stateFolder: string) {
  // A process group, so that all its processes can be killed.
  const child = spawn(process.execPath, [main], {
    detached: true,
    env: { ...process.env, PORT: String(port), STATE_FOLDER: stateFolder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const killGroup = () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-(child.pid as number), 'SIGKILL');
  };
  process.once('exit', killGroup);
  const exit = once(child, 'exit');
  let said = '';
  const isReady = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (said.includes('Parley is ready')) resolve();
      });
    }
    exit.then(() => reject(new Error(`The server ended before it was ready: ${said}`)), reject);
  });
  return {
    isReady,
    async kill() {
      isReady.catch(() => undefined);
      process.off('exit', killGroup);
      killGroup();
      await exit;
    },
  };
}
