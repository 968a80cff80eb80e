import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** On the disk of the project: the folder for temporary files may be in memory. */
export function dataFolder(): string {
  const folder = join(import.meta.dirname, '../../../../.cache/bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}
