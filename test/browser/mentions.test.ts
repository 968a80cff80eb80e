import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { passes } from './support/axe.ts';
import { group, post } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

/** Ada has a group with Bob and Cy open. */
async function inGroup(context?: typeof phone) {
  const [ada, bob, cy] = await Promise.all([person('ada'), person('bob'), person('cy')]);
  const id = await group(url(), ada, 'Engines', [bob, cy]);
  const hers = await device({ as: ada, ...(context && { context }) });
  await hers.goToGroup(id, 'Engines');
  return { ada, bob, cy, id, hers };
}

const offered = ({ page }: App) =>
  page.getByRole('listbox', { name: 'Members to mention' }).getByRole('option');
const chosen = ({ page }: App) => page.getByRole('option', { selected: true });

test('a name is completed by keyboard, and whoever is mentioned sees it in the list and in the message', async () => {
  const { ada, bob, cy, id, hers } = await inGroup();
  const his = await device({ as: bob });
  await his.inbox('Engines').waitFor();
  await hers.textbox.pressSequentially('Look, @');
  await expect
    .poll(() => offered(hers).allTextContents())
    .toEqual([bob, cy].map((one) => `@${one.username}`).concat('@all'));
  expect(await chosen(hers).textContent()).toBe(`@${bob.username}`);
  await passes(hers, 'names to mention');
  await hers.page.keyboard.press('ArrowUp');
  expect(await chosen(hers).textContent()).toBe('@all');
  await hers.page.keyboard.press('ArrowDown');
  await hers.page.keyboard.press('Enter');
  expect(await hers.textbox.inputValue()).toBe(`Look, @${bob.username} `);
  expect(await offered(hers).count()).toBe(0);
  await hers.page.keyboard.type('it runs');
  await hers.page.keyboard.press('Enter');

  const text = `Look, @${bob.username} it runs`;
  await hers.showsTexts([text]);
  await his.badge('Engines').first().waitFor();
  await expect
    .poll(() => his.inbox('Engines').locator('.badge.at').textContent())
    .toBe('@1 message mentions you');
  await passes(his, 'an inbox with a mention');
  await his.goToGroup(id, 'Engines');
  await his.message(text).waitFor();
  expect(await his.message(text).locator('.mention').allTextContents()).toEqual([`@${bob.username}`]);
  expect(await his.message(text).getAttribute('class')).toContain('for-me');
  await passes(his, 'a message that mentions the user');
  await expect.poll(() => his.inbox('Engines').locator('.badge.at').count()).toBe(0);
  expect(await hers.message(text).getAttribute('class')).not.toContain('for-me');
  // The text has the name, but the message mentions nobody.
  const unmeant = `@${bob.username} in a message that mentions nobody`;
  const headers = { authorization: `Bearer ${ada.tokens.access}`, 'idempotency-key': crypto.randomUUID() };
  await post(url(), `/conversations/${id}/messages/`, { text: unmeant }, headers);
  const plain = his.message(unmeant);
  await plain.waitFor();
  expect(await plain.locator('.mention').count()).toBe(0);
});

test('the list closes with Escape, stays out of edits, and a name that is edited away is no mention', async () => {
  const { bob, hers } = await inGroup();
  await hers.textbox.pressSequentially('@');
  await offered(hers).first().waitFor();
  await hers.page.keyboard.press('Escape');
  expect(await offered(hers).count()).toBe(0);
  // Escape has closed the list, not the conversation.
  await hers.isIn({ username: 'Engines' });
  await hers.textbox.fill('');
  await hers.textbox.pressSequentially('@');
  await hers.page.keyboard.press('Tab');
  await expect.poll(() => hers.textbox.inputValue()).toBe(`@${bob.username} `);
  await hers.textbox.fill('Nobody after all');
  await hers.page.keyboard.press('Enter');
  await hers.showsTexts(['Nobody after all']);
  expect(await hers.message('Nobody after all').locator('.mention').count()).toBe(0);
  await hers.page.keyboard.press('ArrowUp');
  await hers.field('Edit message').waitFor();
  await hers.page.keyboard.type(' @');
  expect(await offered(hers).count()).toBe(0);
});

test('on a phone, a tap takes a name and keeps the keyboard open', async () => {
  const { cy, hers } = await inGroup(phone);
  await hers.textbox.tap();
  await hers.page.keyboard.type('@cy');
  await offered(hers).first().tap();
  expect(await hers.textbox.inputValue()).toBe(`@${cy.username} `);
  expect(await hers.textbox.evaluate((area) => area === document.activeElement)).toBe(true);
  await hers.page.keyboard.type('hello');
  await hers.button('Send').tap();
  const text = `@${cy.username} hello`;
  await hers.message(text).waitFor();
  expect(await hers.message(text).locator('.mention').textContent()).toBe(`@${cy.username}`);
});
