import { describe, expect, it } from 'vitest';
import { percentile, ratios, spreadOf } from '../../bench/speed/summary.ts';

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);

  it('is the smallest value that this share of the values does not exceed', () => {
    expect([50, 95, 99, 100].map((percent) => percentile(hundred, percent))).toEqual([50, 95, 99, 100]);
  });

  it('is one of the values, also when there are few', () => {
    expect([50, 95, 99].map((percent) => percentile([7, 3, 5], percent))).toEqual([5, 7, 7]);
    expect(percentile([4], 50)).toBe(4);
  });

  it('compares numbers, not their digits', () => {
    expect(percentile([9, 10, 100], 50)).toBe(10);
  });

  it('of nothing is an error', () => {
    expect(() => percentile([], 50)).toThrow('no values');
  });
});

describe('the spread of some runs', () => {
  it('has the run in the middle as its median, whatever their order', () => {
    expect(spreadOf([30, 9, 100, 10, 20])).toEqual({ min: 9, median: 20, max: 100 });
  });

  it('has the mean of the two in the middle if their number is even', () => {
    expect(spreadOf([4, 1, 2, 100])).toEqual({ min: 1, median: 3, max: 100 });
  });
});

describe('the ratio to the floor', () => {
  it('compares each run with the floor of the same run', () => {
    expect(ratios([10, 40], [2, 4])).toEqual([5, 10]);
  });

  it('of runs that the floor does not have is an error', () => {
    expect(() => ratios([10, 40], [2])).toThrow('2 runs, but 1 runs of the floor');
  });
});
