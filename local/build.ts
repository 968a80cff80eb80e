import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { sourceHash } from './source-hash.ts';

const root = join(import.meta.dirname, '..');
const assemblies = join(root, '.build', 'assemblies');

/** The functions or the stacks cannot be built; the message is what the tools said. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/**
 * What builds leave behind is kept for other contexts, and for runtimes that still run from it: the newest, and all
 * that was used within a day.
 */
const keptAssemblies = 5;
const keptMs = 24 * 60 * 60 * 1000;

/**
 * The folder of the cloud assembly of the sources as they are now, built unless it was before.
 *
 * @throws BuildError
 */
export async function build(context: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(assemblies, sourceHash(root, context));
  if (!existsSync(folder)) await synthesize(folder, context);
  // The time of its last use decides which ones are kept.
  utimesSync(folder, new Date(), new Date());
  prune();
  return folder;
}

async function synthesize(folder: string, context: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'synthesize.ts'), folder, JSON.stringify(context)],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0 && existsSync(folder)) return;
  rmSync(folder, { recursive: true, force: true });
  throw new BuildError(said.trim() || `the build ended with ${code}`);
}

function prune(): void {
  const folders = readdirSync(assemblies, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.new'))
    .map((entry) => join(assemblies, entry.name))
    .map((folder) => ({ folder, usedAt: statSync(folder).mtimeMs }))
    .sort((left, right) => right.usedAt - left.usedAt);
  for (const { folder, usedAt } of folders.slice(keptAssemblies)) {
    if (Date.now() - usedAt > keptMs) rmSync(folder, { recursive: true, force: true });
  }
}
