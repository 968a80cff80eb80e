import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import { type Person, react, remove, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  const open = async (user: Person, peer: Person) => {
    const own = await device({ as: user, hash: `#/with/${peer.id}`, ...(context && { context }) });
    await own.isIn(peer);
    return own;
  };

  test('two users react to a message, and take it back', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    await write(url(), charles, ada, 'It runs.');
    const own = await open(ada, charles);
    const his = await open(charles, ada);
    await his.message('It runs.').waitFor();

    await own.openMenu('It runs.');
    await passes(own, 'the menu');
    await own.menu.getByRole('menuitemcheckbox', { name: '👍' }).click();
    await own.showsReactions('It runs.', ['👍, 1, you']);
    await his.showsReactions('It runs.', ['👍, 1']);
    // It is no news.
    expect(await his.announcement.textContent()).toBe('');
    expect(await his.badge(ada.username).count()).toBe(0);

    const beneath = his.reactions('It runs.').first();
    if (context) await beneath.tap();
    else await beneath.click();
    for (const each of [own, his]) await each.showsReactions('It runs.', ['👍, 2, you too']);
    await his.react('It runs.', '🎉');
    await his.showsReactions('It runs.', ['👍, 2, you too', '🎉, 1, you']);
    await own.showsReactions('It runs.', ['👍, 2, you too', '🎉, 1']);
    const pressed = () =>
      own.reactions('It runs.').evaluateAll((all) => all.map((one) => one.getAttribute('aria-pressed')));
    expect(await pressed()).toEqual(['true', 'false']);
    for (const each of [own, his]) await passes(each, 'reactions');

    await own.load(`#/with/${charles.id}`);
    await own.showsReactions('It runs.', ['👍, 2, you too', '🎉, 1']);
    await own.reactions('It runs.').first().click();
    for (const [each, names] of [
      [own, ['👍, 1', '🎉, 1']],
      [his, ['👍, 1, you', '🎉, 1, you']],
    ] as const) {
      await each.showsReactions('It runs.', names);
    }
    // The menu takes it back, too.
    await his.react('It runs.', '🎉');
    await his.reactions('It runs.').first().click();
    for (const each of [own, his]) await each.showsReactions('It runs.', []);
  });
});

test('the menu offers what the message has besides the quick emoji, and says which are own', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), charles, ada, 'It runs.');
  await react(url(), charles, ada, message, '🦄');
  await react(url(), ada, charles, message, '😮');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.showsReactions('It runs.', ['😮, 1, you', '🦄, 1']);
  await own.openMenu('It runs.');
  const picks = await own.menu
    .getByRole('menuitemcheckbox')
    .evaluateAll((all) => all.map((one) => `${one.textContent} ${one.getAttribute('aria-checked')}`));
  expect(picks).toEqual(['👍 false', '❤️ false', '😂 false', '😮 true', '😢 false', '🎉 false', '🦄 false']);
  await own.menu.getByRole('menuitemcheckbox', { name: '🦄' }).click();
  await own.showsReactions('It runs.', ['😮, 1, you', '🦄, 2, you too']);

  // A message that is deleted has none.
  await remove(url(), charles, ada, message);
  await own.showsTexts(['This message was deleted']);
  expect(await own.log.getByRole('group', { name: 'Reactions' }).count()).toBe(0);
});

test('by keyboard, the arrow keys lead from the button of a message to its reactions', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), charles, ada, 'It runs.');
  await react(url(), charles, ada, message, '👍');
  await react(url(), ada, charles, message, '🎉');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.showsReactions('It runs.', ['👍, 1', '🎉, 1, you']);
  const focused = () => own.page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  const { keyboard } = own.page;
  await own.log.focus();
  for (const [key, name] of [
    ['Tab', 'Message options'],
    ['ArrowRight', '👍, 1'],
    ['ArrowRight', '🎉, 1, you'],
    ['ArrowRight', '🎉, 1, you'],
    ['Tab', 'Message'],
    ['Shift+Tab', 'Message options'],
    ['ArrowRight', '👍, 1'],
  ] as const) {
    await keyboard.press(key);
    expect(await focused(), key).toBe(name);
  }
  await keyboard.press('Enter');
  await expect.poll(focused).toBe('👍, 2, you too');
  await keyboard.press('ArrowRight');
  await keyboard.press('Space');
  await own.showsReactions('It runs.', ['👍, 2, you too']);
  // The button with the focus is gone.
  expect(await focused()).toBe('Message options');
});

test('a refused reaction is gone, and the reason stands beneath the message', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const message = await write(url(), ada, charles, 'It runs.');
  await react(url(), ada, charles, message, '👍');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.showsReactions('It runs.', ['👍, 1, you']);
  const blocked = await fetch(`${url()}/users/${ada.id}/block/`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${charles.tokens.access}` },
  });
  expect(blocked.ok).toBe(true);
  await own.react('It runs.', '🎉');
  const why = own.log.getByText('Your reaction was not saved. You cannot write to this user now.');
  await why.waitFor();
  await own.showsReactions('It runs.', ['👍, 1, you']);
  await passes(own, 'a refused reaction');
  await own.button('Discard').click();
  await why.waitFor({ state: 'detached' });
  // To take one back is allowed.
  await own.reactions('It runs.').click();
  await own.showsReactions('It runs.', []);
  await own.load(`#/with/${charles.id}`);
  await own.message('It runs.', 'sent').waitFor();
  await own.showsReactions('It runs.', []);
});
