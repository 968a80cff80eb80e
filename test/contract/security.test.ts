import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FunctionSpec, functionSpecs } from '../../lib/functions.ts';
import asvs from './asvs.json' with { type: 'json' };
import { codesIn, numberIn, pageAt, ROOT, rowsBelow } from './markdown.ts';

const levels: Readonly<Record<string, number>> = asvs.levels;

const page = pageAt('SECURITY.md');

const chapters = [...page.text.matchAll(/^### (V(\d+) .*)$/gm)].map(([, heading = '', number = '']) => ({
  heading,
  number,
}));

const rows = chapters.flatMap(({ heading, number: chapter }) =>
  rowsBelow(page, heading).map(({ requirement = '', state = '', ...row }) => ({
    chapter,
    requirement,
    numbers: requirement.split(', '),
    state,
    asks: row['asks for'] ?? '',
    how: row['how, or why not'] ?? '',
    tests: codesIn(row.tests),
    testsCell: row.tests ?? '',
  })),
);

/** Whether a requirement in this state must name tests, may, or must not. */
const STATES: Readonly<Record<string, 'must' | 'may' | 'must not'>> = {
  met: 'must',
  'no test': 'must not',
  'not met': 'may',
  'n/a': 'must not',
};

describe('the table of ASVS requirements in SECURITY.md', () => {
  it('has each requirement of levels 1 and 2 exactly once', () => {
    expect(rows.flatMap(({ numbers }) => numbers).toSorted()).toEqual(Object.keys(levels).toSorted());
  });

  it('has each requirement in its chapter', () => {
    const strays = rows.flatMap(({ chapter, numbers }) =>
      numbers.filter((number) => number.split('.')[0] !== chapter),
    );
    expect(strays).toEqual([]);
  });

  it.each(rows)('$requirement has a state, and says what it asks for and how that is done', (row) => {
    expect(Object.keys(STATES)).toContain(row.state);
    expect(row.asks).not.toBe('');
    expect(row.how).not.toBe('');
  });

  it.each(rows)(
    '$requirement is $state, and names tests only if they show it',
    ({ state, tests, testsCell }) => {
      expect(testsCell).toBe(tests.map((path) => `\`${path}\``).join(', '));
      expect(tests.filter((path) => !/^test\/.+\.test\.ts$/.test(path))).toEqual([]);
      expect(tests.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
      if (STATES[state] === 'must') expect(tests).not.toEqual([]);
      if (STATES[state] === 'must not') expect(tests).toEqual([]);
    },
  );

  it('is counted right', () => {
    const count = (level: number, state: string) =>
      rows
        .filter((row) => row.state === state)
        .flatMap(({ numbers }) => numbers)
        .filter((number) => levels[number] === level).length;
    const counted = rowsBelow(page, 'In numbers').map(({ level, ...cells }) => ({
      level: numberIn(level),
      ...Object.fromEntries(Object.entries(cells).map(([state, cell]) => [state, numberIn(cell)])),
    }));
    expect(counted).toEqual(
      [1, 2].map((level) => ({
        level,
        ...Object.fromEntries(Object.keys(STATES).map((state) => [state, count(level, state)])),
      })),
    );
  });
});

it('the command for a leaked secret, in docs/operations.md, restarts every function that verifies tokens', () => {
  const named = /^for FUNCTION in (.+); do$/m.exec(pageAt('docs/operations.md').text)?.[1]?.split(' ');
  const verifiers = Object.entries<FunctionSpec>(functionSpecs)
    .filter(([, { tokens }]) => tokens === 'verify')
    .map(([entry]) => entry.split('/')[1]);
  expect(named?.toSorted()).toEqual(verifiers.toSorted());
});
