import { spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { hashFiles } from '../lib/hash-files.ts';
import { issuersText } from '../lib/issuers.ts';

type Context = Readonly<Record<string, string>>;

export const root = join(import.meta.dirname, '..');
const assemblies = join(root, '.build', 'assemblies');

/** The templates, bundles and pages are made of these. */
export const sources = {
  folders: ['functions', 'lib', 'web', 'client'],
  files: ['openapi.yaml', 'cdk.json'],
} as const;

const inputs = [
  ...sources.folders.map((folder) => `${folder}/**`),
  ...sources.files,
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/synthesize.ts'],
];

/** The sources cannot be built. The message is the output of the tools. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

/**
 * Builds the cloud assembly of the sources, unless an earlier build of the same sources and settings is there.
 *
 * @returns its folder
 * @throws BuildError
 */
export async function build(context: Context): Promise<string> {
  const [folder] = await buildAll([context]);
  return folder as string;
}

/** Builds one assembly for each context. One process builds all of them: to load aws-cdk-lib takes most of the time. */
export async function buildAll(contexts: readonly Context[]): Promise<readonly string[]> {
  const targets = contexts.map(withContents).map((context) => ({
    folder: join(assemblies, hashFiles(root, inputs, JSON.stringify([process.version, context]))),
    context,
  }));
  const missing = targets.filter(({ folder }) => !existsSync(folder));
  if (missing.length > 0) await synthesize(missing);
  // The time of the last use decides which assemblies are kept.
  for (const { folder } of targets) utimesSync(folder, new Date(), new Date());
  prune();
  return targets.map(({ folder }) => folder);
}

/** A setting that names a file stands for its contents: an assembly of former contents is another one. */
function withContents({ issuers, ...context }: Context): Context {
  return issuers === undefined ? context : { ...context, issuers: issuersText(issuers) };
}

async function synthesize(targets: readonly { folder: string; context: Context }[]): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'synthesize.ts'), JSON.stringify(targets)],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (code === 0 && targets.every(({ folder }) => existsSync(folder))) return;
  throw new BuildError(output.trim() || `the build ended with ${code}`);
}

/** Other contexts need old assemblies, and runtimes that still run from them. */
const keptAssemblies = 5;
const keptMs = 24 * 60 * 60 * 1000;

/** Removes all but the newest assemblies and those that were used within a day. */
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
