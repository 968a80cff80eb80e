/**
 * `npm run test:ric`: runs every function under aws-lambda-ric, AWS's own runtime client. The first run compiles it into `.cache/`,
 * which needs cmake, make and a C++ compiler, and some two minutes. It does not compile on macOS.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/build.ts';
import { run } from '../../scripts/run.ts';
import { untilSignal } from '../../scripts/until-signal.ts';

const client = { name: 'aws-lambda-ric', version: '4.0.2' };
const folder = join(root, '.cache', 'ric');

await untilSignal(async (signal) => {
  if (!isInstalled(join(folder, 'node_modules', client.name))) {
    console.log(`Compiling ${client.name} into .cache/ric/ …`);
    mkdirSync(folder, { recursive: true });
    const manifest = {
      private: true,
      dependencies: { [client.name]: client.version },
      allowScripts: { [client.name]: true },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    await run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund'], { signal });
  }
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
  await run(process.execPath, [vitest, 'run', '--config', 'test/ric/vitest.config.ts'], {
    shows: true,
    signal,
  });
});

function isInstalled(at: string): boolean {
  if (!existsSync(join(at, 'rapid-client.node'))) return false;
  return JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')).version === client.version;
}
