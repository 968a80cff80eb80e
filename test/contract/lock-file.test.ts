import { describe, expect, it } from 'vitest';
import lock from '../../package-lock.json' with { type: 'json' };

interface Entry {
  readonly version?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const packages = Object.entries(lock.packages as Readonly<Record<string, Entry>>);
const paths = new Set(packages.map(([path]) => path));

/** Where Node looks for a dependency of the package at `path`, nearest first. */
function placesOf(path: string, name: string): string[] {
  const above = path
    .split('/node_modules/')
    .map((_, index, parts) => parts.slice(0, index + 1).join('/node_modules/'));
  return [...above.reverse().map((folder) => `${folder}/node_modules/${name}`), `node_modules/${name}`];
}

describe('the lock file', () => {
  // npm writes only the optional packages of the machine that made the lock file if that machine could not see the others.
  it('has every optional package of every platform', () => {
    const missing = packages.flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !placesOf(path, name).some((place) => paths.has(place)))
        .map((name) => `${name} of ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it.each([
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['linux', 'arm64'],
    ['linux', 'x64'],
  ])('has the native parts of all tools for %s on %s', (os, cpu) => {
    const fits = ({ os: systems, cpu: processors }: Entry) =>
      systems?.includes(os) && processors?.includes(cpu);
    const families = new Map<string, boolean>();
    for (const [path, entry] of packages) {
      if (!entry.optional || !entry.os || !entry.cpu) continue;
      const family = path.replace(
        /[-/](aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32|wasm).*$/,
        '',
      );
      families.set(family, families.get(family) || fits(entry) === true);
    }
    expect([...families.keys()]).toEqual(
      expect.arrayContaining([
        'node_modules/@dynoxide',
        'node_modules/@esbuild',
        'node_modules/@biomejs/cli',
      ]),
    );
    expect([...families].filter(([, found]) => !found).map(([family]) => family)).toEqual([]);
  });

  it('names no registry, so that each machine uses its own', () => {
    expect(packages.filter(([, { resolved, link }]) => resolved && !link)).toEqual([]);
  });
});
