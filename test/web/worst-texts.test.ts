import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OTHERS, READERS } from './text-readers.ts';

const root = join(import.meta.dirname, '../..');

/** The longest allowed message. */
const LENGTH = 4_000;
/** The limit for one function and one text. Linear work takes less than a tenth of it. */
const MOST_MS = 20;

const filled = (unit: string, before = '', after = '') =>
  before + unit.repeat(Math.floor((LENGTH - before.length - after.length) / unit.length)) + after;

const WORST: Readonly<Record<string, string>> = {
  'dots, then brackets': `http://a${'.'.repeat(2_000)}a${')'.repeat(1_980)}`,
  'dots that end in a letter': filled('.', 'http://a/', 'a'),
  'dots and commas that end in a letter': filled('.,', 'http://a/', 'a'),
  'dots alone': filled('.'),
  'labels of a host': filled('a.', 'http://'),
  'hyphens of a host': filled('-', 'http://a', '/'),
  'digits of a host': filled('1', 'http://'),
  'colons of a host': filled(':', 'http://['),
  'opening brackets': filled('(', 'http://a/'),
  'opening brackets of all kinds': filled('([{', 'http://a/'),
  'closing brackets': filled(')', 'http://a/'),
  'brackets in brackets': `http://a/${'('.repeat(1_990)}${')'.repeat(1_990)}`,
  'brackets that cross': filled('(]', 'http://a/'),
  'links in brackets': filled('http://a.b/('),
  'links after brackets': filled('http://a.b)'),
  'links after commas': filled('http://a,'),
  'links in links': filled('http://a/'),
  'links with spaces': filled('http://a.b '),
  'links with another host': filled('http://a@'),
  'beginnings of links': filled('http://'),
  'beginnings that go no further': filled('http:/'),
  'words after a host': filled('見', 'https://example.com'),
  'words and dots after a host': filled('見.', 'https://example.com'),
  'escapes of a host': filled('%41', 'http://'),
  'at signs': filled('@', 'http://a'),
  'at signs alone': filled('@'),
  'an email': filled('a', '', '@'),
  'an email of dots': filled('a.', '', '@b.c'),
  'an email of hyphens': filled("a+'-", '', '@-'),
  'a host of an email': filled('a-.', 'a@'),
  slashes: filled('/'),
  backslashes: filled('\\', 'http://a/'),
  'emphasis around a link': `${'*'.repeat(1_990)}http://a/${'*'.repeat(1_990)}`,
  'emphasis that ends in a letter': filled('*_~', '*http://a/', 'a'),
  quotes: filled('"'),
  apostrophes: filled("'", 'http://a/', 'a'),
  spaces: filled(' ', 'a', 'a'),
  'spaces before a token': filled(' ', 'bearer', 'x y'),
  'a token, then spaces': `bearer ${'x'.repeat(2_000)}${' '.repeat(1_990)}y`,
  commas: filled(', '),
  'line ends': filled('\n', '', 'a'),
  markup: filled('<b>'),
  'markup that is not closed': filled('<b title="'),
  'markup in markup': filled('<!--<![CDATA['),
  entities: filled('&amp;'),
  'combining marks': filled('\u0338', 'http://a/e'),
  'combining marks on each letter': filled('a\u0301\u0323'),
  flags: filled('🇦🇶'),
  'half a flag': filled('🇦', '🇶'),
  families: filled('👩‍👩‍👧‍👦'),
  'families in a link': filled('👩‍👩‍👧‍👦', 'http://a/'),
  joiners: filled('\u200d', 'http://a/'),
  skins: filled('👍🏽'),
  'right-to-left marks': filled('\u200f'),
  overrides: filled('\u202e', 'http://a/'),
  isolates: filled('\u2067', 'http://a/'),
  'isolates and links': filled('\u2067http://a.b\u2069'),
  Hebrew: filled('שלום ', 'http://a/'),
  'halves of pairs': filled('\ud83d'),
  'letters that grow in capitals': filled('ŉßŐΐ'),
  'letters that are many in another form': filled('\ufdfa'),
  'zero-width spaces': filled('\u200b', 'http://a'),
  NULs: filled('\0'),
  digits: filled('9'),
  'nested arrays': filled('['),
  'nested objects': filled('{"a":'),
  'nested arrays that end': `${'['.repeat(2_000)}${']'.repeat(2_000)}`,
  'keys of an object': `{${Array.from({ length: 400 }, (_, i) => `"k${i}":0`).join(',')}}`,
  'parts of a path': filled('/with/', '#'),
  'escapes of a path': filled('%E0%A4', '#/with/'),
  'sockets of a path': filled('a.~-', '/ws/chat/', '/!'),
};

