import type { Route } from 'playwright-core';
import { beforeAll, expect, inject, test } from 'vitest';
import type { App } from './support/app.ts';
import { backdate } from './support/backdate.ts';
import { conversationOf, type Person, unread, write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

const COUNT = 300;
const DAY_MS = 24 * 60 * 60_000;

let ada: Person;
let charles: Person;

/** Charles has written 300 messages in six days, the last ones today. Ada has read none. */
beforeAll(async () => {
  [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const times = new Map<number, Date>();
  for (let i = 0; i < COUNT; i += 1) {
    const { seq, created_at } = await write(url(), charles, ada, textOf(i + 1));
    times.set(seq, new Date(Date.parse(created_at) - Math.floor((COUNT - seq) / 50) * DAY_MS));
  }
  await backdate(inject('appTable'), conversationOf(ada, charles), times);
});

const textOf = (seq: number) =>
  `Message ${seq}${seq % 7 === 0 ? `, ${'which is longer, '.repeat(12)}` : ''}.`.replace(', .', '.');

const gapToEnd = (app: App) => app.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);

/** Scrolls by the wheel, as a user does. */
async function wheel(app: App, by: number): Promise<void> {
  await app.log.hover();
  await app.page.mouse.wheel(0, by);
}

test('a conversation opens at the first unread message, however far back, and the next time at its end', async () => {
  const own = await device({ as: ada });
  await expect.poll(() => own.page.title()).toBe(`(${COUNT}) Parley`);
  expect(await own.badge(charles.username).textContent()).toContain('99+');
  await own.inbox(charles.username).click();
  const line = own.page.getByText('New messages', { exact: true });
  await line.waitFor();
  await expect.poll(() => isOnScreen(own, '.unread-from')).toBe(true);
  await own.message(textOf(1)).waitFor();

  const days = await own.page.locator('li.day').allTextContents();
  expect(days).toHaveLength(COUNT / 50);
  expect(days.slice(-2)).toEqual(['Yesterday', 'Today']);

  await own.button(/new messages$/).click();
  await expect.poll(() => gapToEnd(own)).toBeLessThan(2);
  await expect.poll(() => own.page.title()).toBe(`${charles.username} · Parley`);
  // At once: the page sends the read receipt while it closes.
  const address = own.page.url();
  await own.page.goto('about:blank');
  await expect.poll(() => unread(url(), ada, charles)).toBe(0);
  await own.page.goto(address);
  await own.message(textOf(COUNT)).waitFor();
  await expect.poll(() => gapToEnd(own)).toBeLessThan(2);
  expect(await own.page.locator('.unread-from').count()).toBe(0);
});

test('older messages load without moving the visible ones, back to the first', async () => {
  const own = await device({ as: charles, hash: `#/with/${ada.id}` });
  await own.message(textOf(COUNT)).waitFor();
  // Older messages come while the user does not scroll, so any movement would be caused by them.
  const held: Route[] = [];
  await own.page.route(/\/messages\?/, (route) => void held.push(route));
  for (let first = COUNT; first > 1; ) {
    first = (await own.messages())[0]?.seq ?? 0;
    // To the top, or near it.
    await wheel(own, -20_000);
    await expect.poll(() => held.length).toBeGreaterThan(0);
    await own.isAtRest();
    if (first % 100 === 1) await wheel(own, 250);
    await own.isAtRest();
    const before = await place(own);
    for (const route of held.splice(0)) await route.continue();
    await expect.poll(async () => (await own.messages())[0]?.seq).toBeLessThan(first);
    expect(Math.abs((await topOf(own, before.seq)) - before.top)).toBeLessThan(2);
    first = (await own.messages())[0]?.seq ?? 0;
  }
  const numbers = (await own.messages()).map(({ seq }) => seq);
  expect(numbers).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
  await own.page.unrouteAll({ behavior: 'wait' });
});

test('a new message does not move the visible ones further up, and a button leads to it', async () => {
  const own = await device({ as: charles, hash: `#/with/${ada.id}` });
  await own.message(textOf(COUNT)).waitFor();
  await wheel(own, -1_500);
  await own.button('Jump to the newest message').waitFor();
  await expect.poll(() => gapToEnd(own)).toBeGreaterThan(1_000);
  await own.isAtRest();
  const before = await place(own);
  await write(url(), ada, charles, 'News');
  await own.button('1 new message').waitFor();
  expect(Math.abs((await topOf(own, before.seq)) - before.top)).toBeLessThan(2);
  await expect.poll(() => own.page.title()).toBe(`(1) ${ada.username} · Parley`);
  await own.button('1 new message').click();
  await expect.poll(() => gapToEnd(own)).toBeLessThan(2);
  await own.button('1 new message').waitFor({ state: 'detached' });
  await expect.poll(() => own.page.title()).toBe(`${ada.username} · Parley`);
  // At its end, the list follows new messages.
  await write(url(), ada, charles, 'More news');
  await own.message('More news').waitFor();
  await expect.poll(() => gapToEnd(own)).toBeLessThan(2);
});

const isOnScreen = (app: App, selector: string) =>
  app.page.evaluate((css) => {
    const { top, bottom } = (document.querySelector(css) as Element).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }, selector);

/** The first visible message and its position. */
const place = (app: App) =>
  app.log.evaluate((log) => {
    const { top } = log.getBoundingClientRect();
    const rows = [...log.querySelectorAll<HTMLElement>('li.message')];
    const row = rows.find((one) => one.getBoundingClientRect().bottom > top) as HTMLElement;
    return { seq: Number(row.dataset.seq), top: row.getBoundingClientRect().top };
  });

const topOf = (app: App, seq: number) =>
  app.page.locator(`li.message[data-seq="${seq}"]`).evaluate((row) => row.getBoundingClientRect().top);
