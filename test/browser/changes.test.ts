import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { conversationOf, edit, type Person, remove, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const DELETED = 'This message was deleted';

const isFocused = (own: Device, role: 'log' | 'editField' | 'textbox') =>
  own[role].evaluate((element) => element === document.activeElement);

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  /** Ada has the conversation open, on the screen that is tested. */
  const open = async (ada: Person, charles: Person) => {
    const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
    await own.isIn(charles);
    return own;
  };

  test('a user edits a message in the composer, and both see the new text', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    await write(url(), ada, charles, 'The engin runs.');
    await write(url(), ada, charles, 'Tonight.');
    const own = await open(ada, charles);
    const his = await device({ as: charles, hash: `#/with/${ada.id}` });
    await his.message('Tonight.').waitFor();
    await own.textbox.fill('A draft');

    await own.choose('The engin runs.', 'Edit');
    await own.page.getByText('Editing', { exact: true }).waitFor();
    await expect.poll(() => isFocused(own, 'editField')).toBe(true);
    expect(await own.editField.inputValue()).toBe('The engin runs.');
    await passes(own, 'editing');
    await own.editField.fill('The engine runs.');
    if (context) await own.button('Save').tap();
    else await own.page.keyboard.press('Enter');

    for (const each of [own, his]) {
      await each.showsTexts(['The engine runs.', 'Tonight.']);
      const edited = each.message('The engine runs.').getByText('edited', { exact: true });
      await edited.waitFor();
      expect(await edited.getAttribute('title')).toMatch(/^Edited \w+,? \d+ /);
    }
    await own.showsState('The engine runs.', 'read');
    expect(await own.textbox.inputValue()).toBe('A draft');
    await passes(own, 'an edited message');
    // It is not new.
    expect(await his.announcement.textContent()).toBe('');

    // The list of conversations shows the new text of the last message, and nothing unread.
    await edit(url(), ada, charles, { seq: 2 }, 'Tonight!');
    await his.message('Tonight!').waitFor();
    await his.inbox(ada.username).getByText('Tonight!').waitFor();
    expect(await his.badge(ada.username).count()).toBe(0);
  });

  test('a user deletes a message after a question, and both see that it was deleted', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    await write(url(), ada, charles, 'Stays');
    await write(url(), ada, charles, 'A secret');
    const own = await open(ada, charles);
    const his = await device({ as: charles, hash: `#/with/${ada.id}` });
    await his.message('A secret').waitFor();

    await own.choose('A secret', 'Delete');
    const dialog = own.page.getByRole('dialog', { name: 'Delete this message?' });
    await dialog.getByText('A secret').waitFor();
    await passes(own, 'the question');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.waitFor({ state: 'detached' });
    const button = own.menuButton('A secret');
    expect(await button.evaluate((one) => one === document.activeElement)).toBe(true);

    await own.choose('A secret', 'Delete');
    await dialog.getByRole('button', { name: 'Delete' }).click();
    for (const each of [own, his]) await each.showsTexts(['Stays', DELETED]);
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => isFocused(own, 'log')).toBe(true);
    await expect.poll(() => own.announcement.textContent()).toBe(DELETED);
    expect(await own.message(DELETED).getByRole('button').count()).toBe(0);
    expect(await his.message(DELETED).getByRole('button').count()).toBe(0);
    await expect.poll(() => own.message(DELETED).locator('.tick').count()).toBe(0);
    await passes(own, 'a deleted message');
    await his.inbox(ada.username).getByText(DELETED).waitFor();
    await passes(his, 'a deleted message of another user');
    expect(await his.announcement.textContent()).toBe('');
    if (context) await own.link('Back').tap();
    await own.inbox(charles.username).getByText(DELETED).waitFor();
    await passes(own, 'a deleted message in the list');

    // A reload shows the same.
    await his.load(`#/with/${ada.id}`);
    await his.showsTexts(['Stays', DELETED]);
  });

  test('a refused edit shows both texts, and can be tried again or discarded', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    const message = await write(url(), ada, charles, 'One');
    const own = await open(ada, charles);
    await own.message('One', 'sent').waitFor();
    await own.network.refuse();
    await own.edit('One', 'Mine');
    await own.message('Mine', 'changing').waitFor();
    await own.message('Mine').getByText('Saving…').waitFor({ state: 'attached' });
    await passes(own, 'an edit that waits');
    await edit(url(), ada, charles, message, 'Theirs');
    await own.network.heal();

    const why = 'Your change was not saved. This message was edited on another device. You wrote:';
    const refused = own.message('Theirs');
    await refused.getByText(why).waitFor();
    await expect.poll(() => refused.locator('blockquote').textContent()).toBe('Mine');
    await own.showsTexts(['Theirs']);
    await expect.poll(() => own.announcement.textContent()).toBe(why);
    await passes(own, 'a refused edit');
    await own.button('Try again').click();
    await own.showsTexts(['Mine']);
    await own.message('Mine', 'sent').waitFor();
    await own.log.getByText(why).waitFor({ state: 'detached' });

    await own.network.refuse();
    await own.edit('Mine', 'Once more');
    await own.message('Once more', 'changing').waitFor();
    await edit(url(), ada, charles, { ...message, version: 3 }, 'Theirs again');
    await own.network.heal();
    await own.log.getByText(why).waitFor();
    // To edit it begins with the own text.
    await own.choose('Theirs again', 'Edit');
    expect(await own.editField.inputValue()).toBe('Once more');
    await own.button('Cancel').click();
    await own.button('Discard').click();
    await own.log.getByText(why).waitFor({ state: 'detached' });
    await own.showsTexts(['Theirs again']);
  });
});

