import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { codesIn, PAGES, type Page, ROOT, rowsBelow } from './markdown.ts';

const readme = PAGES.find(({ path }) => path === 'README.md') as Page;
const scripts = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts);

/** The anchors that GitHub makes of headings. */
function anchorsOf({ text }: Page): string[] {
  return [...text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

const links = PAGES.flatMap((page) =>
  [...page.text.matchAll(/(?:\]\(|src(?:set)?=")([^)\s"]+)[)"]/g)]
    .map(([, target]) => target as string)
    .filter((target) => !target.startsWith('https://'))
    .map((target) => ({ page, from: page.path, target })),
);

describe('every link, and every picture, leads somewhere', () => {
  it.each(links)('$from: $target', ({ page, target }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : normalize(join(dirname(page.path), file));
    expect(existsSync(join(ROOT, path))).toBe(true);
    if (anchor === undefined) return;
    expect(anchorsOf(PAGES.find((one) => one.path === path) as Page)).toContain(anchor);
  });
});

describe('every page', () => {
  it('is reached from the README', () => {
    const linked = links.filter(({ page }) => page === readme).map(({ target }) => target.split('#')[0]);
    expect(linked).toEqual(expect.arrayContaining(globSync('docs/*.md', { cwd: ROOT })));
  });

  it.each(PAGES)('$path names npm scripts that there are', ({ text }) => {
    const named = [...text.matchAll(/npm (?:run ([\w:]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short,
    );
    expect(scripts).toEqual(expect.arrayContaining(named));
  });

  it.each(PAGES)('$path names files and folders that there are', ({ text }) => {
    const prose = text.replace(/^```.*?^```$/gms, '');
    const named = codesIn(prose).filter((code) =>
      /^(?:bin|docs|functions|lib|local|test|web)\/[\w./-]*$|^[\w-]+\.(?:json|yaml|ts)$/.test(code),
    );
    expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('the tree', () => {
  it('names every folder of sources and tests', () => {
    const named = rowsBelow(readme, 'Where things are').flatMap(({ path }) => codesIn(path));
    const folders = ['bin/', 'docs/', 'lib/', 'local/', 'web/', 'functions/*/', 'test/*/'].flatMap(
      (pattern) => globSync(pattern.slice(0, -1), { cwd: ROOT }),
    );
    expect(folders.filter((folder) => !named.some((path) => path.startsWith(folder)))).toEqual([]);
  });
});
