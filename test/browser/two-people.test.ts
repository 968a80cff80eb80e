import { expect, test } from 'vitest';
import type { Device } from './support/device.ts';
import { newcomer } from './support/people.ts';
import { stage } from './support/stage.ts';

const { device } = stage();

/** A new user who has signed up in their own browser. */
async function newUser(name: string) {
  const credentials = newcomer(name);
  const own = await device();
  await own.signUp(credentials);
  await own.page.getByText('No conversations yet').waitFor();
  return { ...credentials, device: own };
}

async function find(finder: Device, username: string): Promise<void> {
  await finder.link('People').click();
  await finder.heading('People').waitFor();
  await finder.page.getByRole('searchbox', { name: 'Search people' }).fill(username.slice(0, -2));
  await finder.page.getByRole('list', { name: 'People found' }).getByRole('link', { name: username }).click();
  await finder.isIn({ username });
}

test('two users sign up, find each other and talk, and a second device has all messages', async () => {
  const ada = await newUser('ada');
  const charles = await newUser('charles');

  await find(ada.device, charles.username);
  await ada.device.say('Does the engine run?');
  await ada.device.showsState('Does the engine run?', 'delivered');

  // Charles sees another view, with a badge and the count in the title.
  await charles.device.badge(ada.username).waitFor();
  expect(await charles.device.badge(ada.username).textContent()).toContain('1');
  await expect.poll(() => charles.device.page.title()).toBe('(1) Parley');
  await charles.device.inbox(ada.username).click();
  await charles.device.isIn(ada);
  await charles.device.showsTexts(['Does the engine run?']);
  await ada.device.showsState('Does the engine run?', 'read');
  await charles.device.badge(ada.username).waitFor({ state: 'detached' });
  await expect.poll(() => charles.device.page.title()).toBe(`${ada.username} · Parley`);

  await charles.device.textbox.pressSequentially('It d', { delay: 20 });
  await expect.poll(() => ada.device.presence.textContent()).toBe('typing…');
  await charles.device.say('It does.');
  await ada.device.showsTexts(['Does the engine run?', 'It does.']);
  await expect.poll(() => ada.device.presence.textContent()).toBe('Online');

  // Ada's second device comes later and stays in step.
  const second = await device();
  await second.logIn(ada);
  await second.inbox(charles.username).click();
  await second.isIn(charles);
  await second.showsTexts(['Does the engine run?', 'It does.']);
  await second.say('From my other device.');
  const said = ['Does the engine run?', 'It does.', 'From my other device.'];
  for (const each of [ada.device, charles.device, second]) await each.showsTexts(said);
  await second.showsState('From my other device.', 'read');
  await ada.device.showsState('From my other device.', 'read');
  expect((await ada.device.messages()).map(({ own }) => own)).toEqual([true, false, true]);

  // A message that is read on one device is read on the other.
  await ada.device.link('People').click();
  await second.link('People').click();
  await ada.device.heading('People').waitFor();
  await second.heading('People').waitFor();
  await charles.device.say('Then show me.');
  for (const each of [ada.device, second]) await each.badge(charles.username).waitFor();
  await ada.device.inbox(charles.username).click();
  await ada.device.showsTexts([...said, 'Then show me.']);
  await second.badge(charles.username).waitFor({ state: 'detached' });
  await expect.poll(() => second.page.title()).toBe('People · Parley');
});
