import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A small file system, which only the processes that `launcher` starts see under its path. */
export interface SmallDisk {
  readonly folder: string;
  /** A command in front of another one. */
  readonly launcher: readonly string[];
  /** Writes a file until nothing more fits. */
  fill(): void;
  /** Deletes that file. */
  free(): void;
  close(): Promise<void>;
}

/** Room for the database of some minutes. */
const megabytes = 64;

/** Root may mount by itself. Others may where the system allows namespaces of their own. */
const ways = [
  { unshare: ['--mount'], nsenter: ['--mount'] },
  {
    unshare: ['--user', '--map-root-user', '--mount'],
    nsenter: ['--user', '--preserve-credentials', '--mount'],
  },
];

/**
 * Mounts a small file system in a mount namespace of its own, so the mount ends with the processes in it.
 *
 * @returns the reason, if this machine does not allow it
 */
export async function mountSmallDisk(): Promise<SmallDisk | string> {
  if (process.platform !== 'linux') return 'a full disk needs the mount namespaces of Linux';
  const folder = mkdtempSync(join(tmpdir(), 'parley-crash-disk-'));
  const script = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0" && echo mounted && exec cat`;
  let reason = '';
  for (const { unshare, nsenter } of ways) {
    // It keeps the namespace while its stdin is open, so until the end of this process.
    const holder = spawn('unshare', [...unshare, 'sh', '-c', script, folder], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const said = text(holder.stderr).catch(() => '');
    if (await mounted(holder)) return smallDisk(folder, holder, nsenter);
    reason = (await said).trim().split('\n').at(-1) ?? '';
  }
  rmdirSync(folder);
  return `this machine allows no mount for the test: ${reason}`;
}

async function mounted(holder: ChildProcess): Promise<boolean> {
  const ready = holder.stdout ? once(holder.stdout, 'data').then(() => true) : Promise.resolve(false);
  const ended = new Promise<boolean>((resolve) => {
    holder.on('error', () => resolve(false)).on('exit', () => resolve(false));
  });
  return Promise.race([ready, ended]);
}

function smallDisk(folder: string, holder: ChildProcess, nsenter: readonly string[]): SmallDisk {
  // From outside the namespace, the disk is seen under the root of a process in it.
  const filler = join(`/proc/${holder.pid}/root${folder}`, 'filler');
  return {
    folder,
    launcher: ['nsenter', '--target', String(holder.pid), ...nsenter, '--'],
    fill() {
      for (const size of [1_048_576, 4_096, 1]) writeUntilFull(filler, Buffer.alloc(size));
    },
    free: () => rmSync(filler, { force: true }),
    async close() {
      const ended = once(holder, 'exit');
      holder.stdin?.end();
      await ended;
      rmdirSync(folder);
    },
  };
}

function writeUntilFull(path: string, piece: Buffer): void {
  try {
    for (;;) writeFileSync(path, piece, { flag: 'a' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
