import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { passwordHasher } from '../../../../functions/auth/passwords.ts';
import { build } from '../../../../scripts/build.ts';
import { type Figure, figure } from '../figure.ts';
import { call } from '../load/http.ts';
import { deviceUrl, inParallel } from '../load/people.ts';
import { send } from '../load/send.ts';
import { LoadSocket } from '../load/socket.ts';
import { type Part, repeat, say } from '../part.ts';
import { seedTable, userAt } from '../seed/table.ts';
import { percentile, ratios, spreadOf } from '../summary.ts';
import { dataFolder } from '../system/data-folder.ts';
import { type System, settingsOf, startSystem } from '../system/start.ts';

/** Users, and messages in one log. */
const SIZES = { full: [10_000, 100_000], quick: [1_000, 10_000] } as const;
const INBOX = 200;
const WIDTHS = [1, 16];
const PASSWORD = 'an engine weaves algebraical patterns';
/** The cost that a deployment has by default. */
const PASSWORD_COST = 10;

/** The HTTP API on a table, and on one that is ten times as large. */
export const rest: Part = async function* ({ runs, quick }) {
  const passwordHash = await passwordHasher(PASSWORD_COST).hash(PASSWORD);
  const worlds: World[] = [];
  try {
    for (const size of SIZES[quick ? 'quick' : 'full']) worlds.push(await startWorld(size, passwordHash));
    const figures: Figure[] = [];
    const growths: number[] = [];
    for (const operation of OPERATIONS) {
      for (const width of WIDTHS) {
        const count = (quick ? 1 : 2) * (operation.count ?? 100) * (width === 1 ? 1 : 2);
        const once = (world: World) => timeOf(operation, world, width, count);
        for (const world of worlds) await once(world);
        // In turns: what disturbs the machine then disturbs both alike.
        const results = await repeat(`${operation.name}, ${width} at once`, runs, async () => {
          const [small, large] = worlds as [World, World];
          return { small: await once(small), large: await once(large) };
        });
        const measured = figuresOf(operation, width, results);
        figures.push(...measured.figures);
        growths.push(spreadOf(measured.growth).median);
      }
    }
    const [small, large] = worlds.map(({ size }) => size.toLocaleString('en'));
    yield {
      title: `HTTP, with ${small} users and ${small} messages in the log, and with ${large} of each`,
      figures: [...figures, figure('rest.growth', 'the largest growth', '', [Math.max(...growths)])],
      notes: [
        'The growth is the p50 with the larger table over the p50 with the smaller one, in the same run.',
      ],
    };
  } finally {
    for (const { system } of worlds) await system.stop();
  }
};

interface World {
  readonly size: number;
  readonly system: System;
  readonly url: string;
  /** Ada's token. */
  readonly access: string;
}

interface Operation {
  readonly id: string;
  readonly name: string;
  /** The number of requests in a run. A password hash takes a tenth of a second. */
  readonly count?: number;
  run(world: World, index: number): Promise<unknown>;
}

const OPERATIONS: readonly Operation[] = [
  { id: 'register', name: 'register', count: 20, run: ({ url }) => register(url) },
  { id: 'login', name: 'log in', count: 20, run: (world, index) => logIn(world.url, index % world.size) },
  {
    id: 'inbox',
    name: `inbox of ${INBOX} conversations, page of 50`,
    run: ({ url, access }) => expectResults(50, call(url, '/conversations/?limit=50', { access })),
  },
  {
    id: 'history',
    name: 'page of 50 in the middle of the log',
    run({ url, access, size }) {
      const path = `/chat/history/${userAt(1).id}/?limit=50&offset=${size / 2}`;
      return expectResults(50, call(url, path, { access }));
    },
  },
  {
    id: 'search',
    name: 'search among the users',
    run({ url, access, size }, index) {
      const { username } = userAt((index * 997) % size);
      return expectResults(10, call(url, `/users/?search=${username.slice(0, -1)}`, { access }));
    },
  },
];

