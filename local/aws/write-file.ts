import { renameSync, writeFileSync } from 'node:fs';

/** Readable by the owner alone; whoever reads it finds the old content or the new, never a part. */
export function writeFileAtomically(path: string, content: string): void {
  const draft = `${path}.new`;
  writeFileSync(draft, content, { mode: 0o600, flush: true });
  renameSync(draft, path);
}
