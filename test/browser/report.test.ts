import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { write } from './support/people.ts';
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
