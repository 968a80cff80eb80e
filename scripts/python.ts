import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './build.ts';
import { CommandError, run } from './run.ts';

/**
 * A Python virtual environment in `.cache/<name>/python/` with the packages of a requirements file, which must pin all of
 * them: `--no-deps` installs nothing else. It is made once, and again after a change of the file.
 *
 * @returns the folder of the environment
 * @throws CommandError if there is no Python with venv, or no package
 */
export async function pythonEnvironment(
  name: string,
  requirementsFile: string,
  signal: AbortSignal,
): Promise<string> {
  const folder = join(root, '.cache', name, 'python');
  const wanted = readFileSync(requirementsFile, 'utf8');
  const stamp = join(folder, 'installed.txt');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  console.log(`Installing Python packages into .cache/${name}/ …`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const python = process.env.PYTHON || 'python3';
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--no-compile'];
  try {
    await run(python, ['-m', 'venv', folder], { signal });
    await run(join(folder, 'bin', 'pip'), [...pip, '--requirement', requirementsFile], { signal });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(
      `${error.message}\n${python} must be Python 3.10 or later with venv. PYTHON can name another one.`,
    );
  }
  writeFileSync(stamp, wanted);
  return folder;
}
