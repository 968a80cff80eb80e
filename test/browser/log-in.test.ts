import { expect, test } from 'vitest';
import { newcomer } from './support/people.ts';
import { stage } from './support/stage.ts';

const { device, person } = stage();

test('a user whose sign-up got no response is logged in by trying once more', async () => {
  const own = await device({ hash: '#/sign-up' });
  own.faults.expect(/net::ERR_FAILED|status of 400/);
  const ada = newcomer('ada');
  // The request arrives, but its response is lost.
  await own.page.route('**/users/register', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await own.createAccount(ada);
  await own.page.getByText('The server cannot be reached.').waitFor();
  await own.page.unroute('**/users/register');
  await own.button('Create account').click();
  await own.link(`Profile, ${ada.username}`).waitFor();
});

test('an email that another user has is refused, however often it is tried', async () => {
  const taken = await person('ada');
  const own = await device({ hash: '#/sign-up' });
  own.faults.expect(/net::ERR_FAILED|status of 40/);
  await own.page.route('**/users/register', (route) => route.abort());
  await own.createAccount({ ...newcomer('ada'), email: taken.email });
  await own.page.getByText('The server cannot be reached.').waitFor();
  await own.page.unroute('**/users/register');
  for (let times = 0; times < 2; times += 1) {
    await own.button('Create account').click();
    await own.page.getByText('An account with this email exists already.').waitFor();
  }
});

test('after a sign-up whose login failed, the login page takes over the email', async () => {
  const own = await device({ hash: '#/sign-up' });
  own.faults.expect(/net::ERR_FAILED/);
  const ada = newcomer('ada');
  await own.page.route('**/users/token', (route) => route.abort());
  await own.createAccount(ada);
  await own.heading('Log in').waitFor();
  await own.page.getByText('Your account is ready. Please log in.').waitFor();
  expect(await own.field('Email').inputValue()).toBe(ada.email);
  expect(await own.field('Password').evaluate((field) => field === document.activeElement)).toBe(true);
  await own.page.unroute('**/users/token');
  await own.fill({ Password: ada.password });
  await own.button('Log in').click();
  await own.link(`Profile, ${ada.username}`).waitFor();
});

test('a new user who opens an address arrives there after the sign-up', async () => {
  const charles = await person('charles');
  const own = await device({ hash: `#/with/${charles.id}` });
  await own.heading('Log in').waitFor();
  await own.signUp(newcomer('ada'));
  await own.isIn(charles);
});

test('the form says so if the server is slow', async () => {
  const ada = await person('ada');
  const own = await device();
  let answer: () => void = () => undefined;
  const isAnswered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await own.page.route('**/users/token', async (route) => {
    await isAnswered;
    await route.continue();
  });
  await own.logIn(ada);
  await own.page.getByRole('status').getByText('One moment…').waitFor();
  expect(await own.button('Log in').getAttribute('aria-disabled')).toBe('true');
  answer();
  await own.link(`Profile, ${ada.username}`).waitFor();
});
