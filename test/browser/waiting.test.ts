import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { type Person, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

test('a list of conversations that cannot be loaded says so, and appears later', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Hello');
  const own = await device();
  own.faults.expect(/status of 500/);
  await own.page.route('**/conversations?*', (route) => route.fulfill({ status: 500, body: '{}' }));
  await own.logIn(ada);
  await own.page.getByText('Loading…').waitFor();
  await own.page.getByText('The conversations could not be loaded.').waitFor();
  expect(await own.page.getByText('No conversations yet').count()).toBe(0);
  expect(await own.page.getByText('Choose a conversation').count()).toBe(0);
  await own.page.unroute('**/conversations?*');
  await own.button('Try again').click();
  await own.inbox(charles.username).waitFor();
  await own.page.getByText('could not be loaded').waitFor({ state: 'detached' });
  await own.page.getByText('Choose a conversation').waitFor();
});

test('a failure to load more people is shown at the button', async () => {
  const ada = await person('ada');
  await Promise.all(Array.from({ length: 22 }, () => person('somebody')));
  const own = await device({ as: ada, hash: '#/people' });
  own.faults.expect(/status of 500/);
  const more = own.button('Show more people');
  await more.waitFor();
  await expect
    .poll(() => own.page.getByRole('main').getByRole('status').allTextContents())
    .toContainEqual(expect.stringMatching(/^More than \d+ people found$/));
  await own.page.route('**/users?*', (route) => route.fulfill({ status: 500, body: '{}' }));
  await more.click();
  const said = own.page.getByRole('alert');
  await said.waitFor();
  expect(await isOnScreen(own, '[role=alert]')).toBe(true);
  await own.page.unroute('**/users?*');
  const shown = () => own.page.getByRole('list', { name: 'People found' }).getByRole('link').count();
  const before = await shown();
  await more.click();
  await expect.poll(shown).toBeGreaterThan(before);
  await said.waitFor({ state: 'detached' });
});

test('the page itself never scrolls, however much it contains', async () => {
  const ada = await person('ada');
  const people = await Promise.all(Array.from({ length: 20 }, () => person('friend')));
  for (const friend of people) await write(url(), friend, ada, 'Hello');
  // The inbox follows the messages by about a second. Nothing tells a page of those that it was too early for.
  await expect.poll(() => conversationsOf(ada)).toBe(people.length);
  for (const context of [undefined, phone]) {
    const own = await device({ as: ada, ...(context && { context }) });
    await expect.poll(() => own.inbox().getByRole('link').count()).toBe(people.length);
    await neverScrolls(own, 'the conversations');
    for (const hash of [`#/with/${people[0]?.id}`, '#/people', '#/profile']) {
      await own.page.evaluate((to) => location.assign(to), hash);
      await own.page.waitForLoadState('networkidle');
      await neverScrolls(own, hash);
    }
  }
});

test('the offline status covers no control and reports each attempt', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Hello');
  const own = await device({ as: ada, context: { ...phone, viewport: { width: 320, height: 568 } } });
  // The profile loads last. Without it there would be nothing to cover.
  await own.page.evaluate(() => location.assign('#/profile'));
  await own.page.locator('.facts dd').first().waitFor();
  await own.page.evaluate(() => location.assign('#/'));
  await own.inbox(charles.username).waitFor();
  await own.network.refuse();
  await own.connectionStatus.getByText('You are offline.').waitFor();
  expect(await isUncovered(own, '.row a')).toBe(true);
  await own.page.evaluate(() => location.assign('#/people'));
  await own.heading('People').waitFor();
  expect(await isUncovered(own, 'input[type=search]')).toBe(true);
  await own.page.evaluate(() => location.assign('#/profile'));
  await own.heading('Profile').waitFor();
  expect(await isUncovered(own, '.facts dd')).toBe(true);
  const said = await hear(own);
  await own.button('Try now').tap();
  await expect.poll(said).toContainEqual(expect.stringContaining('Connecting…'));
  await own.connectionStatus.getByText('You are offline.').waitFor();
  await own.network.heal();
  await own.connectionStatus.getByText('Back online.').waitFor({ timeout: 60_000 });
});

/** All that the connection status shows from now on, however briefly, because an attempt may fail at once. */
async function hear({ page }: App): Promise<() => Promise<readonly string[]>> {
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      said.push(document.querySelector('[role=status].connection')?.textContent ?? '');
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  return () => page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
}

test('a slow first connection is not reported as being back online', async () => {
  const ada = await person('ada');
  const own = await device();
  // A token that must be refreshed first, by a slow server.
  await own.page.route('**/users/token/refresh', async (route) => {
    await own.page.waitForTimeout(2_500);
    await route.continue();
  });
  await own.page.evaluate((tokens) => localStorage.setItem('parley.tokens', tokens), stale(ada));
  await own.page.reload();
  await own.connectionStatus.getByText('Connecting…').waitFor();
  const said: string[] = [];
  for (const deadline = Date.now() + 3_000; Date.now() < deadline; await own.page.waitForTimeout(50)) {
    said.push((await own.connectionStatus.textContent()) ?? '');
  }
  expect(new Set(said)).toEqual(new Set(['Connecting…', '']));
});

const stale = ({ tokens }: Person) => JSON.stringify({ ...tokens, since: 0 });

const neverScrolls = async (app: App, where: string) =>
  expect(
    await app.page.evaluate(() => document.documentElement.scrollHeight - innerHeight),
    where,
  ).toBeLessThanOrEqual(0);

const isOnScreen = (app: App, selector: string) =>
  app.page.evaluate((css) => {
    const { top, bottom } = (document.querySelector(css) as Element).getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  }, selector);

/** The element at its centre is the element itself, or inside it. */
const isUncovered = (app: App, selector: string) =>
  app.page.evaluate((css) => {
    const element = document.querySelector(css) as Element;
    const { left, top, width, height } = element.getBoundingClientRect();
    return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  }, selector);

async function conversationsOf({ tokens }: Person): Promise<number> {
  const headers = { authorization: `Bearer ${tokens.access}` };
  const answer = await fetch(`${url()}/conversations/?limit=100`, { headers });
  return (await answer.json()).results.length;
}
