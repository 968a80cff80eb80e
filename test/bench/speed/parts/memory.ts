import { setTimeout as delay } from 'node:timers/promises';
import { figure, type Section } from '../figure.ts';
import { sendOverAll, warmUp } from '../load/pairs.ts';
import { closeAll, openPairs } from '../load/people.ts';
import { type Part, say } from '../part.ts';
import { hasAccounts, memoryOf, processesOf } from '../system/processes.ts';
import { startSystem } from '../system/start.ts';

const PAIRS = 50;
const IDLE_SECONDS = { full: 60, quick: 10 };
const MESSAGES = { full: 200, quick: 40 };
const SAMPLE_MS = 1_000;
const GB = 1e9;

/** The memory of all processes of `npm start`: after a minute without work, under 50 pairs, and a minute after that. */
export const memory: Part = async function* ({ quick }) {
  if (!hasAccounts) {
    yield empty('Memory is not measured on this platform: it needs /proc of Linux.');
    return;
  }
  const idleMs = (quick ? IDLE_SECONDS.quick : IDLE_SECONDS.full) * 1_000;
  const system = await startSystem();
  const pid = system.pid as number;
  const sample = () => {
    const processes = processesOf(pid);
    return { bytes: memoryOf(processes), processes: processes.length };
  };
  try {
    say(`memory: idle for ${idleMs / 1_000} s`);
    await delay(idleMs);
    const idle = sample();
    const lines = await openPairs(system.url, PAIRS);
    await warmUp(lines, { messages: 5, window: 1, perFrame: 1 }, 0);
    say('memory: under 50 pairs');
    let busy = idle;
    const watch = setInterval(() => {
      const now = sample();
      if (now.bytes > busy.bytes) busy = now;
    }, SAMPLE_MS);
    const messages = quick ? MESSAGES.quick : MESSAGES.full;
    await sendOverAll(lines, { messages, window: 10, perFrame: 1 }).finally(() => clearInterval(watch));
    await closeAll(lines);
    say(`memory: idle for ${idleMs / 1_000} s again`);
    await delay(idleMs);
    const after = sample();
    const of = (id: string, name: string, { bytes, processes }: typeof idle) =>
      figure(`memory.${id}`, `${name}: ${processes} processes`, 'GB', [bytes / GB]);
    yield {
      title: 'Memory of npm start: all processes, shared pages counted once',
      figures: [
        of('idle', `idle for ${idleMs / 1_000} s after the start`, idle),
        of('pairs', 'under 50 pairs, the most in any second', busy),
        of('after', `idle for ${idleMs / 1_000} s after that`, after),
      ],
      notes: ['One run.'],
    };
  } finally {
    await system.stop();
  }
};

const empty = (note: string): Section => ({ title: 'Memory of npm start', shown: note, figures: [] });
