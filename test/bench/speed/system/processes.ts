import { readdirSync, readFileSync } from 'node:fs';
import { functionOf } from '../../../support/processes.ts';

/** A process of the system, as the operating system accounts for it. */
export interface ProcessSample {
  readonly pid: number;
  /** `gateway`, `engine`, or the name of a function. */
  readonly role: string;
  /** CPU time of the process, in ms. */
  readonly cpuMs: number;
  /** CPU time of its children that have ended, in ms. */
  readonly endedMs: number;
}

/** Linux tells what a process consumed in /proc. Elsewhere these figures are left out. */
export const hasAccounts = process.platform === 'linux';

/** The kernel's unit of CPU time for programs (USER_HZ) is 100 a second on all platforms of Node. */
const TICK_MS = 10;

/** The process and all its descendants. */
export function processesOf(root: number): readonly ProcessSample[] {
  const all = readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) ? (statOf(Number(name)) ?? []) : [],
  );
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found: ProcessSample[] = [];
  const visit = (pid: number) => {
    const stat = all.find((one) => one.pid === pid);
    if (!stat) return;
    const { cpuMs, endedMs } = stat;
    found.push({ pid, role: pid === root ? 'gateway' : roleOf(pid), cpuMs, endedMs });
    for (const child of children.get(pid) ?? []) visit(child.pid);
  };
  visit(root);
  return found;
}

/**
 * The CPU time between two samples by role, in ms. The time of processes that ended in between is in the account of their
 * parent, and here under `ended`.
 */
export function cpuBetween(
  before: readonly ProcessSample[],
  after: readonly ProcessSample[],
): ReadonlyMap<string, number> {
  const byRole = new Map<string, number>();
  const add = (role: string, ms: number) => byRole.set(role, (byRole.get(role) ?? 0) + ms);
  const earlier = new Map(before.map((sample) => [sample.pid, sample]));
  for (const { pid, role, cpuMs, endedMs } of after) {
    const { cpuMs: hadMs = 0, endedMs: hadEndedMs = 0 } = earlier.get(pid) ?? {};
    add(role, cpuMs - hadMs);
    add('ended', endedMs - hadEndedMs);
    earlier.delete(pid);
  }
  // The whole time of a process that ended is in its parent's account. A part of it was spent before.
  for (const { cpuMs, endedMs } of earlier.values()) add('ended', -cpuMs - endedMs);
  return byRole;
}

/** The memory of the processes in bytes. Pages that several share count for each in part (PSS). */
export function memoryOf(processes: readonly { readonly pid: number }[]): number {
  return processes.reduce((sum, { pid }) => sum + pssOf(pid), 0);
}

function pssOf(pid: number): number {
  const text = read(`/proc/${pid}/smaps_rollup`);
  return Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
}

function statOf(pid: number) {
  // The name of the command is in parentheses and may contain anything. See proc_pid_stat(5).
  const fields = read(`/proc/${pid}/stat`).split(') ').at(-1)?.split(' ') ?? [];
  if (fields.length < 15) return undefined;
  const ms = (index: number) => Number(fields[index]) * TICK_MS;
  return { pid, parent: Number(fields[1]), cpuMs: ms(11) + ms(12), endedMs: ms(13) + ms(14) };
}

function roleOf(pid: number): string {
  const command = read(`/proc/${pid}/cmdline`);
  return functionOf({ pid, command }) ?? (command.includes('dynoxide') ? 'engine' : 'other');
}

/** Empty if the process has ended. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
