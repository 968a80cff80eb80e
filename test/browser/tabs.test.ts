import { expect, test } from 'vitest';
import { stage } from './support/stage.ts';

const { device, person } = stage();

test('two tabs of one user stay in step: messages, unread counts, logout and login', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const [first, his] = await Promise.all([device({ as: ada }), device({ as: charles })]);
  const second = await first.tab();
  await his.goTo(ada);
  await his.say('One');
  for (const tab of [first, second]) {
    await tab.badge(charles.username).waitFor();
    await expect.poll(() => tab.page.title()).toBe('(1) Parley');
  }

  await first.inbox(charles.username).click();
  await first.showsTexts(['One']);
  await second.badge(charles.username).waitFor({ state: 'detached' });
  await expect.poll(() => second.page.title()).toBe('Parley');

  await second.goTo(charles);
  await first.say('Two');
  await second.say('Three');
  await Promise.all([first, second, his].map((each) => each.message('Three').waitFor()));
  const said = ['One', 'Two', 'Three'];
  for (const each of [first, second, his]) {
    await expect.poll(async () => (await each.texts()).toSorted()).toEqual(said.toSorted());
  }
  expect(await second.texts()).toEqual(await first.texts());

  await second.link(`Profile, ${ada.username}`).click();
  await second.button('Log out').click();
  for (const tab of [first, second]) await tab.heading('Log in').waitFor();

  await first.logIn(ada);
  for (const tab of [first, second]) await tab.inbox(charles.username).waitFor();
});

test('a message that one tab wrote without a network appears once in the other tab when the network is back', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const first = await device({ as: ada, hash: `#/with/${charles.id}` });
  const second = await first.tab(`#/with/${charles.id}`);
  await first.say('Before');
  await second.message('Before', 'sent').waitFor();
  await first.network.refuse();
  await first.say('Meanwhile, in the first');
  await second.say('Meanwhile, in the second');
  await first.network.heal();
  for (const tab of [first, second]) {
    await expect
      .poll(async () => (await tab.messages()).map(({ text, state }) => `${state}: ${text}`).toSorted(), {
        timeout: 40_000,
      })
      .toEqual(['sent: Before', 'sent: Meanwhile, in the first', 'sent: Meanwhile, in the second']);
  }
  expect(await second.texts()).toEqual(await first.texts());
});
