import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ministackGaps } from '../emulator/gaps.ts';

const page = readFileSync('docs/emulators.md', 'utf8');
const rows = page.split('\n').filter((line) => /^\| .* \| +\d+ +\|$/.test(line));

describe('docs/emulators.md', () => {
  it('lists the gaps that tests expect, with the number of their tests', () => {
    const listed = rows.map((row) => {
      const [, gap = '', tests = ''] = row.split('|').map((cell) => cell.trim());
      return [gap, Number(tests)];
    });
    expect(listed).toEqual(ministackGaps.map(({ gap, tests }) => [gap, tests.length]));
  });
});
