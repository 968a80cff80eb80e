/**
 * `node synthesize.ts <folder for the cloud assembly> <context as JSON>`, a process of its own: aws-cdk-lib takes seconds to load
 * and a lot of memory, and the runtime needs neither after this.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

// The rules for templates are for whoever deploys or changes them: `npm run synth` and the tests apply them. They take longer than all the rest.
process.env.CDK_VALIDATION ??= 'false';

const [target = '', context = '{}'] = process.argv.slice(2);
mkdirSync(dirname(target), { recursive: true });

// One at a time: the bundles have one place for everybody. Whoever waited may find the work done.
const turn = new DatabaseSync(join(dirname(target), 'lock'), { timeout: 120_000 });
turn.exec('BEGIN EXCLUSIVE');
try {
  if (!existsSync(target)) await synthesize();
} catch (error) {
  tell(error);
  process.exitCode = 1;
}
turn.close();

async function synthesize(): Promise<void> {
  const { bundleFunctions } = await import('../lib/bundle.ts');
  bundleFunctions();
  const { buildPages } = await import('../lib/build-pages.ts');
  await buildPages();
  const { createApp } = await import('../lib/app.ts');
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  createApp({ outdir: draft, context: JSON.parse(context) }).synth();
  renameSync(draft, target);
}

function tell(error: unknown): void {
  if (!(error instanceof Error)) process.stderr.write(`${error}\n`);
  // What is wrong in a source comes with its line there.
  else if (error.name === 'PagesError') process.stderr.write(`${error.message}\n`);
  // What esbuild found it has told already.
  else if (!('errors' in error)) process.stderr.write(`${error.stack}\n`);
}
