import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../../../support/people.ts';
import { figure } from '../figure.ts';
import { sendOverAll, warmUp } from '../load/pairs.ts';
import { closeAll, deviceUrl, inParallel, openPairs, registerAll } from '../load/people.ts';
import type { Line } from '../load/send.ts';
import { LoadSocket } from '../load/socket.ts';
import { type Part, repeat } from '../part.ts';
import { hasAccounts, memoryOf } from '../system/processes.ts';
import { useSystem } from '../system/start.ts';

const SOCKETS = { full: 2_000, quick: 400 };
/** An account may have 20. Half of them leaves room for sockets that are replaced while the old ones still count. */
const PER_ACCOUNT = 10;
const WIDE = 32;
/** The share of the sockets that are open before the others are measured. */
const FIRST = 0.1;
const MESSAGES = 200;
const RETRY_MS = 500;

/** Idle sockets: how fast they open, what each takes in the gateway's process, and how they all come back at once. */
export const sockets: Part = async function* ({ runs, quick, url }) {
  const count = quick ? SOCKETS.quick : SOCKETS.full;
  const results = await repeat(`${count} sockets`, runs, () => openAndDrop(url, count));
  const of = (id: string, name: string, unit: string, value: (run: (typeof results)[number]) => number) =>
    figure(`sockets.${id}`, name, unit, results.map(value));
  const measured = hasAccounts && url === undefined;
  yield {
    title: `${count} idle sockets of ${count / PER_ACCOUNT} accounts, each run on a new system`,
    figures: [
      of('opened', `opened, ${WIDE} at once`, 'sockets/s', ({ perSecond }) => perSecond),
      ...(measured ? [of('kib', 'memory of the gateway for each', 'KiB', ({ kib }) => kib)] : []),
      of('reconnect', 'all dropped, all back', 's', ({ seconds }) => seconds),
      of('again', 'handshakes that failed meanwhile', '', ({ failed }) => failed),
      of('growth', 'sent → acked p50, with all over with a tenth of them', '', ({ growth }) => growth),
    ],
  };
};

async function openAndDrop(url: string | undefined, count: number) {
  const system = await useSystem(url);
  const memory = () => (hasAccounts && system.pid !== undefined ? settled(system.pid) : Promise.resolve(0));
  try {
    const people = await registerAll(system.url, count / PER_ACCOUNT);
    const lines = await openPairs(system.url, 1);
    const first = count * FIRST;
    const few = await openAll(system.url, people, { from: 0, to: first });
    await warmUp(lines, { messages: 50, window: 1, perFrame: 1 }, 3);
    const withFew = await latency(lines);
    const before = await memory();
    const start = performance.now();
    const many = await openAll(system.url, people, { from: first, to: count });
    const perSecond = (1_000 * many.length) / (performance.now() - start);
    const kib = ((await memory()) - before) / many.length / 1024;
    const withMany = await latency(lines);
    await Promise.all([...few, ...many].map((socket) => socket.drop()));
    const back = await comeBack(system.url, people, count);
    await closeAll(lines);
    await Promise.all(back.open.map((socket) => socket.drop()));
    return { perSecond, kib, growth: withMany / withFew, seconds: back.seconds, failed: back.failed };
  } finally {
    await system.stop();
  }
}

function openAll(url: string, people: readonly Person[], { from, to }: { from: number; to: number }) {
  return inParallel(WIDE, to - from, (index) => openFor(url, people, from + index));
}

function openFor(url: string, people: readonly Person[], index: number): Promise<LoadSocket> {
  const { access } = people[index % people.length] as Person;
  return LoadSocket.open(deviceUrl(url), access);
}

/** All sockets open at once, as after a restart of a network. One that is refused tries again. */
async function comeBack(url: string, people: readonly Person[], count: number) {
  const start = performance.now();
  let failed = 0;
  const open = await inParallel(count, count, async (index) => {
    for (;;) {
      try {
        return await openFor(url, people, index);
      } catch {
        failed += 1;
        await delay(RETRY_MS);
      }
    }
  });
  return { open, failed, seconds: (performance.now() - start) / 1_000 };
}

async function latency(lines: readonly Line[]): Promise<number> {
  const { acked } = await sendOverAll(lines, { messages: MESSAGES, window: 1, perFrame: 1 });
  return acked[50];
}

const SETTLED_SECONDS = 5;
const LONGEST_SECONDS = 30;

/** The memory of a process when it has not fallen for some seconds. Garbage is collected late. */
async function settled(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let second = 0, since = 0; since < SETTLED_SECONDS && second < LONGEST_SECONDS; second += 1) {
    const bytes = memoryOf([{ pid }]);
    since = bytes < least ? 0 : since + 1;
    least = Math.min(least, bytes);
    await delay(1_000);
  }
  return least;
}
