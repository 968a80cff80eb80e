import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another runtime uses the folder. */
export class StateInUseError extends Error {
  override readonly name = 'StateInUseError';

  constructor(folder: string) {
    super(
      `another runtime uses the data in ${relative('', folder) || folder}: stop it, or run with --memory`,
    );
  }
}

/**
 * Locks the folder of local state for this process.
 *
 * The lock is SQLite's lock on a file. The operating system releases it at any end of the process.
 *
 * @returns a function that releases the lock
 * @throws StateInUseError
 */
export function holdStateFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, 'lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch {
    lock.close();
    throw new StateInUseError(folder);
  }
  return () => lock.close();
}

/** Writes a file that only the owner can read. A reader sees either the old or the new content, never a part of it. */
export function writeFileAtomically(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, path);
}
