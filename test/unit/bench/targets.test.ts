import { describe, expect, it } from 'vitest';
import { figure, markdownOf } from '../../bench/speed/figure.ts';
import { reached, targetTable } from '../../bench/speed/targets.ts';

const lower = { what: 'CPU', id: 'cpu', better: 'lower', required: 6, aim: 4 } as const;
const higher = {
  what: 'delivered',
  id: 'pairs',
  over: 'relay',
  better: 'higher',
  required: 0.012,
  aim: 0.02,
} as const;

describe('a target', () => {
  it('that must be low is reached from the limit down', () => {
    expect([6.1, 6, 4.1, 4].map((measured) => reached(lower, measured))).toEqual([
      'no',
      'required',
      'required',
      'aim',
    ]);
  });

  it('that must be high is reached from the limit up', () => {
    expect([0.011, 0.012, 0.02].map((measured) => reached(higher, measured))).toEqual([
      'no',
      'required',
      'aim',
    ]);
  });

  it('without a figure is not measured, which is not reached', () => {
    expect(reached(lower, undefined)).toBe('not measured');
  });
});

describe('the table of targets', () => {
  it('shows the median of the runs, or of their ratios to the floor', () => {
    const figures = [
      figure('cpu', 'CPU', 'ms', [5, 9, 7]),
      figure('pairs', 'delivered', 'messages/s', [100, 300, 200], { relay: [10_000, 10_000, 10_000] }),
    ];
    expect(targetTable(figures, true, [lower, higher]).split('\n').slice(2)).toEqual([
      '| CPU       | 7        | 6        | 4    | no      |',
      '| delivered | 0.02     | 0.012    | 0.02 | aim     |',
    ]);
  });
});

describe('the table of targets after some parts', () => {
  const rows = (all: boolean) =>
    targetTable([figure('cpu', 'CPU', 'ms', [5])], all, [lower, higher]).split('\n');

  it('leaves out what was not measured', () => {
    expect(rows(false).slice(2)).toEqual(['| CPU    | 5        | 6        | 4   | required |']);
    expect(rows(true).slice(3)).toEqual(['| delivered |          | 0.012    | 0.02 | not measured |']);
  });
});

describe('the table of a part', () => {
  it('has the spread of each figure, and the median of its ratios to a floor that was measured', () => {
    const figures = [
      figure('acked', 'sent → acked', 'ms', [10, 30, 20], { put: [2, 5, 5] }),
      figure('put', 'one put', 'ms', [2, 5, 5]),
    ];
    expect(markdownOf({ title: 'One pair', figures, notes: ['Noisy.'] })).toBe(
      [
        '## One pair',
        '',
        '| figure       | min | median | max | unit | over one put |',
        '| ------------ | --- | ------ | --- | ---- | ------------ |',
        '| sent → acked | 10  | 20     | 30  | ms   | 5            |',
        '| one put      | 2   | 5      | 5   | ms   |              |',
        '',
        'Noisy.',
      ].join('\n'),
    );
  });
});
