import { expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import { group } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

/** Ada and Bob, in a group of Ada’s. */
async function two(title: string, context?: typeof phone) {
  const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
  const id = await group(url(), ada, title, [bob]);
  const hers = await device({ as: ada, ...(context && { context }) });
  const his = await device({ as: bob });
  for (const one of [hers, his]) await one.goToGroup(id, title);
  return { ada, bob, hers, his };
}

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, an owner describes the group, and the others read it', async (_, context) => {
  const { ada, hers, his } = await two('Looms', context);
  await hers.chooseOption('About this group');
  await hers.fill({ Title: 'Mills', Description: 'Cotton and wool.\nNo silk.' });
  await passes(hers, 'about a group');
  await hers.button('Save').click();
  await hers.page.getByText('Saved.').waitFor();
  await hers.dialog('About this group').getByRole('button', { name: 'Close' }).click();
  await his.heading('Mills').waitFor();
  await expect
    .poll(() => his.happened.last().textContent())
    .toBe(`${ada.username} changed the title to “Mills” and the description`);
  await his.chooseOption('About this group');
  const about = his.dialog('About this group');
  await about.getByText('Cotton and wool.\nNo silk.').waitFor();
  await passes(his, 'about a group, as a member');
  expect(await about.getByRole('button').allTextContents()).toEqual(['Close']);
});

test('owners decide who may write, add and rename', async () => {
  const { hers, his } = await two('News');
  await hers.chooseOption('About this group');
  const about = hers.dialog('About this group');
  await about.getByLabel('Who may write').selectOption('Owners and moderators');
  await his.page.getByText('Only owners and moderators can write in this group.').waitFor();
  await passes(his, 'announcements');
  expect(await his.textbox.count()).toBe(0);
  await about.getByLabel('Who may add and invite others').selectOption('All members');
  await expect
    .poll(async () => {
      await his.openOptions();
      const texts = await his.options.getByRole('menuitem').allTextContents();
      await his.page.keyboard.press('Escape');
      return texts;
    })
    .toContain('Invite by link');
  await about.getByLabel('Who may write').selectOption('All members');
  await his.textbox.waitFor();
  await his.say('I may again');
  await hers.message('I may again').waitFor();
});

test('an owner deletes the group, and it is gone for all', async () => {
  const { bob, hers, his } = await two('Cards');
  await his.say('Shall we play?');
  await hers.message('Shall we play?').waitFor();
  await hers.chooseOption('About this group');
  await hers.button('Delete the group').click();
  const asked = hers.dialog('Delete the group “Cards”?');
  await asked.waitFor();
  await passes(hers, 'deleting a group');
  await asked.getByRole('button', { name: 'Delete the group' }).click();
  for (const one of [hers, his]) await expect.poll(() => one.inbox('Cards').count()).toBe(0);
  await his.heading('You are not in this group').waitFor();
  const again = await device({ as: bob });
  await again.page.getByText('No conversations yet').waitFor();
});
