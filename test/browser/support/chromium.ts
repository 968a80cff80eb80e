import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LaunchOptions } from 'playwright-core';
import manifest from '../../../package.json' with { type: 'json' };

const version = manifest.devDependencies['@sparticuz/chromium'];
const buildFolder = join(import.meta.dirname, '..', '..', '..', '.build');

/** How the tests' browser is started. The package has flags of its own, which switch off the very rules that are tested. */
export async function launchOptions(): Promise<LaunchOptions> {
  return {
    executablePath: process.env.CHROMIUM_PATH || (await unpacked()),
    headless: true,
    // No GPU, and whoever runs this may be root in a container without user namespaces.
    args: [
      '--no-sandbox',
      '--no-zygote',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
    ],
  };
}

/** The browser out of its package: written beside, then renamed, so that runs that race do not see half of it. */
async function unpacked(): Promise<string> {
  const folder = join(buildFolder, `chromium-${version}`);
  const executable = join(folder, 'chromium');
  if (existsSync(executable)) return executable;
  mkdirSync(buildFolder, { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    // It unpacks to the folder for temporary files; this is a process of its own for having another one.
    const unpack = "import('@sparticuz/chromium').then((chromium) => chromium.default.executablePath())";
    await promisify(execFile)(process.execPath, ['--eval', unpack], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: draft },
    });
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(executable)) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return executable;
}
