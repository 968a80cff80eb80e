/**
 * `node synthesize.ts <targets>`: builds cloud assemblies. `targets` is a JSON list of a folder and a context each.
 *
 * This is a process of its own, because aws-cdk-lib takes seconds to load and a lot of memory.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

interface Target {
  readonly folder: string;
  readonly context: Readonly<Record<string, string>>;
}

// `npm run synth` and the tests apply cdk-nag's rules. They take longer than everything else here.
process.env.CDK_VALIDATION ??= 'false';

const targets: readonly Target[] = JSON.parse(process.argv[2] ?? '[]');
const parent = dirname(targets[0]?.folder ?? '');
mkdirSync(parent, { recursive: true });

// One build at a time, because all builds write the bundles to the same place.
const turn = new DatabaseSync(join(parent, 'lock'), { timeout: 120_000 });
turn.exec('BEGIN EXCLUSIVE');
try {
  // Another process may have built some while this one waited.
  const missing = targets.filter(({ folder }) => !existsSync(folder));
  if (missing.length > 0) await synthesize(missing);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
turn.close();

async function synthesize(missing: readonly Target[]): Promise<void> {
  const { bundleFunctions } = await import('../lib/bundle.ts');
  bundleFunctions();
  const { buildPages } = await import('../lib/build-pages.ts');
  await buildPages();
  const { createApp } = await import('../lib/app.ts');
  for (const { folder, context } of missing) {
    const draft = `${folder}.new`;
    rmSync(draft, { recursive: true, force: true });
    createApp({ outdir: draft, context, target: 'local' }).synth();
    renameSync(draft, folder);
  }
}

function report(error: unknown): void {
  if (!(error instanceof Error)) process.stderr.write(`${error}\n`);
  // The message names the line of the source.
  else if (error.name === 'PagesError') process.stderr.write(`${error.message}\n`);
  // esbuild has printed its errors already.
  else if (!('errors' in error)) process.stderr.write(`${error.stack}\n`);
}