/** The CPU time of this thread, without other work of this machine. The first run is a warm-up. */
function msOf(read: (text: string) => unknown, text: string): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 4; run += 1) {
    const start = process.threadCpuUsage();
    try {
      read(text);
    } catch {
      // A refusal takes time too.
    }
    const { user, system } = process.threadCpuUsage(start);
    if (run > 0) best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

const readers = Object.entries(READERS).flatMap(([file, functions]) =>
  Object.entries(functions).map(([name, read]) => ({ file, name, read })),
);

/** The code that texts get to before the table, and after it. The table holds only what the protocol has let in. */
const CODE = [
  'client/**/*.ts',
  'functions/{auth,core,http,middleware,protocol,websocket}/**/*.ts',
  'lib/edge/*.js',
  'web/**/*.{ts,tsx}',
];
/** They run when something is built. */
const BUILDS = ['client/build.ts', 'web/vite.config.ts'];

/**
 * Code that looks into a text: regular expressions and schemas, and functions that take a text apart. Those that
 * only find or change a fixed part of it take linear time.
 */
const LOOKS_INTO_TEXT =
  /(?:[=(,:?[]|return|=>|&&|\|\|)\s*\/(?![/*\s>])[^\n]*\/[dgimsuvy]*(?:[.,;)]|$)|RegExp\(|\bz\.\w+\(|\.(?:split|normalize|matchAll)\(|JSON\.parse|decodeURI|Segmenter|domainToASCII|new URL\(/m;

/** Functions and schemas that a file exports. */
const EXPORTED =
  /^(?:export (?:async )?function\*? (\w+)|export const (\w+)(?:: [^=]+)? =\s*(?:async )?(?:\(|\w+ =>|z\.|z\s|characters\()|function (handler)\()/gm;

/** Each function that may look into a text, as `file name`. */
function lookingIntoText(): readonly string[] {
  return globSync(CODE, { cwd: root, exclude: [...BUILDS, '**/node_modules/**'] }).flatMap((file) => {
    const source = readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    if (!LOOKS_INTO_TEXT.test(source)) return [];
    const names = [...source.matchAll(EXPORTED)].map(([, ...found]) => found.find((name) => name));
    // A file without such an export, such as one with a handler, is named whole.
    return names.length === 0 ? file : names.map((name) => `${file} ${name}`);
  });
}

describe('the worst texts of 4,000 characters', () => {
  it.each(readers)('take linear time in $name of $file', ({ read }) => {
    const slow = Object.entries(WORST).flatMap(([name, text]) => {
      const ms = msOf(read, text);
      return ms < MOST_MS ? [] : `${name}: ${ms.toFixed(0)} ms`;
    });
    expect(slow).toEqual([]);
  });

  it('would take too long in a function that backtracks, so the measurement works', () => {
    expect(msOf((text) => /\.*\.*!/.test(text), '.'.repeat(600))).toBeGreaterThan(MOST_MS);
  });

  it('are tried on every function that looks into a text', () => {
    const tried = new Set(readers.map(({ file, name }) => `${file} ${name}`));
    const found = lookingIntoText();
    const fileOf = (name: string) => name.split(' ')[0] as string;
    expect(found.filter((name) => !tried.has(name) && !OTHERS[name] && !OTHERS[fileOf(name)])).toEqual([]);
    // No exception has outlived its code.
    const known = new Set(found.flatMap((name) => [name, fileOf(name)]));
    expect(Object.keys(OTHERS).filter((name) => !known.has(name))).toEqual([]);
    expect(found.length).toBeGreaterThan(60);
  });

  it('have the longest allowed length', () => {
    for (const text of Object.values(WORST)) expect(text.length).toBeLessThanOrEqual(LENGTH);
    expect(Object.values(WORST).filter(({ length }) => length < LENGTH - 30 && length < 3_000)).toEqual([]);
  });
});
