/**
 * `npm run mutate`: changes the code of accounts, sessions and tokens in a thousand ways, and looks whether a unit test notices.
 *
 * Stryker brings 177 packages that nothing else here needs. So it has a lock file of its own, and the first run installs it into
 * `.cache/`.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/build.ts';
import { run } from '../../scripts/run.ts';
import { untilSignal } from '../../scripts/until-signal.ts';

const tool = join(import.meta.dirname, 'tool');
const installed = join(root, '.cache', 'mutate');

await untilSignal(async (signal) => {
  if (!isInstalled()) {
    console.log('Installing Stryker into .cache/mutate/ …');
    mkdirSync(installed, { recursive: true });
    for (const file of ['package.json', 'package-lock.json'])
      copyFileSync(join(tool, file), join(installed, file));
    const options = [
      '--prefix',
      installed,
      '--legacy-peer-deps',
      '--ignore-scripts',
      '--no-fund',
      '--no-audit',
    ];
    await run('npm', ['ci', ...options], { signal });
  }
  const settings = join(import.meta.dirname, 'stryker.config.json');
  const stryker = join(installed, 'node_modules', '.bin', 'stryker');
  // More arguments go to Stryker, such as `--mutate functions/auth/tickets.ts`.
  await run(stryker, ['run', settings, ...process.argv.slice(2)], { signal, shows: true });
});

function isInstalled(): boolean {
  const file = 'package-lock.json';
  const isComplete = existsSync(join(installed, 'node_modules', '.package-lock.json'));
  const text = (folder: string) => readFileSync(join(folder, file), 'utf8');
  return isComplete && text(tool) === text(installed);
}
