import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDynoxide, type Machine, NoEngineError } from '../../../local/aws/find-engine.ts';

/** A machine with these npm packages and these executables. */
function machine({
  platform,
  arch,
  packages = [],
  executables = [],
}: {
  platform: string;
  arch: string;
  packages?: readonly string[];
  executables?: readonly string[];
}): Machine {
  return {
    platform,
    arch,
    path: ['/usr/bin', '', '/opt/bin'].join(delimiter),
    folderOf: (name) => (packages.includes(name) ? join('/modules', name) : undefined),
    isExecutable: (file) => executables.includes(file) || file.startsWith(join('/modules', '@')),
  };
}

describe('the engine of the table', () => {
  it.each([
    ['linux', 'x64', 'dynoxide'],
    ['linux', 'arm64', 'dynoxide'],
    ['darwin', 'x64', 'dynoxide'],
    ['darwin', 'arm64', 'dynoxide'],
    ['win32', 'x64', 'dynoxide.exe'],
  ])('comes from the package for %s on %s', (platform, arch, executable) => {
    const name = `@dynoxide/${platform}-${arch}`;
    expect(findDynoxide(machine({ platform, arch, packages: [name] }))).toBe(
      join('/modules', name, executable),
    );
    expect(() => findDynoxide(machine({ platform, arch }))).toThrow(
      `found no DynamoDB engine for ${platform}-${arch}: install its package with "npm ci --include=optional"`,
    );
  });

  it('comes from the PATH without the package', () => {
    const executables = [join('/opt/bin', 'dynoxide')];
    expect(findDynoxide(machine({ platform: 'freebsd', arch: 'x64', executables }))).toBe(executables[0]);
  });

  it('must be started by the developer on a platform without a package', () => {
    const find = () => findDynoxide(machine({ platform: 'freebsd', arch: 'riscv64' }));
    expect(find).toThrow(NoEngineError);
    expect(find).toThrow('start an engine such as DynamoDB Local and name it in DYNAMODB_ENDPOINT');
  });
});
