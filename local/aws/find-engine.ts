import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';

/** This machine has no DynamoDB engine for the table. */
export class NoEngineError extends Error {
  override readonly name = 'NoEngineError';
}

/**
 * The path of dynoxide: from the npm package for this platform, or from the PATH.
 *
 * @throws NoEngineError
 */
export function findDynoxide(): string {
  const executable = process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const folders = [packageFolder(), ...(process.env.PATH ?? '').split(delimiter)];
  for (const folder of folders) {
    if (folder !== undefined && folder !== '' && isExecutable(join(folder, executable))) {
      return join(folder, executable);
    }
  }
  throw new NoEngineError(
    `found no DynamoDB engine for ${process.platform}-${process.arch}: install one with "npm install --no-save dynoxide", ` +
      'put a dynoxide on the PATH, or name an endpoint in DYNAMODB_ENDPOINT',
  );
}

function packageFolder(): string | undefined {
  try {
    const { resolve } = createRequire(import.meta.url);
    return dirname(resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`));
  } catch {
    return undefined;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
