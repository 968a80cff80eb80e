import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { conversationOf, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a user reports another to the moderators', async (_, context) => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Buy this.');
  const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
  await own.message('Buy this.').waitFor();
  await own.button(`Report ${charles.username}`).click();
  const dialog = own.page.getByRole('dialog', { name: `Report ${charles.username}?` });
  await dialog.waitFor();
  await own.page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await violations(own.page)).toEqual([]);
  await dialog.getByLabel('Reason').selectOption('harassment');
  await dialog.getByLabel('In your words').fill('It does not stop.');
  const sent = own.page.waitForResponse((response) => response.url().endsWith('/reports'));
  await dialog.getByRole('button', { name: 'Send the report' }).click();
  const answer = await sent;
  expect([answer.status(), answer.request().postDataJSON()]).toEqual([
    201,
    { user: charles.id, reason: 'harassment', text: 'It does not stop.' },
  ]);
  await dialog.getByText('Sent. Thank you.').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'hidden' });
});

const MENU = 'Message options';
const ITEM = 'Report this message';

/** Ways to the button beside a message, to its menu, and to the dialog. */
const WAYS = {
  'by mouse': async (own: Device, text: string) => {
    await own.message(text).hover();
    await own.menuButton(text).click();
    await own.menu.getByRole('menuitem', { name: ITEM }).click();
  },
  'by keyboard': async (own: Device, text: string) => {
    await own.log.focus();
    await own.page.keyboard.press('Tab');
    // The newest of the messages comes first.
    await own.page.keyboard.press('ArrowUp');
    const focused = own.menuButton(text);
    await expect.poll(() => focused.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(await focused.evaluate((button) => getComputedStyle(button).opacity)).toBe('1');
    await own.page.keyboard.press('Enter');
    await own.menu.waitFor();
    // The last item, behind the reactions and the reply.
    await own.page.keyboard.press('End');
    await own.page.keyboard.press('Enter');
  },
  'by touch': async (own: Device, text: string) => {
    const button = own.menuButton(text);
    const opacity = () => button.evaluate((one) => getComputedStyle(one).opacity);
    expect(await opacity()).toBe('0');
    await own.message(text).getByText(text, { exact: true }).tap();
    await expect.poll(opacity).toBe('1');
    await button.tap();
    await own.menu.getByRole('menuitem', { name: ITEM }).tap();
  },
};

test.each([
  ['by mouse', undefined],
  ['by keyboard', undefined],
  ['by touch', phone],
] as const)('%s, a user reports one message of another to the moderators', async (way, context) => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'My own.');
  await write(url(), charles, ada, 'Buy this.');
  await write(url(), charles, ada, 'Please.');
  const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
  await own.message('Please.').waitFor();
  await own.page.emulateMedia({ reducedMotion: 'reduce' });
  // Nobody reports an own message.
  expect(await own.page.getByRole('button', { name: MENU }).count()).toBe(3);
  await own.menuButton('My own.').evaluate((button) => (button as HTMLElement).click());
  await own.menu.waitFor();
  expect(await own.menu.getByRole('menuitem', { name: ITEM }).count()).toBe(0);
  await own.page.keyboard.press('Escape');
  await own.menu.waitFor({ state: 'detached' });
  await WAYS[way](own, 'Buy this.');
  const dialog = own.page.getByRole('dialog', { name: `Report this message of ${charles.username}?` });
  await dialog.getByText('Buy this.').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await dialog.getByLabel('Reason').selectOption('spam');
  const sent = own.page.waitForResponse((response) => response.url().endsWith('/reports'));
  await dialog.getByRole('button', { name: 'Send the report' }).click();
  const answer = await sent;
  const conversation = conversationOf(ada, charles);
  expect([answer.status(), answer.request().postDataJSON()]).toEqual([
    201,
    { user: charles.id, message: { conversation, seq: 2 }, reason: 'spam' },
  ]);
  await dialog.getByText('Sent. Thank you.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await dialog.waitFor({ state: 'detached' });
  const button = own.message('Buy this.').getByRole('button');
  expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(await violations(own.page)).toEqual([]);
});
