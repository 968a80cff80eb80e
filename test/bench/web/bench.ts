import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, chromium } from 'playwright-core';
import { startRuntime } from '../../../local/runtime.ts';
import { build } from '../../../scripts/build.ts';
import { launchOptions } from '../../browser/support/chromium.ts';
import { write } from '../../browser/support/people.ts';
import { openWatched, type Transfer } from './watched-page.ts';
import { makeWorld, type World } from './world.ts';

const RELOADS = 9;
const PER_SECOND = 20;
const SECONDS = 15;
/** Longer than any request of a page that opens. */
const QUIET_MS = 1_000;

/** Prints the table of docs/clients.md: what the web app loads, and how soon it shows it. */
export async function benchWeb(): Promise<void> {
  const runtime = await startRuntime({
    port: 0,
    memory: true,
    assembly: () => build({ limits: 'off' }),
    onLog: (line) => console.error(line),
  });
  const browser = await chromium.launch(await launchOptions());
  try {
    const rows = [await firstVisit(browser, runtime.url)];
    const world = await makeWorld(runtime.url);
    rows.push(...(await conversation(browser, runtime.url, world)));
    console.log('| what | measured |\n| --- | --- |');
    for (const [what, measured] of rows) console.log(`| ${what} | ${measured} |`);
  } finally {
    await browser.close();
    await runtime.stop();
  }
}

type Row = readonly [what: string, measured: string];

const loaded = ({ requests, bytes }: Transfer) => `${requests} requests, ${(bytes / 1024).toFixed(1)} KiB`;

async function firstVisit(browser: Browser, url: string): Promise<Row> {
  const context = await browser.newContext();
  const { page, takeTransfer } = await openWatched(context);
  await page.goto(url);
  await page.getByRole('button', { name: 'Log in' }).waitFor();
  await delay(QUIET_MS);
  await context.close();
  return ['the first visit, to the log-in', loaded(takeTransfer())];
}

/** In the conversation with 1,000 messages, with an account of 200 conversations. */
async function conversation(browser: Browser, url: string, { ada, charles }: World): Promise<readonly Row[]> {
  const localStorage = [{ name: 'parley.tokens', value: JSON.stringify(ada.tokens) }];
  const origins = [{ origin: url, localStorage }];
  const context = await browser.newContext({ storageState: { cookies: [], origins } });
  const { page, watched, forgetTasks, takeTransfer } = await openWatched(context);
  const messages = page.locator('li.message');
  await page.goto(`${url}/#/with/${charles.id}`);
  await messages.first().waitFor();

  const times: number[] = [];
  let shifts = 0;
  for (let time = 0; time < RELOADS; time += 1) {
    await delay(QUIET_MS);
    takeTransfer();
    await page.reload({ waitUntil: 'commit' });
    await messages.first().waitFor();
    const { firstMessage, shifts: shifted } = await watched();
    times.push(firstMessage);
    shifts = Math.max(shifts, shifted);
  }
  await delay(QUIET_MS);
  const reload = takeTransfer();
  times.sort((one, next) => one - next);
  const median = times[Math.floor(times.length / 2)] ?? Number.NaN;

  await forgetTasks();
  const count = PER_SECOND * SECONDS;
  const began = Date.now();
  const sent: Promise<unknown>[] = [];
  for (let index = 0; index < count; index += 1) {
    await delay(Math.max(0, began + (index * 1_000) / PER_SECOND - Date.now()));
    // One after the other, so that the last message sent is also the last one stored.
    const before = sent.at(-1);
    sent.push(Promise.resolve(before).then(() => write(url, charles, ada, `One of many, ${index + 1}`)));
  }
  await Promise.all(sent);
  const stored = Date.now();
  await messages.filter({ hasText: `One of many, ${count}` }).waitFor();
  const lateMs = Date.now() - stored;
  const { longTasks } = await watched();
  const shown = await messages.filter({ hasText: 'One of many' }).count();
  if (shown !== count) throw new Error(`${count} messages were sent, ${shown} are shown`);
  await context.close();

  const tasks = longTasks.map((ms) => `${Math.round(ms)} ms`).join(', ');
  return [
    ['a reload into a conversation', loaded(reload)],
    [
      'first message shown after a reload',
      `${Math.round(median)} ms (median of ${RELOADS}; ${Math.round(times[0] ?? 0)} to ${Math.round(times.at(-1) ?? 0)})`,
    ],
    ['layout shift of a reload', shifts.toFixed(3)],
    [
      `long tasks (over 50 ms) while ${PER_SECOND} messages a second arrive for ${SECONDS} s`,
      longTasks.length === 0 ? 'none' : `${longTasks.length}: ${tasks}`,
    ],
    ['the last of them shown, after it was stored', `within ${lateMs} ms`],
  ];
}
