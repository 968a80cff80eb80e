import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LaunchOptions } from 'playwright-core';
import manifest from '../../../package.json' with { type: 'json' };

const version = manifest.devDependencies['@sparticuz/chromium'];
const buildFolder = join(import.meta.dirname, '..', '..', '..', '.build');

/** The options of the tests' browser. The package's own flags would switch off rules that are tested. */
export async function launchOptions(): Promise<LaunchOptions> {
  return {
    executablePath: process.env.CHROMIUM_PATH || (await unpacked()),
    headless: true,
    // There may be no GPU, and the tests may run as root in a container without user namespaces.
    args: [
      '--no-sandbox',
      '--no-zygote',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--font-render-hinting=none',
    ],
  };
}

/** Unpacks the browser beside its target and renames it, so that parallel runs never see half of it. */
async function unpacked(): Promise<string> {
  const folder = join(buildFolder, `chromium-${version}`);
  const executable = join(folder, 'chromium');
  if (existsSync(executable)) return executable;
  mkdirSync(buildFolder, { recursive: true });
  const draft = mkdtempSync(`${folder}.`);
  try {
    // The package unpacks to the temporary folder. A separate process can have another one.
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
