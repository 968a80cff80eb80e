import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

/** A conversation of three messages: own, theirs, own. */
async function talk(context?: typeof phone) {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'First');
  await write(url(), charles, ada, 'Second');
  await write(url(), ada, charles, 'Third');
  const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
  await own.message('Third').waitFor();
  return own;
}

/** The name of the focused element, and the text of the message that it belongs to. */
const focused = (own: Device) =>
  own.page.evaluate(() => {
    const { activeElement: one } = document;
    const name = one?.getAttribute('aria-label') ?? one?.textContent;
    return [name, one?.closest('li.message')?.querySelector('.text')?.textContent ?? ''];
  });

const items = (own: Device) => own.menu.getByRole('menuitem').allTextContents();

test('by keyboard, the list has one tab stop, and arrow keys lead to the menu of each message', async () => {
  const own = await talk();
  const { keyboard } = own.page;
  await own.log.focus();
  await keyboard.press('Tab');
  expect(await focused(own)).toEqual(['Message options', 'Third']);
  await keyboard.press('Tab');
  expect(await focused(own)).toEqual(['Message', '']);
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowUp');
  await keyboard.press('ArrowUp');
  expect(await focused(own)).toEqual(['Message options', 'First']);
  // Screen readers read the message with the button.
  const button = own.menuButton('First');
  expect(await button.getAttribute('aria-describedby')).toBe(
    await own.message('First').locator('.bubble').getAttribute('id'),
  );

  expect(await button.getAttribute('aria-expanded')).toBe('false');
  await keyboard.press('Enter');
  await expect.poll(() => focused(own)).toEqual(['👍', '']);
  expect(await button.getAttribute('aria-expanded')).toBe('true');
  await own.page.emulateMedia({ reducedMotion: 'reduce' });
  for (const colorScheme of ['light', 'dark'] as const) {
    await own.page.emulateMedia({ colorScheme });
    expect(await violations(own.page)).toEqual([]);
  }
  const steps = [
    ['ArrowRight', '❤️'],
    ['ArrowLeft', '👍'],
    ['ArrowLeft', '🎉'],
    // Left and right lead along the emoji, up and down past them.
    ['ArrowDown', 'Reply'],
    ['ArrowRight', 'Reply'],
    ['ArrowDown', 'Edit'],
    ['ArrowDown', 'Delete'],
    ['ArrowDown', '👍'],
    ['ArrowUp', 'Delete'],
    ['Home', '👍'],
    ['End', 'Delete'],
  ] as const;
  for (const [key, item] of steps) {
    await keyboard.press(key);
    expect(await focused(own), key).toEqual([item, '']);
  }
  await keyboard.press('Escape');
  await own.menu.waitFor({ state: 'detached' });
  expect(await focused(own)).toEqual(['Message options', 'First']);
  // The menu took the key: the conversation is still open.
  await own.message('First').waitFor();
  await keyboard.press('Space');
  await own.menu.waitFor();
  await keyboard.press('Tab');
  await own.menu.waitFor({ state: 'detached' });
  expect(await focused(own)).toEqual(['Message', '']);
});

test('by mouse, the button appears on hover, and a click elsewhere closes the menu', async () => {
  const own = await talk();
  const button = own.menuButton('Second');
  const opacity = () => button.evaluate((one) => getComputedStyle(one).opacity);
  await own.page.mouse.move(0, 0);
  expect(await opacity()).toBe('0');
  await own.message('Second').hover();
  await expect.poll(opacity).toBe('1');
  await button.click();
  expect(await items(own)).toEqual(['Reply', 'Report this message']);
  // It stays while the pointer goes to the menu.
  await own.menu.hover();
  expect(await opacity()).toBe('1');
  await button.click();
  await own.menu.waitFor({ state: 'detached' });

  await button.click();
  await own.menu.waitFor();
  await own.textbox.click();
  await own.menu.waitFor({ state: 'detached' });
  expect(await focused(own)).toEqual(['Message', '']);

  // The menu of another message replaces it.
  await own.message('Second').hover();
  await button.click();
  await own.message('First').hover();
  await own.menuButton('First').click();
  await expect.poll(() => items(own)).toEqual(['Reply', 'Edit', 'Delete']);
  expect(await own.menu.count()).toBe(1);
});

/** A finger on the screen. */
async function finger(own: Device, text: string) {
  const box = await own.message(text).locator('.text').boundingBox();
  if (!box) throw new Error(`${text} is not on the screen.`);
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cdp = await own.context.newCDPSession(own.page);
  const dispatch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: readonly object[]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: touchPoints as { x: number; y: number }[] });
  return {
    press: () => dispatch('touchStart', [at]),
    moveBy: (y: number) => dispatch('touchMove', [{ x: at.x, y: at.y + y }]),
    lift: () => dispatch('touchEnd', []),
  };
}

test('by touch, a long press opens the menu, and stays away from the browser’s own', async () => {
  const own = await talk(phone);
  // Counts what the browser would show or select.
  await own.page.evaluate(() => {
    const seen = { menus: 0 };
    addEventListener('contextmenu', (event) => {
      if (!event.defaultPrevented) seen.menus += 1;
    });
    Object.assign(globalThis, { seen });
  });
  const hand = await finger(own, 'Third');
  await hand.press();
  await own.menu.waitFor();
  await hand.lift();
  // To lift the finger is no click elsewhere.
  await own.page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  expect(await items(own)).toEqual(['Reply', 'Edit', 'Delete', 'Copy']);
  expect(await focused(own)).toEqual(['👍', '']);
  expect(
    await own.page.evaluate(() => [
      (globalThis as unknown as { seen: { menus: number } }).seen.menus,
      String(getSelection()),
    ]),
  ).toEqual([0, '']);

  await own.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await own.menu.getByRole('menuitem', { name: 'Copy' }).tap();
  await own.menu.waitFor({ state: 'detached' });
  await expect.poll(() => own.page.evaluate(() => navigator.clipboard.readText())).toBe('Third');
  await expect.poll(() => own.announcement.textContent()).toBe('Copied.');
});

test('a finger that scrolls, or only taps, opens no menu', async () => {
  const own = await talk(phone);
  await own.page.clock.install();
  const hand = await finger(own, 'Third');
  await hand.press();
  await hand.moveBy(-40);
  await own.page.clock.runFor(2_000);
  await hand.lift();
  await hand.press();
  await hand.lift();
  await own.page.clock.runFor(2_000);
  expect(await own.menu.count()).toBe(0);
});
