import { describe, expect, test } from 'vitest';
import { passes } from './support/axe.ts';
import { newcomer, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s', (_, context) => {
  test('the login and sign-up pages are accessible', async () => {
    const own = await device({ ...(context && { context }) });
    own.faults.expect(/status of 40[01]/);
    await own.heading('Log in').waitFor();
    await passes(own, 'log in');
    await own.logIn({ email: 'nobody@example.com', password: 'wrong-password' });
    await own.page.getByRole('alert').waitFor();
    await passes(own, 'log in, refused');

    await own.link('Create an account').click();
    await own.heading('Create an account').waitFor();
    await passes(own, 'sign up');
    await own.button('Create account').click();
    await own.page.locator('[aria-invalid=true]').first().waitFor();
    await passes(own, 'sign up, refused');
  });

  test('the views of the chat are accessible', async () => {
    const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
    const own = await device({ as: ada, ...(context && { context }) });
    await own.page.getByText('No conversations yet').waitFor();
    await passes(own, 'an empty inbox');

    for (const text of ['One', 'Two', 'Three']) await write(url(), charles, ada, text);
    await own.badge(charles.username).waitFor();
    await passes(own, 'an inbox with unread messages');
    await own.link('People').click();
    await own.page.getByRole('searchbox').fill(charles.username);
    await own.page.getByRole('list', { name: 'People found' }).getByRole('link').first().waitFor();
    await passes(own, 'people');
    await own.page.getByRole('searchbox').fill(newcomer('nobody').username);
    await own.page.getByText('No username begins').waitFor();
    await passes(own, 'nobody found');

    await own.goTo(mary);
    await passes(own, 'a conversation that has not begun');
    const his = await device({ as: charles, hash: `#/with/${ada.id}` });
    await his.isIn(ada);
    await own.goTo(charles);
    await own.page.getByText('New messages').waitFor();
    await own.say('Four');
    await own.showsState('Four', 'read');
    await his.textbox.pressSequentially('Fi');
    await expect.poll(() => own.presence.textContent()).toBe('typing…');
    await passes(own, 'a conversation');

    await own.network.refuse();
    await own.say('Five');
    await own.connectionStatus.getByText('You are offline.').waitFor();
    await passes(own, 'a conversation without a connection');
    await own.network.heal();
    await own.showsState('Five', 'read');

    await own.page.evaluate(() => location.assign('#/profile'));
    await own.heading('Profile').waitFor();
    await passes(own, 'the profile');

    await own.goTo(charles);
    await own.textbox.fill('Six, not sent');
    await own.page.evaluate(() => location.assign('#/profile'));
    await own.button('Log out').click();
    await own.page.getByRole('dialog').waitFor();
    await passes(own, 'logging out with a draft');
  });

  test('groups are accessible', async () => {
    const [ada, bob, cy] = await Promise.all([person('ada'), person('bob'), person('cy')]);
    const own = await device({ as: ada, ...(context && { context }) });
    await own.button('New group').click();
    await own.field('Title').fill('Engines');
    await own.pick(bob.username);
    await own.field('Find people by name').fill(cy.username);
    await own.button(`Add ${cy.username}`).waitFor();
    await passes(own, 'a new group');
    await own.button(`Add ${cy.username}`).click();
    await own.button('Create the group').click();
    await own.isIn({ username: 'Engines' });
    await own.say('Hello');
    await own.showsState('Hello', 'sent');
    await passes(own, 'a group');
    await own.button('Members').click();
    await own.dialog('Members').getByRole('listitem').nth(2).waitFor();
    await passes(own, 'the members of a group');
    await own.button('Leave the group').click();
    await own.dialog('Leave this group?').waitFor();
    await passes(own, 'leaving a group');
    await own.page.evaluate(() => location.assign('#/group/0198c3fa-2b6d-7c10-8e7f-3a4b5c6d7e8f'));
    own.faults.expect(/status of 404/);
    await own.heading('You are not in this group').waitFor();
    await passes(own, 'no group');
  });

  test('a refused message is accessible', async () => {
    const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
    const own = await device({ as: ada, hash: `#/with/${charles.id}`, ...(context && { context }) });
    await own.isIn(charles);
    await own.sayRefused();
    await own.page.locator('[data-state=failed]').waitFor();
    await passes(own, 'a conversation with a message that failed');
  });
});
