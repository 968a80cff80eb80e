import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { edit, logIn, remove, write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

interface Told {
  readonly title: string;
  readonly body: string;
}

interface Shown extends Told {
  readonly tag: string;
  readonly silent: boolean;
  readonly isClosed: boolean;
}

interface Doubles {
  readonly told: (Shown & { onclick?: () => void })[];
  hide(isHidden: boolean): void;
}

/** Runs in a page before its own scripts, because a headless browser shows no notification and hides no tab. */
function standIn(): void {
  const told: object[] = [];
  class StandIn {
    static permission = 'default';
    static async requestPermission() {
      StandIn.permission = 'granted';
      return StandIn.permission;
    }
    onclick?: () => void;
    readonly title: string;
    readonly body: string;
    readonly tag: string;
    readonly silent: boolean;
    constructor(title: string, { body = '', tag = '', silent = false } = {}) {
      this.title = title;
      this.body = body;
      this.tag = tag;
      this.silent = silent;
      told.push(this);
    }
    isClosed = false;
    close() {
      this.isClosed = true;
    }
  }
  let isHidden = false;
  Object.defineProperty(document, 'visibilityState', { get: () => (isHidden ? 'hidden' : 'visible') });
  Object.defineProperty(document, 'hidden', { get: () => isHidden });
  const hide = (next: boolean) => {
    isHidden = next;
    document.dispatchEvent(new Event('visibilitychange'));
  };
  Object.assign(globalThis, { Notification: StandIn, doubles: { told, hide } });
}

const hide = (page: Page, isHidden: boolean) =>
  page.evaluate((is) => (globalThis as unknown as { doubles: Doubles }).doubles.hide(is), isHidden);

const told = (page: Page): Promise<Told[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { doubles: Doubles }).doubles.told.map(({ title, body }) => ({ title, body })),
  );

/** The notifications that are still open. A later one replaces one with the same tag. */
const open = (page: Page): Promise<Told[]> =>
  page.evaluate(() => {
    const { told: all } = (globalThis as unknown as { doubles: Doubles }).doubles;
    return [...new Map(all.map((one) => [one.tag, one])).values()]
      .filter(({ isClosed }) => !isClosed)
      .map(({ title, body }) => ({ title, body }));
  });

/** Their titles. */
const standing = async (page: Page): Promise<string[]> =>
  (await open(page)).map(({ title }) => title).toSorted();

test('a user who turned notifications on gets one while the page is hidden, and a click opens the conversation', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  await write(url(), charles, ada, 'From before');
  const own = await device({ as: ada, before: standIn });
  await own.inbox(charles.username).waitFor();

  // Not before they are turned on.
  await hide(own.page, true);
  await write(url(), charles, ada, 'Nobody asked to hear of this');
  await own.inbox(charles.username).getByText('Nobody asked').waitFor();
  await hide(own.page, false);
  await own.link(/^Profile/).click();
  await own.field('Notify me of new messages').check();

  // Not while the page is visible.
  await write(url(), charles, ada, 'Seen as it comes');
  await own.inbox(charles.username).getByText('Seen as it comes').waitFor();
  expect(await told(own.page)).toEqual([]);

  await hide(own.page, true);
  await write(url(), charles, ada, 'Are you there?');
  await write(url(), mary, ada, 'We have not met.');
  const expected = [
    { title: charles.username, body: 'Are you there?' },
    { title: mary.username, body: 'We have not met.' },
  ];
  await expect
    .poll(async () => (await told(own.page)).toSorted((a, b) => (a.title < b.title ? -1 : 1)))
    .toEqual(expected);
  // Not for own messages from another device.
  await write(url(), ada, charles, 'From my phone');
  await own.inbox(charles.username).getByText('From my phone').waitFor();
  expect(await told(own.page)).toHaveLength(2);

  await own.page.evaluate((name) => {
    const { told: all } = (globalThis as unknown as { doubles: Doubles }).doubles;
    all.find(({ title }) => title === name)?.onclick?.();
  }, charles.username);
  await hide(own.page, false);
  await own.isIn(charles);
  await own.showsTexts([
    'From before',
    'Nobody asked to hear of this',
    'Seen as it comes',
    'Are you there?',
    'From my phone',
  ]);
});

test('a notification closes when its conversation is read on any device, and when the session ends', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  await write(url(), charles, ada, 'From before');
  await write(url(), mary, ada, 'From before');
  const own = await device({ as: ada, before: standIn });
  const other = await device({ as: { ...ada, tokens: await logIn(url(), ada) } });
  await own.link(/^Profile/).click();
  await own.field('Notify me of new messages').check();
  await hide(own.page, true);
  for (const peer of [charles, mary]) await write(url(), peer, ada, 'Are you there?');
  await expect.poll(() => standing(own.page)).toEqual([charles.username, mary.username]);

  // Read on another device.
  await other.goTo(charles);
  await expect.poll(() => standing(own.page)).toEqual([mary.username]);

  // Read here.
  await hide(own.page, false);
  await own.goTo(mary);
  await expect.poll(() => standing(own.page)).toEqual([]);
  await other.link('People').click();
  await other.heading('People').waitFor();

  // The end of the session closes the rest.
  await hide(own.page, true);
  await write(url(), charles, ada, 'One more thing');
  await expect.poll(() => standing(own.page)).toEqual([charles.username]);
  await own.link(/^Profile/).click();
  await own.button('Log out').click();
  await own.heading('Log in').waitFor();
  await expect.poll(() => standing(own.page)).toEqual([]);
});

test('a notification follows an edit without a sound, and closes when its message is deleted', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const before = await write(url(), charles, ada, 'From before');
  const own = await device({ as: ada, before: standIn });
  await own.link(/^Profile/).click();
  await own.field('Notify me of new messages').check();
  await own.inbox(charles.username).waitFor();
  await hide(own.page, true);

  // A change of a message from before is no news.
  await edit(url(), charles, ada, before, 'Edited');
  await own.inbox(charles.username).getByText('Edited').waitFor();
  expect(await told(own.page)).toEqual([]);

  const message = await write(url(), charles, ada, 'My password is');
  await expect.poll(() => open(own.page)).toEqual([{ title: charles.username, body: 'My password is' }]);
  await edit(url(), charles, ada, message, 'Good morning');
  await expect.poll(() => open(own.page)).toEqual([{ title: charles.username, body: 'Good morning' }]);
  const sounds = await own.page.evaluate(() =>
    (globalThis as unknown as { doubles: Doubles }).doubles.told.map(({ silent }) => silent),
  );
  expect(sounds).toEqual([false, true]);
  await remove(url(), charles, ada, message);
  await expect.poll(() => open(own.page)).toEqual([]);
  expect(await told(own.page)).toHaveLength(2);
});
