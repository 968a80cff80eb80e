import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { logIn, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)(
  'on %s, a user deletes the account, and whoever is left can read but not write',
  async (_, context) => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    await write(url(), ada, charles, 'The last letter');
    const tokens = await logIn(url(), ada);
    const own = await device({ as: ada, hash: '#/profile', ...(context && { context }) });
    const other = await device({ as: { ...ada, tokens } });
    own.faults.expect(/status of 403/);
    other.faults.expect(/status of 401|WebSocket connection/);

    await own.button('Delete my account').click();
    const dialog = own.page.getByRole('dialog', { name: 'Delete your account?' });
    await dialog.waitFor();
    await own.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await violations(own.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Keep the account' }).click();
    await dialog.waitFor({ state: 'hidden' });

    await own.button('Delete my account').click();
    const confirm = dialog.getByRole('button', { name: 'Delete the account' });
    await dialog.getByLabel('Password', { exact: true }).fill('not the password');
    await confirm.click();
    await dialog.getByRole('alert').getByText('The password is wrong.').waitFor();
    await dialog.getByLabel('Password', { exact: true }).fill(ada.password);
    await confirm.click();
    await own.heading('Log in').waitFor();
    await other.heading('Log in').waitFor();
    expect(await own.page.evaluate(() => localStorage.getItem('parley.tokens'))).toBeNull();

    const his = await device({ as: charles, hash: `#/with/${ada.id}` });
    await his.heading('Deleted account').waitFor();
    await his.message('The last letter').waitFor();
    await his.page.getByText('This account was deleted.').waitFor();
    expect(await his.textbox.count()).toBe(0);
    await his.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await violations(his.page)).toEqual([]);
  },
);