test('arrow-up in an empty composer edits the last own message, and Escape brings the draft back', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'Own, not last');
  const last = await write(url(), ada, charles, 'Own, last');
  await write(url(), charles, ada, 'Theirs');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('Theirs').waitFor();

  await own.textbox.fill('Draft');
  await own.textbox.press('ArrowUp');
  expect(await own.editField.count()).toBe(0);
  await own.textbox.fill('');
  await own.textbox.press('ArrowUp');
  expect(await own.editField.inputValue()).toBe('Own, last');
  await expect.poll(() => own.announcement.textContent()).toBe('Editing');
  await own.editField.press('End');
  await own.page.keyboard.type('!');
  await own.page.keyboard.press('Escape');
  await own.textbox.waitFor();
  expect(await own.textbox.inputValue()).toBe('');
  await own.showsTexts(['Own, not last', 'Own, last', 'Theirs']);
  expect(await isFocused(own, 'textbox')).toBe(true);

  await remove(url(), ada, charles, last);
  await own.message(DELETED).waitFor();
  await own.textbox.press('ArrowUp');
  expect(await own.editField.inputValue()).toBe('Own, not last');
  // An empty text cannot be saved.
  await own.editField.fill(' ');
  await own.editField.press('Enter');
  expect(await own.button('Save').getAttribute('aria-disabled')).toBe('true');
  // The same text is no edit.
  await own.editField.fill('Own, not last');
  await own.editField.press('Enter');
  await own.textbox.waitFor();
  expect(await own.message('Own, not last').getByText('edited', { exact: true }).count()).toBe(0);
  await own.message('Own, not last', 'sent').waitFor();
});

test('what another device does to a message shows while it is edited', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), ada, charles, 'One');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('One').waitFor();
  await own.textbox.press('ArrowUp');
  await own.editField.fill('Mine');
  await edit(url(), ada, charles, message, 'Theirs');
  const line = own.page.locator('#edit-line');
  await line.getByText('Edited on another device. The present text is:').waitFor();
  await line.getByText('Theirs', { exact: true }).waitFor();
  expect(await own.editField.inputValue()).toBe('Mine');
  await passes(own, 'a message that was edited elsewhere');
  await remove(url(), ada, charles, message);
  await line.getByText(DELETED).waitFor();
  // The text stays, to be taken elsewhere, but cannot be saved.
  expect(await own.button('Save').getAttribute('aria-disabled')).toBe('true');
  await own.editField.press('Enter');
  expect(await own.editField.inputValue()).toBe('Mine');
  await passes(own, 'a message that was deleted elsewhere');
  await own.editField.press('Escape');
  await own.textbox.waitFor();
});

test('the menu of a message that another device deletes closes, and the focus is not lost', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), ada, charles, 'One');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('One').hover();
  await own.menuButton('One').click();
  await own.menu.waitFor();
  await remove(url(), ada, charles, message);
  await own.menu.waitFor({ state: 'detached' });
  await own.showsTexts([DELETED]);
  await expect.poll(() => isFocused(own, 'log')).toBe(true);
});

test('an unsent message can be edited and deleted before it is sent', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.say('Sent');
  await own.showsState('Sent', 'sent');
  await own.network.refuse();
  for (const text of ['Waits', 'Wrong']) await own.say(text);
  await own.message('Wrong', 'sending').waitFor();
  await own.edit('Waits', 'Waited');
  await own.choose('Wrong', 'Delete');
  const dialog = own.page.getByRole('dialog', { name: 'Delete this message?' });
  await dialog.getByText('It has not been sent yet.').waitFor();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await own.showsTexts(['Sent', 'Waited']);
  await own.network.heal();
  await own.showsState('Waited', 'sent');
  await own.showsTexts(['Sent', 'Waited']);
});

test('a refused change of a message that is not on the screen shows, and a button leads to it', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), ada, charles, 'One');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('One').waitFor();
  await own.network.refuse();
  await own.edit('One', 'Mine');
  await edit(url(), ada, charles, message, 'Theirs');
  for (let i = 0; i < 40; i += 1) await write(url(), ada, charles, `Message ${i}`);
  await own.network.heal();
  await own.message('Message 39').waitFor();
  await own.button('Jump to the newest message').or(own.button('A change was not saved')).first().waitFor();
  await own.log.evaluate((log) => log.scrollTo(0, log.scrollHeight));
  await passes(own, 'a refused change that is not on the screen');
  await own.button('A change was not saved').click();
  await own.isAtRest();
  const again = own.button('Try again');
  expect(await again.evaluate((button) => button === document.activeElement)).toBe(true);
  await own.button('A change was not saved').waitFor({ state: 'detached' });
  const box = await again.boundingBox();
  expect(box?.y).toBeGreaterThan(0);
  await own.page.keyboard.press('Enter');
  await own.message('Mine', 'sent').waitFor();
});

test('a user who is blocked can delete, but not edit', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'One');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.message('One').waitFor();
  const blocked = await fetch(`${url()}/users/${ada.id}/block/`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${charles.tokens.access}` },
  });
  expect(blocked.ok).toBe(true);
  await own.edit('One', 'Two');
  const refused = own.message('One');
  await refused.getByText('Your change was not saved. You cannot write to this user now.').waitFor();
  await own.showsTexts(['One']);
  await own.button('Discard').click();
  await own.choose('One', 'Delete');
  await own.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await own.message(DELETED, 'sent').waitFor();
  const path = `/conversations/${conversationOf(ada, charles)}/messages/`;
  const stored = await fetch(url() + path, { headers: { authorization: `Bearer ${charles.tokens.access}` } });
  expect(await stored.text()).not.toContain('One');
});
