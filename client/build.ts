// biome-ignore-start lint/style/noRestrictedImports: this builds the library, and is no part of it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

// biome-ignore-end lint/style/noRestrictedImports: see above.

const CLIENT = import.meta.dirname;
const ROOT = join(CLIENT, '..');

/** Makes the package that `npm install <path>` takes: JavaScript, declarations, and what says whose they are. */
export function buildClient(outDir = join(ROOT, '.build/client')): string {
  rmSync(outDir, { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', CLIENT, '--outDir', outDir], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The client does not compile.\n${stdout}`);
  // tsc rewrites the extensions of imports in JavaScript alone; older ones than this know no `.ts` in declarations.
  for (const file of globSync('**/*.d.ts', { cwd: outDir })) {
    const declarations = readFileSync(join(outDir, file), 'utf8');
    writeFileSync(join(outDir, file), declarations.replace(/(from '\.{1,2}\/[\w/-]+)\.ts'/g, "$1.js'"));
  }
  // `publishConfig` says what differs outside this workspace: there the sources are compiled.
  const { publishConfig, ...manifest } = JSON.parse(readFileSync(join(CLIENT, 'package.json'), 'utf8'));
  const published = JSON.stringify({ ...manifest, ...publishConfig }, null, 2);
  writeFileSync(join(outDir, 'package.json'), `${published}\n`);
  copyFileSync(join(CLIENT, 'README.md'), join(outDir, 'README.md'));
  copyFileSync(join(ROOT, 'LICENSE'), join(outDir, 'LICENSE'));
  return outDir;
}

if (import.meta.main) console.log(`@parley/client is in ${buildClient()}`);
