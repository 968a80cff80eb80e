import { setTimeout as sleep } from 'node:timers/promises';
import { functionOf, gone, type Process, signal } from '../support/processes.ts';
import { pick, type Random } from './random.ts';
import type { Scene, Setting } from './scene.ts';
import { openManySockets } from './sockets.ts';
import type { Store } from './store.ts';

export interface Fault {
  readonly name: string;
  readonly setting: Setting;
  readonly times: number;
  /** Takes minutes, so it runs only if it is asked for. */
  readonly isLong?: true;
  /** What must be there before the load. */
  prepare?(scene: Scene): Promise<void>;
  /** Does the harm, and starts again what has died, as a supervisor would. */
  inflict(scene: Scene): Promise<void>;
}

const frozenMs = 5_000;
/** Without a cause to wait for, trouble lasts this long. */
const troubleMs = 4_000;

function one(processes: readonly Process[], random: Random, what: string): number {
  const found = pick(random, processes);
  if (found === undefined) throw new Error(`there is no process of the ${what}`);
  return found.pid;
}

/** A process of the function that stores messages, where the system tells which ones these are. */
function messageFunction({ system, random }: Scene): number {
  const all = system.find('function');
  const ofMessages = all.filter((process) => functionOf(process) === 'message');
  return one(ofMessages.length > 0 ? ofMessages : all, random, 'functions');
}

async function kill(pid: number): Promise<void> {
  signal(pid, 'SIGKILL');
  if ((await gone([pid], 5_000)).length > 0) throw new Error(`${pid} is alive 5 s after kill -9`);
}

async function freeze(pid: number): Promise<void> {
  signal(pid, 'SIGSTOP');
  try {
    await sleep(frozenMs);
  } finally {
    signal(pid, 'SIGCONT');
  }
}

async function killStore({ system, random }: Scene): Promise<void> {
  await kill(one(system.find('store'), random, 'store'));
  // The runtime cannot go on without its table, and says so.
  const lines = await system.ended();
  const told = lines.some((line) => line.includes('the DynamoDB engine ended'));
  if (!told) throw new Error(`the runtime ended without a word about its store:\n${lines.join('\n')}`);
  await system.start();
}

async function fillDisk({ disk, system }: Scene): Promise<void> {
  if (disk === undefined) throw new Error('this system has no disk of its own');
  disk.fill();
  try {
    await sleep(troubleMs);
  } finally {
    disk.free();
  }
  if (!system.isRunning) throw new Error('the runtime has ended because its disk was full');
}

async function trouble(store: Store | undefined, kind: 'throttles' | 'lost answers'): Promise<void> {
  if (store === undefined) throw new Error('this system has no store of its own');
  store.trouble(kind);
  await sleep(troubleMs);
  const met = store.troubled;
  store.trouble('none');
  if (met === 0) throw new Error(`no request met ${kind}`);
}

let many: { close: () => Promise<void> } | undefined;

/** In the order in which they run. */
export const faults: readonly Fault[] = [
  {
    name: 'kill-gateway',
    setting: 'embedded',
    times: 2,
    async inflict({ system, random }) {
      await kill(one(system.find('gateway'), random, 'gateway'));
      await system.ended();
      await system.start();
    },
  },
  {
    name: 'kill-function',
    setting: 'embedded',
    times: 4,
    inflict: async (scene) => kill(messageFunction(scene)),
  },
  { name: 'kill-store', setting: 'embedded', times: 2, inflict: killStore },
  {
    name: 'freeze-gateway',
    setting: 'embedded',
    times: 1,
    inflict: async ({ system, random }) => freeze(one(system.find('gateway'), random, 'gateway')),
  },
  {
    name: 'freeze-function',
    setting: 'embedded',
    times: 1,
    inflict: async (scene) => freeze(messageFunction(scene)),
  },
  {
    name: 'freeze-store',
    setting: 'embedded',
    times: 1,
    inflict: async ({ system, random }) => freeze(one(system.find('store'), random, 'store')),
  },
  {
    name: 'close-2000-sockets',
    setting: 'embedded',
    times: 1,
    isLong: true,
    prepare: async ({ system }) => {
      many = await openManySockets(system);
    },
    inflict: async () => many?.close(),
  },
  { name: 'full-disk', setting: 'small disk', times: 1, inflict: fillDisk },
  {
    name: 'kill-store-apart',
    setting: 'apart',
    times: 2,
    async inflict({ store, random }) {
      await kill(one(store?.find() ?? [], random, 'store'));
      await store?.start();
    },
  },
  {
    name: 'throttles',
    setting: 'apart',
    times: 1,
    inflict: ({ store }) => trouble(store, 'throttles'),
  },
  {
    name: 'lost-answers',
    setting: 'apart',
    times: 1,
    inflict: ({ store }) => trouble(store, 'lost answers'),
  },
];
