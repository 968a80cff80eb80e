import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a user blocks another, reads on, and ends the block again', async (_, context) => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Are you there?');
  const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
  const his = await device({ as: charles, hash: `#/with/${ada.id}` });
  await own.message('Are you there?').waitFor();
  await his.isIn(ada);

  const open = own.button(`Block ${charles.username}`);
  await open.click();
  const dialog = own.page.getByRole('dialog', { name: `Block ${charles.username}?` });
  await dialog.waitFor();
  await own.page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await violations(own.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(await own.textbox.count()).toBe(1);

  await open.click();
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await own.page.getByText(`You block ${charles.username}.`).waitFor();
  expect([await own.textbox.count(), await open.count()]).toEqual([0, 0]);
  await own.message('Are you there?').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.page.reload();
  await own.page.getByText(`You block ${charles.username}.`).waitFor();

  await his.say('Hello?');
  await his.showsState('Hello?', 'failed');
  await his.page.getByText('You cannot write to this user now.', { exact: true }).waitFor();
  expect(await his.page.getByText(`You block ${ada.username}.`).count()).toBe(0);

  await own.button('Unblock').click();
  await own.say('I am.');
  await his.message('I am.').waitFor();
});
