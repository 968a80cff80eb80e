import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildClient } from '../client/build.ts';

const VERSION = /^(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?$/;

/** The root and its workspaces have one version. */
const PACKAGES = ['.', 'client', 'web', 'local'];

export interface ReleaseOptions {
  readonly root: string;
  readonly version: string;
  /** Checks only. */
  readonly dryRun: boolean;
  /** Packs the client library and returns the path of the tarball. */
  readonly packClient: (root: string) => string;
  readonly log: (line: string) => void;
}

/** The release cannot be made. `problems` says why, one sentence each. */
export class ReleaseError extends Error {
  override readonly name = 'ReleaseError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/**
 * Sets the version everywhere, packs the client, commits and tags. It pushes and publishes nothing.
 * @throws ReleaseError
 */
export function release({ root, version, dryRun, packClient, log }: ReleaseOptions): void {
  const problems = problemsOf(root, version);
  if (problems.length > 0) throw new ReleaseError(problems);
  if (dryRun) {
    log(
      `Would set version ${version} in ${PACKAGES.length} packages, pack the client, commit and tag v${version}.`,
    );
    return;
  }
  try {
    setVersion(root, version);
    log(`Packed ${packClient(root)}.`);
  } catch (error) {
    git(root, 'restore', '.');
    throw error;
  }
  if (git(root, 'status', '--porcelain') !== '') {
    git(root, 'commit', '--quiet', '--all', '--message', `chore: release ${version}`);
  }
  git(root, 'tag', '--annotate', `v${version}`, '--message', `Parley ${version}`);
  log(`Tagged v${version}. Push it with: git push origin main v${version}`);
}

function problemsOf(root: string, version: string): string[] {
  if (!VERSION.test(version)) return [`"${version}" is not a version such as 1.2.3.`];
  const current: string = readJson(join(root, 'package.json')).version;
  const branch = git(root, 'branch', '--show-current');
  return [
    isOlder(version, current) && `${version} is older than the current version, ${current}.`,
    branch !== 'main' && `The branch must be main, not ${branch}.`,
    git(root, 'status', '--porcelain') !== '' && 'The working tree has changes. Commit or stash them.',
    git(root, 'tag', '--list', `v${version}`) !== '' && `The tag v${version} exists already.`,
    !hasEntry(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'), version) &&
      `CHANGELOG.md needs a section "## ${version} - YYYY-MM-DD" with an entry.`,
  ].filter((problem) => problem !== false);
}

function isOlder(version: string, current: string): boolean {
  const [a, b] = [version, current].map((one) => VERSION.exec(one)?.slice(1, 4).map(Number) ?? []);
  const at = [0, 1, 2].find((i) => a?.[i] !== b?.[i]);
  return at !== undefined && Number(a?.[at]) < Number(b?.[at]);
}

function hasEntry(changelog: string, version: string): boolean {
  const sections = changelog.split(/^(?=## )/m);
  const heading = `## ${version} - `;
  return sections.some(
    (section) =>
      section.startsWith(heading) &&
      /^\d{4}-\d\d-\d\d\n/.test(section.slice(heading.length)) &&
      /\w/.test(section.slice(section.indexOf('\n'))),
  );
}

function setVersion(root: string, version: string): void {
  for (const folder of PACKAGES) {
    const path = join(root, folder, 'package.json');
    const manifest = readJson(path);
    writeJson(path, withVersion(manifest, version));
  }
  const path = join(root, 'package-lock.json');
  const lock = readJson(path);
  const packages = { ...lock.packages };
  for (const folder of PACKAGES) {
    const key = folder === '.' ? '' : folder;
    packages[key] = withVersion(packages[key], version);
  }
  writeJson(path, { ...lock, version, packages });
}

interface Manifest {
  version: string;
  dependencies?: Record<string, string>;
}

/** The web app depends on exactly this version of the client. */
function withVersion(manifest: Manifest, version: string): Manifest {
  const { dependencies } = manifest;
  if (dependencies?.['@parley/client'] === undefined) return { ...manifest, version };
  return { ...manifest, version, dependencies: { ...dependencies, '@parley/client': version } };
}

// biome-ignore lint/suspicious/noExplicitAny: manifests have fields that this script does not know.
function readJson(path: string): any {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function writeJson(path: string, value: object): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

function git(root: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();
}

function packClient(root: string): string {
  const folder = buildClient();
  const target = join(root, '.build/release');
  mkdirSync(target, { recursive: true });
  const name = execFileSync('npm', ['pack', '--silent', '--pack-destination', target, folder], {
    encoding: 'utf8',
  });
  return join(target, name.trim());
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean', default: false } },
  });
  const [version = ''] = positionals;
  try {
    const root = join(import.meta.dirname, '..');
    release({ root, version, dryRun: values['dry-run'], packClient, log: console.log });
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
    console.error(error.problems.join('\n'));
    process.exitCode = 1;
  }
}
