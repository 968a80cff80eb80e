import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { sources } from './source-hash.ts';

/** Editors write a file in several steps. */
const settleMs = 100;

/** Calls `onChange` after the project's sources changed, one call at a time. */
export function watchSources(root: string, onChange: () => Promise<void>): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  const watchers: FSWatcher[] = sources.map((source) =>
    watch(join(root, source), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(run, settleMs);
    }),
  );

  async function run(): Promise<void> {
    again = running;
    if (running) return;
    running = true;
    await onChange();
    running = false;
    if (again) await run();
  }

  return {
    close() {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
