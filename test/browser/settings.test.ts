import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

/** The names in the list, from the top. */
const listed = (own: { inbox(): import('playwright-core').Locator }) =>
  own.inbox().locator('> ul .name bdi').allTextContents();

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  test('a conversation is pinned, muted and archived, and comes back with its next message', async () => {
    const [ada, bob, cy] = await Promise.all([person('ada'), person('bob'), person('cy')]);
    await write(url(), bob, ada, 'From Bob');
    await write(url(), cy, ada, 'From Cy');
    const own = await device({ as: ada, ...(context && { context }) });
    // Another device of hers.
    const second = await device({ as: ada });
    await expect.poll(() => listed(own)).toEqual([cy.username, bob.username]);
    await own.goTo(bob);
    await own.openOptions();
    await passes(own, 'the options of a conversation');
    await own.page.keyboard.press('Escape');
    await own.chooseOption('Pin');
    await own.chooseOption('Mute for 8 hours');
    await expect.poll(() => listed(second)).toEqual([bob.username, cy.username]);
    await second.inbox(bob.username).getByText('Pinned').waitFor();
    await second.inbox(bob.username).getByText('Muted').waitFor();
    await passes(second, 'an inbox with a pinned and muted conversation');
    await own.openOptions();
    await own.options.getByRole('menuitem', { name: 'Unmute' }).waitFor();
    await own.page.keyboard.press('Escape');

    await own.chooseOption('Archive');
    await second.page.getByText('Archived: 1').click();
    await second.inbox(bob.username).waitFor();
    await passes(second, 'an inbox with an archived conversation');
    expect(await listed(second)).toEqual([cy.username]);
    await second.page.reload();
    await second.page.getByText('Archived: 1').waitFor();
    await write(url(), bob, ada, 'Again');
    await expect.poll(() => listed(second)).toEqual([bob.username, cy.username]);
    expect(await second.page.getByText('Archived: 1').count()).toBe(0);

    await own.chooseOption('Unpin');
    await own.chooseOption('Unmute');
    await second.inbox(bob.username).getByText('Muted').waitFor({ state: 'detached' });
    expect(await second.inbox(bob.username).getByText('Pinned').count()).toBe(0);
  });

  test('a conversation is marked as unread, until it is opened', async () => {
    const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
    await write(url(), bob, ada, 'Think about it');
    const own = await device({ as: ada, ...(context && { context }) });
    await own.inbox(bob.username).click();
    await own.isIn(bob);
    await own.chooseOption('Mark as unread');
    await own.inbox(bob.username).getByText('Marked as unread').waitFor();
    await expect.poll(() => own.log.count()).toBe(0);
    await passes(own, 'an inbox with a conversation that is marked as unread');
    await own.page.reload();
    await own.inbox(bob.username).getByText('Marked as unread').waitFor();
    await own.inbox(bob.username).click();
    await own.isIn(bob);
    const second = await device({ as: ada });
    await second.inbox(bob.username).waitFor();
    await expect.poll(() => second.inbox(bob.username).getByText('Marked as unread').count()).toBe(0);
  });
});

test('a muted conversation does not count in the title of the page', async () => {
  const [ada, bob, cy] = await Promise.all([person('ada'), person('bob'), person('cy')]);
  const own = await device({ as: ada });
  await write(url(), cy, ada, 'Hello');
  await write(url(), bob, ada, 'Hello');
  await expect.poll(() => own.page.title()).toBe('(2) Parley');
  await own.goTo(bob);
  await own.chooseOption('Mute forever');
  await own.page.evaluate(() => location.assign('#/'));
  await write(url(), bob, ada, 'And again');
  await own.badge(bob.username).waitFor();
  expect(await own.page.title()).toBe('(1) Parley');
});

test('the options work by keyboard', async () => {
  const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
  await write(url(), bob, ada, 'Hello');
  const own = await device({ as: ada });
  await own.goTo(bob);
  const button = own.button('Conversation options');
  await button.focus();
  await own.page.keyboard.press('Enter');
  await own.options.waitFor();
  await own.page.keyboard.press('End');
  await own.page.keyboard.press('ArrowUp');
  await own.page.keyboard.press('Enter');
  await own.page.getByText('Archived: 1').waitFor();
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  await expect.poll(() => own.announcement.textContent()).toBe('Archived');
});

test('an eleventh pin is refused, in words', async () => {
  const [ada, ...others] = await Promise.all(Array.from({ length: 12 }, (_, i) => person(`p${i}`)));
  if (!ada) throw new Error('There is nobody.');
  for (const one of others) await write(url(), one, ada, 'Hello');
  const own = await device({ as: ada });
  own.faults.expect(/status of 409/);
  for (const one of others) {
    await own.goTo(one);
    await own.chooseOption('Pin');
    if (one !== others.at(-1)) await expect.poll(() => own.announcement.textContent()).toMatch(/^Pinned/);
  }
  const alert = own.page.getByRole('alert');
  await alert.getByText('You can pin at most 10 conversations. Unpin one of them first.').waitFor();
  await passes(own, 'a refused pin');
  expect(await own.inbox().locator('.mark').count()).toBe(10);
  await alert.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => alert.count()).toBe(0);
});
