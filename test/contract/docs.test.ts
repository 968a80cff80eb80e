import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsOf, codesIn, PAGES, pageAt, proseOf, ROOT, relativeLinksOf, rowsBelow } from './markdown.ts';

const contributing = pageAt('CONTRIBUTING.md');
const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);

describe('every relative link and picture', () => {
  const links = PAGES.flatMap((page) => relativeLinksOf(page).map((target) => ({ from: page.path, target })));

  it.each(links)('$from links to $target, which exists', ({ from, target }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? from : normalize(join(dirname(from), file));
    expect(existsSync(join(ROOT, path))).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(pageAt(path))).toContain(anchor);
  });
});

describe('README.md', () => {
  it('has at most 12 KB', () => {
    expect(Buffer.byteLength(pageAt('README.md').text)).toBeLessThanOrEqual(12_000);
  });

  it('links the index of the docs, the contracts, and the pages for contributors', () => {
    expect(relativeLinksOf(pageAt('README.md'))).toEqual(
      expect.arrayContaining([
        'docs/README.md',
        'openapi.yaml',
        'asyncapi.yaml',
        'client/README.md',
        'web/README.md',
        'local/README.md',
        'CONTRIBUTING.md',
        'CHANGELOG.md',
        'LICENSE',
      ]),
    );
  });
});

describe.each(['docs', 'docs/decisions'])('the index of %s', (folder) => {
  it('links every page of the folder', () => {
    const linked = relativeLinksOf(pageAt(`${folder}/README.md`)).map((target) => join(folder, target));
    const pages = globSync(`${folder}/*.md`, { cwd: ROOT }).filter((path) => !path.endsWith('/README.md'));
    expect(linked).toEqual(expect.arrayContaining(pages));
  });
});

describe('a decision', () => {
  const decisions = PAGES.filter(({ path }) => /^docs\/decisions\/\d/.test(path));

  it.each(decisions)('$path has its number, its parts, and at most 40 lines', ({ path, text }) => {
    const number = /(\d{4})-[a-z0-9-]+\.md$/.exec(path)?.[1];
    expect(text).toMatch(new RegExp(`^# ${number}\\. `));
    expect(text).toMatch(/^Status: (accepted|replaced by \d{4})$/m);
    for (const part of ['Context', 'Decision', 'Consequences']) expect(text).toContain(`\n## ${part}\n`);
    expect(text.split('\n').length).toBeLessThanOrEqual(40);
  });

  it('has a number that no other one has', () => {
    const numbers = decisions.map(({ path }) => /\d{4}/.exec(path)?.[0]);
    expect(numbers).toEqual(numbers.map((_, i) => String(i + 1).padStart(4, '0')));
  });
});

describe('every page', () => {
  it.each(PAGES)('$path names npm scripts that exist', ({ text }) => {
    const named = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(scripts).toEqual(expect.arrayContaining(named));
  });

  it.each(PAGES)('$path names files and folders that exist', (page) => {
    const named = codesIn(proseOf(page)).filter((code) =>
      /^(?:\.github|bin|client|docs|functions|lib|local|scripts|test|web)\/[\w./-]*$|^[\w-]+\.(?:json|yaml|ts)$/.test(
        code,
      ),
    );
    const missing = named.filter((path) => ![ROOT, join(ROOT, dirname(page.path))].some(holds(path)));
    expect(missing).toEqual([]);
  });
});

describe('the tour in CONTRIBUTING.md', () => {
  it('names every folder of sources and tests', () => {
    const named = rowsBelow(contributing, 'The tour of the tree').flatMap(({ path }) => codesIn(path));
    const folders = [
      'bin',
      'client',
      'docs',
      'lib',
      'local',
      'scripts',
      'web',
      'functions/*',
      'test/*',
    ].flatMap((pattern) =>
      globSync(pattern, { cwd: ROOT, withFileTypes: true }).filter((entry) => entry.isDirectory()),
    );
    const paths = folders.map(({ parentPath, name }) => `${relative(ROOT, join(parentPath, name))}/`);
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((folder) => !named.some((path) => path.startsWith(folder)))).toEqual([]);
  });

  it('names every folder of tests where it explains them', () => {
    const named = rowsBelow(contributing, 'Tests').flatMap(({ folder }) => codesIn(folder));
    const folders = globSync('test/*/', { cwd: ROOT }).map(
      (path) => `${normalize(path).replace(/\/$/, '')}/`,
    );
    expect([...named].sort()).toEqual(folders.sort());
  });

  it('answers each task with one file, which exists', () => {
    const rows = rowsBelow(contributing, 'Where would I change …');
    expect(rows.length).toBeGreaterThanOrEqual(20);
    const files = rows.map(({ file }) => codesIn(file));
    expect(files.filter((one) => one.length !== 1)).toEqual([]);
    expect(files.flat().filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    expect(new Set(files.flat()).size).toBe(files.length);
  });
});

/** Paths in a page are relative to the project, or to the page's own folder. */
function holds(path: string): (folder: string) => boolean {
  return (folder) => existsSync(join(folder, path));
}
