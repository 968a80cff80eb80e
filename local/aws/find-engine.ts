import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };

/** This machine has no DynamoDB engine for the table. */
export class NoEngineError extends Error {
  override readonly name = 'NoEngineError';
}

/** What the search depends on. Tests pass another machine. */
export interface Machine {
  /** As `process.platform` and `process.arch`. */
  readonly platform: string;
  readonly arch: string;
  /** The `PATH` variable. */
  readonly path: string;
  /** The folder of an installed npm package, or undefined. */
  folderOf(packageName: string): string | undefined;
  isExecutable(file: string): boolean;
}

/**
 * The path of dynoxide: from the npm package for this platform, or from the PATH.
 *
 * @throws NoEngineError with the command that helps on this platform
 */
export function findDynoxide(machine: Machine = thisMachine()): string {
  const { platform, arch, path, folderOf, isExecutable } = machine;
  const executable = platform === 'win32' ? 'dynoxide.exe' : 'dynoxide';
  const packageName = `@dynoxide/${platform}-${arch}`;
  const folders = [folderOf(packageName), ...path.split(delimiter)];
  for (const folder of folders) {
    if (folder && isExecutable(join(folder, executable))) return join(folder, executable);
  }
  const install =
    packageName in manifest.optionalDependencies
      ? `install its package with "npm ci --include=optional"`
      : `there is no package of dynoxide for this platform, so start an engine such as DynamoDB Local and name it in DYNAMODB_ENDPOINT`;
  throw new NoEngineError(`found no DynamoDB engine for ${platform}-${arch}: ${install}`);
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    arch: process.arch,
    path: process.env.PATH ?? '',
    folderOf(packageName) {
      try {
        return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
      } catch {
        return undefined;
      }
    },
    isExecutable(file) {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
  };
}
