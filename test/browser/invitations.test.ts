import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { group, newcomer, type Person, post } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

/** The address within the app of a new invitation, made over HTTP. */
async function invite(owner: Person, id: string, invitation: object = {}): Promise<string> {
  const headers = { authorization: `Bearer ${owner.tokens.access}` };
  const path = `/conversations/${id}/invitations/`;
  const { token } = await post<{ token: string }>(url(), path, invitation, headers);
  return `#/join/${token}`;
}

const INVITED = 'You are invited to a group';

/** The link that is shown once. */
const linkIn = async (own: Device) => new URL(await own.field('Link to send').inputValue());

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  test('somebody without an account opens a link, signs up, and joins the group', async () => {
    const ada = await person('ada');
    const id = await group(url(), ada, 'Engines', []);
    const hash = await invite(ada, id);
    const own = await device({ hash, ...(context && { context }) });
    await own.heading(INVITED).waitFor();
    await passes(own, 'invited, before the login');
    // The invitation waits in the tab, also after a reload.
    await own.link('Log in').click();
    await own.heading('Log in').waitFor();
    await own.page.reload();
    const grace = newcomer('grace');
    await own.signUp(grace);
    await own.heading(INVITED).waitFor();
    await own.page.getByRole('heading', { name: 'Engines' }).waitFor();
    await own.page.getByText(`${ada.username} invites you.`).waitFor();
    await own.page.getByText('1 member', { exact: true }).waitFor();
    await passes(own, 'invited');
    await own.button('Join the group').click();
    await own.isIn({ username: 'Engines' });
    await expect
      .poll(() => own.happened.allTextContents())
      .toEqual([`${ada.username} created the group “Engines”`, 'You joined by a link']);
    await own.say('Good evening');
    await own.showsState('Good evening', 'sent');
    // It does not come back.
    await own.load('#/');
    await own.inbox('Engines').waitFor();
    expect(await own.heading(INVITED).count()).toBe(0);
  });

  test('an owner makes a link and revokes it, and it does not work any more', async () => {
    const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
    const id = await group(url(), ada, 'Looms', []);
    const own = await device({ as: ada, ...(context && { context }) });
    await own.goToGroup(id, 'Looms');
    await own.chooseOption('Invite by link');
    const dialog = own.dialog('Invite by link');
    await dialog.waitFor();
    await passes(own, 'no links');
    await dialog.getByLabel('Joined by at most').selectOption('1 person');
    await dialog.getByRole('button', { name: 'Create a link' }).click();
    const { hash } = await linkIn(own);
    expect(hash).toMatch(/^#\/join\/[\w-]{43}$/);
    await dialog.getByText('0 of 1 joined').waitFor();
    await passes(own, 'a link');
    await dialog.getByRole('button', { name: 'Revoke' }).click();
    await dialog.getByText('0 of 1 joined').waitFor({ state: 'detached' });

    const his = await device({ as: bob, hash });
    his.faults.expect(/status of 404/);
    await his.page.getByText('This invitation does not work, or not any more.').waitFor();
    await passes(his, 'no invitation');
    expect(await his.button('Join the group').count()).toBe(0);
    await his.link('Not now').click();
    await his.page.getByText('No conversations yet').waitFor();
  });

  test('somebody with nobody to talk to makes a group, and a link to it', async () => {
    const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
    const own = await device({ as: ada, ...(context && { context }) });
    await own.button('New group with a link').click();
    await own.field('Title').fill('Mills');
    await passes(own, 'a new group by link');
    await own.button('Create the group').click();
    await own.dialog('Invite by link').waitFor();
    const { hash } = await linkIn(own);
    await passes(own, 'a new group, and its link');
    await own.dialog('Invite by link').getByRole('button', { name: 'Close' }).click();
    await own.isIn({ username: 'Mills' });

    const his = await device({ as: bob, hash });
    await his.button('Join the group').click();
    await his.isIn({ username: 'Mills' });
    await own.happened.getByText(`${bob.username} joined by a link`).waitFor();
    await his.say('Here I am');
    await own.message('Here I am').waitFor();
    // Whoever is in the group already goes there at once.
    await his.load(hash);
    await his.isIn({ username: 'Mills' });
  });
});

test('whoever logs in by an invitation finds it, and a reader may only read', async () => {
  const [ada, bob] = await Promise.all([person('ada'), person('bob')]);
  const id = await group(url(), ada, 'News', []);
  const own = await device({ hash: await invite(ada, id, { role: 'reader' }) });
  await own.link('Log in').click();
  await own.logIn(bob);
  await own.page.getByText('You will be able to read and react, but not to write.').waitFor();
  await own.button('Join the group').click();
  await own.page.getByText('You can read and react in this group, but not write.').waitFor();
});

test('of two who want the last place of a link, one gets it', async () => {
  const [ada, bob, cy] = await Promise.all([person('ada'), person('bob'), person('cy')]);
  const hash = await invite(ada, await group(url(), ada, 'Chess', []), { max_uses: 1 });
  const [his, theirs] = await Promise.all([device({ as: bob, hash }), device({ as: cy, hash })]);
  for (const one of [his, theirs]) {
    one.faults.expect(/status of 404/);
    await one.button('Join the group').waitFor();
  }
  await his.button('Join the group').click();
  await his.isIn({ username: 'Chess' });
  await theirs.button('Join the group').click();
  await theirs.page.getByRole('alert').getByText('This invitation does not work').waitFor();
});
