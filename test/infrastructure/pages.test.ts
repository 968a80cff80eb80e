import { cpSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildPages } from '../../lib/build-pages.ts';
import { markedPages } from '../../lib/marked-pages.ts';
import { inFolder } from './support/synthesize.ts';

const folder = '.build/web';
const files = () => globSync('**/*.*', { cwd: folder });
const contentOf = (file: string) => readFileSync(join(folder, file), 'utf8');
const lastChanges = () => files().map((file) => [file, statSync(join(folder, file)).mtimeMs]);

describe('the pages of the web app', () => {
  beforeAll(buildPages);

  it('are one page with a script, a style sheet, an icon and a manifest', () => {
    const names = files().map((file) => file.replace(/-[\w-]{8}(?=\.)/, '-<hash>'));
    expect(names.toSorted()).toEqual([
      'assets/index-<hash>.css',
      'assets/index-<hash>.js',
      'icon.svg',
      'index.html',
      'site.webmanifest',
    ]);
  });

  it.each([
    ['that there are no passwords', { signUp: false, mailFrom: undefined }, 'data-sign-up="off"'],
    ['that there is mail', { signUp: true, mailFrom: 'a@b.example' }, 'data-mail="on"'],
  ])('say %s in a copy, which differs in nothing else', (_, settings, mark) => {
    inFolder((place) => {
      const original = join(place, 'web');
      cpSync(folder, original, { recursive: true });
      for (const copy of [markedPages(original, settings), markedPages(original, settings)]) {
        const changed = files().filter((file) => contentOf(file) !== readFileSync(join(copy, file), 'utf8'));
        expect(changed).toEqual(['index.html']);
        const page = readFileSync(join(copy, 'index.html'), 'utf8');
        expect(page).toContain(mark);
        expect(page.replace(` ${mark}`, '')).toBe(contentOf('index.html'));
        expect(globSync('**/*.*', { cwd: copy }).toSorted()).toEqual(files().toSorted());
      }
    });
  });

  // 60 KiB until there were groups, 64 until these had invitations and each conversation its settings, and 70 until members were mentioned.
  it('are less than 72 KiB in all when compressed', () => {
    const bytes = files().map((file) => gzipSync(contentOf(file), { level: 9 }).byteLength);
    expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(72 * 1024);
  });

  it('name no other host, so they load nothing from elsewhere and reveal no reader', () => {
    // The namespaces of markup languages. A browser creates elements with them and never requests them.
    const namespaces = [
      'http://www.w3.org/1998/Math/MathML',
      'http://www.w3.org/1999/xhtml',
      'http://www.w3.org/2000/svg',
    ];
    const named = files().flatMap(
      (file) => contentOf(file).match(/(https?|wss?):\/\/[\w.-]+[^\s"'`)<>]*/g) ?? [],
    );
    expect(named.filter((url) => !namespaces.includes(url))).toEqual([]);
    const protocolRelative = files().flatMap((file) =>
      contentOf(file).match(/(src|href|url)[=(]["']?\/\/\S*/g),
    );
    expect(protocolRelative.filter((match) => match !== null)).toEqual([]);
  });

  it('publish no source map', () => {
    expect(files().filter((file) => file.endsWith('.map'))).toEqual([]);
    expect(files().filter((file) => contentOf(file).includes('sourceMappingURL'))).toEqual([]);
  });

  it('have no inline script, style or handler, because their CSP forbids them', () => {
    const page = contentOf('index.html');
    expect(page.match(/<script\b[^>]*>/g)?.filter((tag) => !tag.includes(' src='))).toEqual([]);
    expect(page).not.toMatch(/<style\b|\sstyle=|\son\w+=|javascript:/i);
  });

  it('create no markup from text, because their CSP forbids it', () => {
    const sources = globSync('web/**/*.{ts,tsx}').map((file) => readFileSync(file, 'utf8'));
    const sinks = /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc/;
    expect(sources.filter((source) => sinks.test(source))).toEqual([]);
  });

  it('are not rewritten when nothing has changed, so that their readers are not disturbed', async () => {
    const before = lastChanges();
    await buildPages();
    expect(lastChanges()).toEqual(before);
  });
});
