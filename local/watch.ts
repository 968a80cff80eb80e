import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';

/** Editors write a file in several steps, so a build starts after a short pause. */
const settleMs = 100;

/** Calls `onChange` after a change of the sources, one call at a time. */
export function watchSources(
  root: string,
  sources: { readonly folders: readonly string[]; readonly files: readonly string[] },
  onChange: () => Promise<void>,
): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  let running = false;
  let again = false;

  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(run, settleMs);
  };
  const watchers: FSWatcher[] = [
    ...sources.folders.map((folder) => watch(join(root, folder), { recursive: true }, changed)),
    // Watch their folder, because an editor may replace a file by a new one.
    watch(root, (_, name) => {
      if (name !== null && sources.files.includes(name)) changed();
    }),
  ];

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
