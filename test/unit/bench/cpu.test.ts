import { describe, expect, it } from 'vitest';
import { cpuBetween, type ProcessSample } from '../../bench/speed/system/processes.ts';

const sample = (pid: number, role: string, cpuMs: number, endedMs = 0): ProcessSample => ({
  pid,
  role,
  cpuMs,
  endedMs,
});

describe('the CPU time between two samples', () => {
  it('is what each process has consumed meanwhile, summed by role', () => {
    const before = [sample(1, 'gateway', 1_000), sample(2, 'message', 50), sample(3, 'message', 70)];
    const after = [sample(1, 'gateway', 1_400), sample(2, 'message', 80), sample(3, 'message', 90)];
    expect(Object.fromEntries(cpuBetween(before, after))).toEqual({ gateway: 400, message: 50, ended: 0 });
  });

  it('counts a process that started meanwhile from its start', () => {
    const after = [sample(1, 'gateway', 10), sample(2, 'connect', 30)];
    expect(cpuBetween([sample(1, 'gateway', 10)], after).get('connect')).toBe(30);
  });

  it('counts a process that ended meanwhile by its parent’s account, without what it had consumed before', () => {
    const before = [sample(1, 'gateway', 10, 500), sample(2, 'connect', 30)];
    // It consumed 20 ms more, so the parent's account has grown by 50.
    const after = [sample(1, 'gateway', 10, 550)];
    expect(Object.fromEntries(cpuBetween(before, after))).toEqual({ gateway: 0, ended: 20 });
  });
});
