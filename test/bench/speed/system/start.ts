import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../../../local/cli/command.ts';
import { dataFolder } from './data-folder.ts';

/** A running system. The measurements know its URL, and what the operating system tells of its processes. */
export interface System {
  readonly url: string;
  /** The process that serves everything; undefined for a system that somebody else started. */
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

/** Nobody is limited. A login token lasts as long as the longest measurement. */
const SETTINGS = { limits: 'off', accessTokenSeconds: '14400' };
/** Registrations that only prepare a measurement need no strong password hash. */
const CHEAP_PASSWORDS = { passwordCost: '4' };

/** All deploy-time settings of a system that is started with some. */
export const settingsOf = (settings: Readonly<Record<string, string>>) => ({ ...SETTINGS, ...settings });

/** Starts what `npm start` runs, with its data on disk, on a free port. */
export async function startSystem(
  settings: Readonly<Record<string, string>> = CHEAP_PASSWORDS,
  stateFolder = mkdtempSync(join(dataFolder(), 'state-')),
): Promise<System> {
  const context = Object.entries(settingsOf(settings)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const started = start(context, { PORT: '0', STATE_FOLDER: stateFolder });
  const { child, ended } = started;
  const end = () => {
    child.kill('SIGTERM');
    rmSync(stateFolder, { recursive: true, force: true });
  };
  // Also when this process fails.
  process.on('exit', end);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', end);
    end();
  };
  try {
    const url = /http:\S+?(?=\/ )/.exec(await started.line(/ is ready: /))?.[0];
    if (url === undefined) throw new Error(`The start printed no URL: ${started.lines.join('\n')}`);
    return { url, pid: child.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Uses the system at `url`, or starts one. */
export async function useSystem(url: string | undefined): Promise<System> {
  return url === undefined ? startSystem() : { url, pid: undefined, stop: async () => {} };
}
