import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ReleaseError, release } from '../../../scripts/release.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'parley-release-'));
  const dependencies = { '@parley/client': '0.1.0', preact: '^11.0.0' };
  write('package.json', json({ name: 'parley', version: '0.1.0', private: true }));
  for (const name of ['client', 'local']) write(`${name}/package.json`, json({ name, version: '0.1.0' }));
  write('web/package.json', json({ name: 'web', version: '0.1.0', dependencies }));
  const workspaces = { '': {}, client: {}, web: { dependencies }, local: {} };
  const packages = Object.entries(workspaces).map(([path, more]) => [path, { version: '0.1.0', ...more }]);
  const installed = ['node_modules/preact', { version: '11.2.0' }];
  const lock = { version: '0.1.0', packages: Object.fromEntries([...packages, installed]) };
  write('package-lock.json', json(lock));
  write('CHANGELOG.md', '# Changelog\n\n## Unreleased\n\n## 0.2.0 - 2026-11-29\n\n- A first entry.\n');
  git('init', '--quiet', '--initial-branch', 'main');
  git('config', 'user.name', 'Ada');
  git('config', 'user.email', 'ada@example.com');
  commit();
});

afterEach(() => rmSync(root, { recursive: true }));

describe('a release', () => {
  it('sets the version of all packages, commits, tags, and packs the client', () => {
    const lines = run('0.2.0');

    for (const path of ['package.json', 'client/package.json', 'local/package.json', 'web/package.json']) {
      expect(read(path).version).toBe('0.2.0');
    }
    expect(read('web/package.json').dependencies).toEqual({ '@parley/client': '0.2.0', preact: '^11.0.0' });
    expect(read('package-lock.json')).toEqual({
      version: '0.2.0',
      packages: {
        '': { version: '0.2.0' },
        client: { version: '0.2.0' },
        web: { version: '0.2.0', dependencies: { '@parley/client': '0.2.0', preact: '^11.0.0' } },
        local: { version: '0.2.0' },
        'node_modules/preact': { version: '11.2.0' },
      },
    });
    expect(git('log', '-1', '--format=%s')).toBe('chore: release 0.2.0');
    expect(git('tag', '--points-at', 'HEAD')).toBe('v0.2.0');
    expect(git('status', '--porcelain')).toBe('');
    expect(lines).toEqual([
      'Packed parley-client-0.2.0.tgz.',
      'Tagged v0.2.0. Push it with: git push origin main v0.2.0',
    ]);
  });

  it('tags the version that the packages have already, without a commit', () => {
    write('CHANGELOG.md', '## 0.1.0 - 2026-11-29\n\n- The first version.\n');
    commit();
    const before = git('rev-parse', 'HEAD');
    run('0.1.0');
    expect(git('rev-parse', 'v0.1.0^{commit}')).toBe(before);
  });

  it('changes nothing in a dry run', () => {
    const before = git('rev-parse', 'HEAD');
    expect(run('0.2.0', { dryRun: true })).toEqual([
      'Would set version 0.2.0 in 4 packages, pack the client, commit and tag v0.2.0.',
    ]);
    expect([git('rev-parse', 'HEAD'), git('tag'), git('status', '--porcelain')]).toEqual([before, '', '']);
  });

  it('restores the files when the client cannot be packed', () => {
    const packClient = () => {
      throw new Error('no space left');
    };
    expect(() => run('0.2.0', { packClient })).toThrow('no space left');
    expect([git('tag'), git('status', '--porcelain')]).toEqual(['', '']);
  });
});

describe('a release is refused', () => {
  it.each([
    ['next', '"next" is not a version such as 1.2.3.'],
    ['0.0.9', '0.0.9 is older than the current version, 0.1.0.'],
    ['0.3.0', 'CHANGELOG.md needs a section "## 0.3.0 - YYYY-MM-DD" with an entry.'],
  ])('for version %s', (version, problem) => {
    expect(problemsOf(version)).toContain(problem);
  });

  it('for a section of the changelog without an entry', () => {
    write('CHANGELOG.md', '## 0.2.0 - 2026-11-29\n\n## 0.1.0 - 2026-11-28\n\n- The first version.\n');
    commit();
    expect(problemsOf('0.2.0')).toEqual([
      'CHANGELOG.md needs a section "## 0.2.0 - YYYY-MM-DD" with an entry.',
    ]);
  });

  it('for changes in the working tree', () => {
    write('README.md', 'new');
    expect(problemsOf('0.2.0')).toEqual(['The working tree has changes. Commit or stash them.']);
  });

  it('for another branch', () => {
    git('switch', '--quiet', '--create', 'feature');
    expect(problemsOf('0.2.0')).toEqual(['The branch must be main, not feature.']);
  });

  it('for a tag that exists', () => {
    git('tag', 'v0.2.0');
    expect(problemsOf('0.2.0')).toEqual(['The tag v0.2.0 exists already.']);
  });
});

function run(version: string, { dryRun = false, packClient = () => `parley-client-${version}.tgz` } = {}) {
  const lines: string[] = [];
  release({ root, version, dryRun, packClient, log: (line) => lines.push(line) });
  return lines;
}

function problemsOf(version: string): readonly string[] {
  try {
    run(version);
  } catch (error) {
    if (error instanceof ReleaseError) return error.problems;
    throw error;
  }
  throw new Error(`Version ${version} was released.`);
}

function write(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

function read(path: string) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function commit(): void {
  git('add', '--all');
  git('commit', '--quiet', '--message', 'test: a start');
}

function git(...args: readonly string[]): string {
  // A hook or a signature of the user's own configuration must not decide about a test.
  const alone = ['-c', 'commit.gpgsign=false', '-c', 'tag.gpgsign=false', '-c', 'core.hooksPath=/dev/null'];
  return execFileSync('git', ['-C', root, ...alone, ...args], { encoding: 'utf8' }).trim();
}
