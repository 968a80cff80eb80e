import { expect, test } from 'vitest';
import { SETTINGS } from '../systems.ts';
import type { App } from './support/app.ts';
import { ownSystem } from './support/own-system.ts';
import { newcomer, person as personOf } from './support/people.ts';
import { stage } from './support/stage.ts';

const { device, person } = stage();

const said = (app: App) => app.page.getByRole('alert').textContent();

/** The text at a field. */
async function saidAt(app: App, name: string): Promise<string> {
  const field = app.field(name);
  expect(await field.getAttribute('aria-invalid')).toBe('true');
  return await field.evaluate((input) =>
    (input.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent)
      .join(' '),
  );
}

test('the login shows wrong credentials and too many attempts', async () => {
  const ada = await person('ada');
  const own = await device();
  own.faults.expect(/status of 4(00|01|29)/);
  await own.logIn({ email: ada.email, password: 'not-the-password' });
  await own.page.getByRole('alert').waitFor();
  expect(await said(own)).toBe('Email and password do not match.');
  for (let attempts = 0; attempts < 11; attempts += 1) {
    const answered = own.page.waitForResponse(/\/users\/token/);
    await own.button('Log in').click();
    await answered;
  }
  await expect.poll(() => said(own)).toMatch(/^Too many attempts\. Try again in \d+ seconds?\.$/);
});

test('a login without a server shows an error, and works when the server is back', async () => {
  const ada = await person('ada');
  const own = await device();
  await own.network.refuse();
  await own.logIn(ada);
  await expect
    .poll(() => said(own))
    .toBe('The server cannot be reached. Check your connection and try again.');
  await own.network.heal();
  await own.button('Log in').click();
  await own.page.getByText('No conversations yet').waitFor();
});

test('the sign-up shows an error at each field', async () => {
  const taken = await person('ada');
  const own = await device({ hash: '#/sign-up' });
  own.faults.expect(/status of 4(00|09|22)/);
  const ada = newcomer('ada');
  await own.heading('Create an account').waitFor();
  await own.button('Create account').click();
  await own.page.locator('[aria-invalid=true]').first().waitFor();
  expect(await saidAt(own, 'Email')).not.toBe('');
  expect(await saidAt(own, 'Username')).toContain('Please fill this in.');

  const names = { 'First name': 'Ada', 'Last name': 'Lovelace' };
  const passwords = { Password: ada.password, 'Repeat the password': ada.password };
  const submit = async (fields: Record<string, string>) => {
    await own.fill({ Email: ada.email, Username: ada.username, ...names, ...passwords, ...fields });
    const answered = own.page.waitForResponse(/\/users\/register/);
    await own.button('Create account').click();
    await answered;
  };
  await submit({ Email: 'nowhere' });
  await expect.poll(() => saidAt(own, 'Email')).toContain('This does not look like an email address.');
  await submit({ Password: 'short', 'Repeat the password': 'short' });
  await expect.poll(() => saidAt(own, 'Password')).toContain('Use at least 8 characters.');
  await submit({ Password: 'password123', 'Repeat the password': 'password123' });
  await expect.poll(() => saidAt(own, 'Password')).toContain('among the most used ones');
  await submit({ 'Repeat the password': 'something else' });
  await expect.poll(() => saidAt(own, 'Repeat the password')).toContain('The two passwords differ.');
  await submit({ Email: taken.email });
  await expect.poll(() => saidAt(own, 'Email')).toContain('exists already');
  await submit({ Username: taken.username });
  await expect.poll(() => saidAt(own, 'Username')).toContain('exists already');
  // The first wrong field has the focus, and the values are still there.
  expect(await own.field('Username').evaluate((field) => field === document.activeElement)).toBe(true);
  expect(await own.field('First name').inputValue()).toBe('Ada');

  await submit({});
  await own.page.getByText('No conversations yet').waitFor();
});

test('a message that is too long shows by how much, and can be sent once it is shorter', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.say('x'.repeat(4_003));
  await own.page.getByText('3 characters too many').waitFor();
  expect(await own.messages()).toEqual([]);
  await own.say('x'.repeat(4_000));
  await own.showsState('x'.repeat(4_000), 'sent');
});

const REFUSED = /^(Please correct the marked fields|The message contains characters that cannot be sent)\.$/;

test('a refused message shows the reason, and can be retried or discarded', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  await own.sayRefused();
  const failed = own.page.locator('li.message[data-state=failed]');
  await expect.poll(() => failed.locator('p').textContent()).toMatch(REFUSED);
  await failed.getByText('Not sent').waitFor({ state: 'attached' });
  await own.say('This one goes by.');
  await own.showsState('This one goes by.', 'sent');
  await own.button('Try again').click();
  await expect.poll(() => failed.locator('p').textContent()).toMatch(REFUSED);
  await own.button('Discard').click();
  await own.showsTexts(['This one goes by.']);
});

test('the address of an unknown user shows that', async () => {
  const ada = await person('ada');
  const own = await device({ as: ada });
  own.faults.expect(/status of 404/);
  await own.page.evaluate(() => location.assign('#/with/00000000-0000-4000-8000-000000000000'));
  await own.heading('User not found').waitFor();
});

const slow = ownSystem({ context: SETTINGS.fiveMessages });

test('messages beyond the server’s rate limit wait and arrive in order', async () => {
  const url = slow();
  const [ada, charles] = await Promise.all([personOf(url, 'ada'), personOf(url, 'charles')]);
  const own = await device({ url, as: ada, hash: `#/with/${charles.id}` });
  await own.isIn(charles);
  const texts = Array.from({ length: 12 }, (_, i) => `Message ${i + 1}`);
  for (const text of texts) await own.say(text);
  await own.message('Message 12', 'sending').waitFor();
  await own.message('Message 12', 'sent').waitFor({ timeout: 40_000 });
  await own.showsTexts(texts);
  expect((await own.messages()).map(({ seq, state }) => `${seq} ${state}`)).toEqual(
    texts.map((_, i) => `${i + 1} sent`),
  );
});
