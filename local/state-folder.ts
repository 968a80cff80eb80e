import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another runtime holds the data. */
export class StateInUseError extends Error {
  override readonly name = 'StateInUseError';

  constructor(folder: string) {
    super(
      `another runtime is using the data in ${relative('', folder) || folder}: stop it, or run with --memory`,
    );
  }
}

/**
 * Takes a folder of local state for this process alone.
 *
 * The lock is one on a file, as SQLite takes it: the operating system lets go of it when the process ends, however it ends.
 *
 * @returns what gives it back
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
