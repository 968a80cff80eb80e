import { expect, test } from 'vitest';
import type { Device } from './support/device.ts';
import { group } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

/** Ada, Bob and Cy, each with their own browser. */
async function three() {
  const people = await Promise.all([person('ada'), person('bob'), person('cy')]);
  const [ada, bob, cy] = people;
  const [hers, his, theirs] = await Promise.all(people.map((as) => device({ as })));
  return { ada, bob, cy, hers, his, theirs } as {
    readonly [name in 'ada' | 'bob' | 'cy']: (typeof people)[0];
  } & { readonly [name in 'hers' | 'his' | 'theirs']: Device };
}

/** The same with a group of Ada’s, which all three have open. */
async function threeInGroup(title: string) {
  const all = await three();
  const id = await group(url(), all.ada, title, [all.bob, all.cy]);
  for (const one of [all.hers, all.his, all.theirs]) await one.goToGroup(id, title);
  return { ...all, id };
}

test('a user creates a group, and three talk in it', async () => {
  const { ada, bob, cy, hers, his, theirs } = await three();
  await hers.button('New group').click();
  await hers.field('Title').fill('Engines');
  await hers.pick(bob.username);
  await hers.pick(cy.username);
  await hers.button('Create the group').click();
  await hers.isIn({ username: 'Engines' });
  expect(await hers.happened.allTextContents()).toEqual(['You created the group “Engines”']);

  // The others find it in their lists.
  for (const one of [his, theirs]) {
    await one.inbox('Engines').click();
    await one.isIn({ username: 'Engines' });
    await expect
      .poll(() => one.happened.allTextContents())
      .toEqual([`${ada.username} created the group “Engines”`]);
  }
  await hers.say('Good evening');
  await his.message('Good evening').waitFor();
  await his.say('Good evening, Ada');
  await theirs.message('Good evening, Ada').waitFor();
  await theirs.textbox.pressSequentially('And');
  await expect.poll(() => hers.presence.textContent()).toBe(`${cy.username} is typing…`);
  await theirs.say('And to you both');
  const said = ['Good evening', 'Good evening, Ada', 'And to you both'];
  for (const one of [hers, his, theirs]) await one.showsTexts(said);
  expect(await hers.message('Good evening, Ada').locator('.sender bdi').textContent()).toBe(bob.username);
  expect(await hers.message('And to you both').locator('.sender bdi').textContent()).toBe(cy.username);
  expect(await hers.message('Good evening').locator('.sender').count()).toBe(0);
  await hers.showsState('Good evening', 'sent');

  // A moderator deletes what somebody else wrote.
  await hers.choose('And to you both', 'Delete');
  await hers.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  for (const one of [hers, his, theirs]) {
    await expect.poll(() => one.texts()).toEqual([...said.slice(0, 2), 'This message was deleted']);
  }
});

test('an owner adds somebody, gives a role, renames the group, and removes a member, who sees it', async () => {
  const { bob, cy, hers, his, theirs } = await threeInGroup('Looms');
  const dana = await person('dana');
  const members = hers.dialog('Members');
  await hers.button('Members').click();
  await hers.pick(dana.username);
  await members.getByText(dana.username, { exact: true }).waitFor();
  await members.getByLabel(`Role of ${bob.username}`).selectOption('Reader');
  await expect.poll(() => his.textbox.count()).toBe(0);
  await his.page.getByText('You can read and react in this group, but not write.').waitFor();
  await members.getByRole('button', { name: 'Close' }).click();
  await hers.chooseOption('About this group');
  await hers.field('Title').fill('Mills');
  await hers.button('Save').click();
  for (const one of [his, theirs]) await one.heading('Mills').waitFor();
  await hers.dialog('About this group').getByRole('button', { name: 'Close' }).click();

  await hers.button('Members').click();
  await members.getByRole('button', { name: `Remove ${cy.username}` }).click();
  await theirs.heading('You are not in this group').waitFor();
  await expect.poll(() => theirs.inbox('Mills').count()).toBe(0);
  await members.getByText(cy.username, { exact: true }).waitFor({ state: 'detached' });
  await members.getByRole('button', { name: 'Close' }).click();
  await expect
    .poll(() => hers.happened.allTextContents())
    .toEqual([
      'You created the group “Looms”',
      `You added ${dana.username}`,
      `You made ${bob.username} a reader`,
      'You named the group “Mills”',
      `You removed ${cy.username}`,
    ]);

  // Whoever is added again has the group back, with all that was said.
  await hers.say('Cy comes back');
  await hers.button('Members').click();
  await hers.pick(cy.username);
  await theirs.heading('Mills').waitFor();
  await theirs.message('Cy comes back').waitFor();
});

test('a member leaves, and the only owner cannot', async () => {
  const { bob, hers, his, theirs } = await threeInGroup('Cards');
  await his.say('Farewell');
  await hers.message('Farewell').waitFor();
  await his.button('Members').click();
  await his.button('Leave the group').click();
  await his.dialog('Leave this group?').getByRole('button', { name: 'Leave the group' }).click();
  await expect.poll(() => his.inbox('Cards').count()).toBe(0);
  await his.heading('Cards').waitFor({ state: 'detached' });
  for (const one of [hers, theirs]) {
    await one.happened.getByText(`${bob.username} left`).waitFor();
    // The messages of former members keep their names.
    expect(await one.message('Farewell').locator('.sender bdi').textContent()).toBe(bob.username);
  }

  hers.faults.expect(/status of 409/);
  await hers.button('Members').click();
  await hers.button('Leave the group').click();
  const asked = hers.dialog('Leave this group?');
  await asked.getByRole('button', { name: 'Leave the group' }).click();
  await asked.getByText('A group needs an owner. Make another member an owner first.').waitFor();
  await asked.getByRole('button', { name: 'Stay' }).click();
  await hers.dialog('Members').getByRole('button', { name: 'Close' }).click();
  await hers.say('Then I stay');
  await theirs.message('Then I stay').waitFor();
});