/** An answer that lacks what was asked for is fast, and wrong. */
async function expectResults(count: number, answer: ReturnType<typeof call>): Promise<void> {
  const { results } = await answer;
  const got = (results as unknown[]).length;
  if (got !== count) throw new Error(`The answer has ${got} results, not ${count}`);
}

function register(url: string) {
  const username = `new-${randomUUID()}`;
  const names = { first_name: 'Ada', last_name: 'Lovelace', email: `${username}@example.com`, username };
  return call(url, '/users/register/', { body: { ...names, password: PASSWORD, password2: PASSWORD } });
}

function logIn(url: string, user: number) {
  return call(url, '/users/token/', { body: { email: userAt(user).email, password: PASSWORD } });
}

/** The times of the requests in ms. */
async function timeOf({ run }: Operation, world: World, width: number, count: number) {
  const start = performance.now();
  const times = await inParallel(width, count, async (index) => {
    const asked = performance.now();
    await run(world, index);
    return performance.now() - asked;
  });
  return { times, perSecond: (1_000 * count) / (performance.now() - start) };
}

type Timed = Awaited<ReturnType<typeof timeOf>>;

function figuresOf(
  { id, name }: Operation,
  width: number,
  results: readonly { readonly small: Timed; readonly large: Timed }[],
) {
  const prefix = `rest.${id}.${width}`;
  const title = `${name}, ${width} at once`;
  const p50 = (of: (run: (typeof results)[number]) => Timed) =>
    results.map((run) => percentile(of(run).times, 50));
  const growth = ratios(
    p50(({ large }) => large),
    p50(({ small }) => small),
  );
  const large = (percent: number) =>
    figure(
      `${prefix}.p${percent}`,
      `${title}: p${percent}`,
      'ms',
      results.map((run) => percentile(run.large.times, percent)),
    );
  const figures = [
    large(50),
    large(95),
    figure(
      `${prefix}.rate`,
      `${title}: answered`,
      'requests/s',
      results.map((run) => run.large.perSecond),
    ),
    figure(`${prefix}.growth`, `${title}: growth`, '', growth),
  ];
  return { figures, growth };
}

async function startWorld(size: number, passwordHash: string): Promise<World> {
  say(`a table with ${size} users`);
  const settings = { passwordCost: String(PASSWORD_COST) };
  const folder = mkdtempSync(join(dataFolder(), 'state-'));
  await seedTable(folder, await build(settingsOf(settings)), { users: size, messages: size, passwordHash });
  const system = await startSystem(settings, folder);
  try {
    const { url } = system;
    const { access } = await logIn(url, 0);
    const world = { size, system, url, access: access as string };
    await fillInbox(world);
    return world;
  } catch (error) {
    await system.stop();
    throw error;
  }
}

const INBOX_SECONDS = 300;

/** Ada writes to two hundred users. Her inbox follows by the stream. */
async function fillInbox({ url, access }: World): Promise<void> {
  const deadline = AbortSignal.timeout(INBOX_SECONDS * 1_000);
  const sender = await LoadSocket.open(deviceUrl(url), access);
  await inParallel(4, INBOX, (peer) => {
    const line = { sender, receivers: [], address: { to: userAt(peer + 1).id } };
    return send(line, { messages: 1, window: 1, perFrame: 1 }, deadline);
  });
  await sender.close();
  for (let shown = 0; shown < INBOX; shown = await conversationsIn({ url, access })) {
    if (deadline.aborted) throw new Error(`After ${INBOX_SECONDS} s the inbox has ${shown} of ${INBOX}`);
    await delay(500);
  }
}

/** How many conversations the inbox shows. A page may have fewer than asked for while there is a next one. */
async function conversationsIn({ url, access }: Pick<World, 'url' | 'access'>): Promise<number> {
  let count = 0;
  for (let path: string | undefined = '/conversations/?limit=100'; path !== undefined; ) {
    const page: Readonly<Record<string, unknown>> = await call(url, path, { access });
    count += (page.results as unknown[]).length;
    const next = page.next === null ? undefined : new URL(page.next as string);
    path = next && next.pathname + next.search;
  }
  return count;
}
