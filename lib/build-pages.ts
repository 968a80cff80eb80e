import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { build } from 'vite';
import { buildFolder, put } from './build-output.ts';

const root = join(import.meta.dirname, '..', 'web');

const target = join(buildFolder, 'web');

/** The sources of the web app have an error. The message says where. */
class PagesError extends Error {
  override readonly name = 'PagesError';
}

/**
 * Builds the web app of `web/` into `.build/web/`: the files that the site serves.
 *
 * @throws PagesError
 */
export async function buildPages(): Promise<void> {
  const draft = join(buildFolder, `web-${process.pid}`);
  try {
    await asInProduction(() =>
      build({
        configFile: join(root, 'vite.config.ts'),
        configLoader: 'native',
        logLevel: 'warn',
        build: { outDir: draft, emptyOutDir: true },
      }),
    );
    publish(draft);
  } catch (error) {
    if (error instanceof Error && 'errors' in error) {
      throw new PagesError(stripVTControlCharacters(error.message));
    }
    throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** If this variable is set, for example in a test runner, Vite builds for development. */
async function asInProduction(run: () => Promise<unknown>): Promise<void> {
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = 'production';
  try {
    await run();
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = NODE_ENV;
  }
}

/**
 * Writes a page only after all files that it names, and deletes unused files last: another process may be reading.
 */
function publish(draft: string): void {
  const built = filesIn(draft);
  const isPage = (file: string) => file.endsWith('.html');
  for (const file of [...built.filter((file) => !isPage(file)), ...built.filter(isPage)]) {
    put(join(target, file), readFileSync(join(draft, file)));
  }
  for (const file of filesIn(target)) {
    if (!built.includes(file)) rmSync(join(target, file));
  }
}

function filesIn(folder: string): string[] {
  const entries = globSync('**', { cwd: folder, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
