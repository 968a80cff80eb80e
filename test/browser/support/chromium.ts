import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LaunchOptions } from 'playwright-core';
import manifest from '../../../package.json' with { type: 'json' };

const version = manifest.devDependencies['@sparticuz/chromium'];
const buildFolder = join(import.meta.dirname, '..', '..', '..', '.build');

/** Where browsers install themselves, by platform. */
const installed: Readonly<Record<string, readonly string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  linux: [
    '/opt/google/chrome/chrome',
    '/opt/microsoft/msedge/msedge',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
  ],
};

/**
 * The browser on this machine: CHROMIUM_PATH, or the npm package's where it runs (Linux on x64), or an installed Chrome, Edge
 * or Chromium.
 *
 * @returns `packaged` for the npm package's, otherwise the path of the executable
 */
export function browserOf(
  { platform, arch, env }: Pick<NodeJS.Process, 'platform' | 'arch' | 'env'>,
  exists: (path: string) => boolean,
): string {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH;
  if (platform === 'linux' && arch === 'x64') return 'packaged';
  const found = installed[platform]?.find(exists);
  if (found) return found;
  throw new Error(
    `found no browser for ${platform}-${arch}: install Chrome, Edge or Chromium, or name its executable in CHROMIUM_PATH`,
  );
}

/** The options of the tests' browser. The package's own flags would switch off rules that are tested. */
export async function launchOptions(): Promise<LaunchOptions> {
  const browser = browserOf(process, existsSync);
  return {
    executablePath: browser === 'packaged' ? await unpacked() : browser,
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
