import { expect, test } from 'vitest';
import { keptRows } from './support/kept.ts';
import { logIn, write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

test('an unsent message survives the page and is sent when the server is back', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Write when you can.');
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.showsTexts(['Write when you can.']);
  await own.network.refuse();
  await own.say('I write now');
  await own.say('and once more.');
  await own.message('and once more.', 'sending').waitFor();
  // A message is shown at once and stored a moment later.
  await expect.poll(() => keptRows(own)).toContain('and once more.');
  await own.page.close();

  await own.network.heal();
  const tab = await own.tab(`#/with/${charles.id}`);
  await tab.message('and once more.', 'sent').waitFor();
  await tab.showsTexts(['Write when you can.', 'I write now', 'and once more.']);
  const his = await device({ as: charles, hash: `#/with/${ada.id}` });
  await his.showsTexts(['Write when you can.', 'I write now', 'and once more.']);
});

test('a page that is opened right after a message shows it, although the inbox follows by a second', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  for (let i = 0; i < 30; i += 1) await write(url(), ada, charles, `Message ${i}`);
  await write(url(), mary, ada, 'Are you there?');
  const own = await device({ as: ada });
  await own.inbox(mary.username).getByText('Are you there?').waitFor();
  await own.badge(mary.username).waitFor();
  await expect.poll(() => own.page.title()).toBe('(1) Parley');
});

test('a draft is still there when the user comes back to the conversation', async () => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.textbox.fill('To be continued');
  await own.goTo(mary);
  await expect.poll(() => own.textbox.inputValue()).toBe('');
  await own.goTo(charles);
  await expect.poll(() => own.textbox.inputValue()).toBe('To be continued');
});

test('a reload does not show the user as offline', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'Hello');
  const [hers, his] = await Promise.all([device({ as: ada }), device({ as: charles })]);
  await his.inbox(ada.username).click();
  await expect.poll(() => his.presence.textContent()).toBe('Online');
  await his.presence.evaluate((line) => {
    const observer = new MutationObserver(() =>
      line.setAttribute('data-was', `${line.getAttribute('data-was') ?? ''}|${line.textContent}`),
    );
    observer.observe(line, { childList: true, characterData: true, subtree: true });
  });
  for (let i = 0; i < 3; i += 1) {
    await hers.page.reload();
    await hers.inbox(charles.username).waitFor();
    await hers.isOnline();
  }
  // A message comes after all presence frames, so nothing else is to come.
  await hers.goTo(charles);
  await hers.say('Still here.');
  await his.message('Still here.').waitFor();
  expect((await his.presence.getAttribute('data-was')) ?? '').not.toContain('seen');
  await hers.page.close();
  await expect.poll(() => his.presence.textContent()).toMatch(/^Last seen/);
});

test('a profile change on another device appears here, and saving here does not undo it', async () => {
  const ada = await person('ada');
  const [first, second] = [
    await device({ as: ada }),
    await device({ as: { ...ada, tokens: await logIn(url(), ada) } }),
  ];
  for (const each of [first, second]) await each.link(/^Profile/).click();
  for (const each of [first, second])
    await expect.poll(() => each.field('First name').inputValue()).toBe('Ada');

  await second.field('Last name').fill('King');
  await second.field('Show when I am online, and see when others are').uncheck();
  await second.button('Save').click();
  await second.page.getByText('Saved.').waitFor();

  // This page does not know the other change yet.
  expect(await first.field('Last name').inputValue()).toBe('Lovelace');
  await first.field('First name').fill('Augusta');
  await first.button('Save').click();
  await first.page.getByText('Saved.').waitFor();
  await expect.poll(() => first.field('Last name').inputValue()).toBe('King');
  expect(await first.field('First name').inputValue()).toBe('Augusta');
  expect(await first.field('Show when I am online, and see when others are').isChecked()).toBe(false);

  // Opening the view reads the profile again.
  await second.page.evaluate(() => location.assign('#/people'));
  await second.heading('People').waitFor();
  await second.link(/^Profile/).click();
  await expect.poll(() => second.field('First name').inputValue()).toBe('Augusta');
  expect(await second.field('Last name').inputValue()).toBe('King');
});

test('a user who hides their presence is not shown as online', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), ada, charles, 'Hello');
  const [hers, his] = await Promise.all([device({ as: ada }), device({ as: charles })]);
  await his.inbox(ada.username).click();
  await expect.poll(() => his.presence.textContent()).toBe('Online');
  await hers.link(/^Profile/).click();
  await hers.field('Show when I am online, and see when others are').uncheck();
  await expect.poll(() => his.presence.textContent()).toBe('');
  expect(await his.inbox(ada.username).getByText('Online').count()).toBe(0);
  await hers.field('Show when I am online, and see when others are').check();
  await expect.poll(() => his.presence.textContent()).toBe('Online');
});
