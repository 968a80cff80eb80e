import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const LONG = 'so long that not all of them are seen at once '.repeat(4);

/** Runs in a page before its own scripts, because a headless browser hides no tab. */
function hidable(): void {
  let isHidden = false;
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
  Object.assign(globalThis, {
    hide(next: boolean) {
      isHidden = next;
      document.dispatchEvent(new Event('visibilitychange'));
    },
  });
}

const hide = (page: Page, isHidden: boolean) =>
  page.evaluate((is) => (globalThis as unknown as { hide: (is: boolean) => void }).hide(is), isHidden);

const hasFocus = (app: App, username: string) =>
  app.inbox(username).evaluate((link) => link === document.activeElement);

test('the list of conversations keeps its scroll position, and the focus returns to the last conversation', async () => {
  const ada = await person('ada');
  const people = await Promise.all(Array.from({ length: 16 }, () => person('friend')));
  for (const friend of people) await write(url(), friend, ada, 'Hello');
  const own = await device({ as: ada, context: phone });
  await expect.poll(() => own.inbox().getByRole('link').count()).toBe(people.length);
  const top = () => own.inbox().evaluate(({ scrollTop }) => scrollTop);
  await own.inbox().evaluate((list) => list.scrollTo(0, 200));
  await expect.poll(top).toBe(200);
  const friend = people[8] as (typeof people)[number];
  await own.inbox(friend.username).tap();
  await own.isIn(friend);
  await own.link('Back').tap();
  await expect.poll(() => hasFocus(own, friend.username)).toBe(true);
  expect(await top()).toBe(200);
});

test('the focus stays on a conversation that moves up in the list', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  await write(url(), charles, ada, 'First');
  await write(url(), mary, ada, 'Second');
  const own = await device({ as: ada });
  await own.inbox(mary.username).waitFor();
  await own.inbox(charles.username).focus();
  await write(url(), charles, ada, 'Third');
  await own.inbox(charles.username).getByText('Third').waitFor();
  const first = own.inbox().getByRole('link').first();
  await expect.poll(() => first.textContent()).toContain(charles.username);
  expect(await hasFocus(own, charles.username)).toBe(true);
});

test('messages that came while the tab was hidden are shown from the first, and only seen ones count as read', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Before');
  const own = await device({ as: ada, hash: `#/with/${charles.id}`, before: hidable });
  await own.isIn(charles);
  await own.badge(charles.username).waitFor({ state: 'detached' });
  await hide(own.page, true);
  for (let i = 1; i <= 20; i += 1) await write(url(), charles, ada, `${i} ${LONG}`);
  await expect.poll(() => own.badge(charles.username).textContent()).toContain('20');
  await hide(own.page, false);
  const line = own.page.locator('li.unread-from');
  await expect.poll(() => line.evaluate((row) => row.nextElementSibling?.getAttribute('data-seq'))).toBe('2');
  await expect
    .poll(() =>
      line.evaluate(
        (row) => row.getBoundingClientRect().top > 0 && row.getBoundingClientRect().top < innerHeight / 2,
      ),
    )
    .toBe(true);
  const unread = () => own.badge(charles.username).locator('[aria-hidden]').textContent();
  await expect.poll(unread).not.toBe('20');
  expect(Number(await unread())).toBeGreaterThan(8);
});

test('another user who logs in in another tab finds nothing of the previous user', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  await write(url(), ada, charles, 'Between us');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.textbox.fill('Not sent yet');
  await own.page.evaluate((tokens) => {
    localStorage.setItem('parley.tokens', tokens);
    // As it would come from another tab.
    dispatchEvent(new StorageEvent('storage', { key: 'parley.tokens' }));
  }, JSON.stringify(mary.tokens));
  await own.link(`Profile, ${mary.username}`).waitFor();
  await expect.poll(() => own.page.evaluate(() => location.hash)).toBe('#/');
  expect(await own.page.locator('body').textContent()).not.toMatch(/Between us|Not sent yet/);
  await own.goTo(charles);
  expect(await own.textbox.inputValue()).toBe('');
});

test('a draft survives when the server ends the session and the same user logs in again', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  // On a slow machine, requests or the handshake of the socket are still under way. The browser logs that they are refused.
  own.faults.expect(/status of 401|WebSocket connection/);
  await own.isIn(charles);
  await own.textbox.fill('Half a thou');
  await fetch(`${url()}/users/logout/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${ada.tokens.access}` },
    body: JSON.stringify({ refresh_token: ada.tokens.refresh }),
  });
  await own.page.getByText('You were logged out.').waitFor();
  await own.logIn(ada);
  await own.isIn(charles);
  expect(await own.textbox.inputValue()).toBe('Half a thou');
});

test('a message is shown in a conversation that cannot be loaded yet', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Hello');
  const own = await device({ as: ada });
  await own.inbox(charles.username).waitFor();
  await own.network.refuse();
  await own.inbox(charles.username).click();
  await own.page.getByText('The messages could not be loaded.').waitFor();
  await own.say('Written in the dark');
  await own.message('Written in the dark', 'sending').waitFor();
  await own.network.heal();
  await own.showsTexts(['Hello', 'Written in the dark'], 40_000);
});

test('a page in a right-to-left language begins at its right edge', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'مرحبا');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.page.evaluate(() => {
    document.documentElement.dir = 'rtl';
  });
  const edges = await own.page.evaluate(() => {
    const { right } = (document.querySelector('.side') as Element).getBoundingClientRect();
    return { right, width: innerWidth, scrollWidth: document.documentElement.scrollWidth };
  });
  expect(edges).toEqual({ right: edges.width, width: edges.width, scrollWidth: edges.width });
});
