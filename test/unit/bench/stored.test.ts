import { describe, expect, it } from 'vitest';
import { compareWithLog } from '../../bench/speed/load/stored.ts';

const log = (...texts: string[]) => texts.map((text, i) => ({ seq: i + 1, text }));
const right = { missing: 0, doubled: 0, gaps: 0, overtaken: 0 };

describe('what was sent, compared with the log', () => {
  it('is right if each message is stored once, in the order in which it was sent', () => {
    expect(compareWithLog(['a', 'b', 'c'], log('a', 'b', 'c'))).toEqual(right);
    expect(compareWithLog(['a', 'b'], log('a', 'another', 'b'))).toEqual(right);
  });

  it('tells what is missing', () => {
    expect(compareWithLog(['a', 'b', 'c'], log('a', 'c'))).toEqual({ ...right, missing: 1 });
    expect(compareWithLog(['a', 'b'], [])).toEqual({ ...right, missing: 2 });
  });

  it('tells what is stored twice', () => {
    expect(compareWithLog(['a', 'b'], log('a', 'b', 'a'))).toEqual({ ...right, doubled: 1 });
    expect(compareWithLog(['a'], log('a', 'a', 'a'))).toEqual({ ...right, doubled: 2 });
  });

  it('tells which numbers are missing', () => {
    const stored = [
      { seq: 7, text: 'a' },
      { seq: 10, text: 'b' },
    ];
    expect(compareWithLog(['a', 'b'], stored, 6)).toEqual({ ...right, gaps: 2 });
    expect(compareWithLog(['a', 'b'], stored, 5)).toEqual({ ...right, gaps: 3 });
  });

  it('counts the messages that one sent later has overtaken', () => {
    expect(compareWithLog(['a', 'b', 'c', 'd'], log('b', 'c', 'd', 'a')).overtaken).toBe(1);
    expect(compareWithLog(['a', 'b', 'c', 'd'], log('d', 'a', 'b', 'c')).overtaken).toBe(3);
    expect(compareWithLog(['a', 'b', 'c', 'd'], log('b', 'a', 'd', 'c')).overtaken).toBe(2);
  });

  it('takes the numbers in the log, whatever the order in which it was read', () => {
    expect(compareWithLog(['a', 'b', 'c'], log('a', 'b', 'c').toReversed())).toEqual(right);
  });
});
