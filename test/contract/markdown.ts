import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A row by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

export interface Page {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

/** Every Markdown page of the project. */
export const PAGES: readonly Page[] = globSync(
  ['*.md', '{.github,bin,client,docs,lib,local,test,web}/**/*.md'],
  {
    cwd: ROOT,
    exclude: (path) => path.includes('node_modules'),
  },
)
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

/** @throws Error if the project has no such page. */
export function pageAt(path: string): Page {
  const page = PAGES.find((one) => one.path === path);
  if (!page) throw new Error(`There is no page ${path}`);
  return page;
}

/** The text of a page without its line breaks, to look for a sentence in. */
export function sentencesOf({ text }: Page): string {
  return text.replace(/\s+/g, ' ');
}

/** The text of a page without its fenced blocks. */
export function proseOf({ text }: Page): string {
  return text.replace(/^ *```.*?^ *```$/gms, '');
}

/** The anchors that GitHub makes of headings. */
export function anchorsOf(page: Page): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    (heading as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The relative targets of links and pictures. */
export function relativeLinksOf({ text }: Page): string[] {
  return [...text.matchAll(/(?:\]\(|src(?:set)?="|href=")([^)\s"]+)[)"]/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^(?:https?|mailto):/.test(target));
}

/** The rows of the tables below a heading, down to the next one. */
export function rowsBelow(page: Page, heading: string): Row[] {
  const lines = page.text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`${page.path} has no heading "${heading}"`);
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line));
  const section = lines.slice(start + 1, length < 0 ? undefined : start + 1 + length);
  let columns: string[] | undefined;
  return section.flatMap((line) => {
    const cells = cellsOf(line);
    if (cells === undefined) columns = undefined;
    else if (columns === undefined) columns = cells;
    else if (!cells.every((cell) => /^-+$/.test(cell)))
      return [Object.fromEntries(columns.map((column, i) => [column, cells[i] ?? '']))];
    return [];
  });
}

function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The code between backticks in a cell. */
export function codesIn(cell = ''): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code as string);
}

/** The contents of the fenced blocks in a language. */
export function blocksOf({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, name, content]) =>
    name === language ? [content as string] : [],
  );
}

/** The first number in a cell; commas may separate thousands. */
export function numberIn(cell = ''): number {
  return Number(/[\d,]*\.?\d+/.exec(cell)?.[0].replaceAll(',', ''));
}
