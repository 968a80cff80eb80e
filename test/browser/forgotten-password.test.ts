import { expect, inject, test } from 'vitest';
import { mailsTo } from '../support/mailbox.ts';
import { violations } from './support/axe.ts';
import { logIn } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();
const NEW = 'the weaving of patterns';

/** The fragment of the last link that an address got. */
async function linkOf(email: string): Promise<string> {
  const folder = inject('appMailFolder');
  await expect.poll(() => mailsTo(folder, email).length).toBeGreaterThan(0);
  return new URL(mailsTo(folder, email).at(-1)?.links[0] ?? '').hash;
}

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a user who forgot the password gets a new one by mail', async (_, context) => {
  const ada = await person('ada');
  const own = await device({ ...(context && { context }) });
  const other = await device({ as: { ...ada, tokens: await logIn(url(), ada) } });
  other.faults.expect(/status of 401|WebSocket connection/);
  own.faults.expect(/status of 40[01]/);
  await own.link('Forgot your password?').click();
  await own.heading('Forgot your password?').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.fill({ Email: ada.email });
  await own.button('Send the link').click();
  await own.heading('Look into your mail').waitFor();
  expect(await violations(own.page)).toEqual([]);

  await own.load(await linkOf(ada.email));
  await own.heading('Choose a new password').waitFor();
  await own.fill({ 'New password': NEW, 'Repeat the new password': `${NEW}.` });
  await own.button('Set the password').click();
  await own.page.getByText('The two passwords differ.').waitFor();
  await own.fill({ 'New password': ada.username, 'Repeat the new password': ada.username });
  await own.button('Set the password').click();
  await own.page.getByText('The password must not contain the username.').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.fill({ 'New password': NEW, 'Repeat the new password': NEW });
  await own.button('Set the password').click();
  await own.heading('Your password has changed').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await other.heading('Log in').waitFor();
  await own.link('Log in').click();
  await own.logIn({ email: ada.email, password: NEW });
  await own.page.getByText('No conversations yet').waitFor();
});

test('the token of a link stays in the address’s fragment, which no request has', async () => {
  const ada = await person('ada');
  const own = await device({ hash: '#/forgot' });
  await own.fill({ Email: ada.email });
  await own.button('Send the link').click();
  await own.heading('Look into your mail').waitFor();
  const hash = await linkOf(ada.email);
  const token = hash.split('/').at(-1) ?? '';
  const seen: string[] = [];
  own.context.on('request', (request) => seen.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  const tab = await own.tab(hash);
  await tab.heading('Choose a new password').waitFor();
  await tab.fill({ 'New password': NEW, 'Repeat the new password': NEW });
  await tab.button('Set the password').click();
  await tab.heading('Your password has changed').waitFor();
  expect(seen.length).toBeGreaterThan(2);
  expect(seen.filter((request) => request.includes(token))).toEqual([]);
});

test('a link that is no link says so, and leads to a new one', async () => {
  const own = await device({ hash: '#/reset/nothing' });
  own.faults.expect(/status of 400/);
  await own.fill({ 'New password': NEW, 'Repeat the new password': NEW });
  await own.button('Set the password').click();
  await own.page
    .getByRole('alert')
    .getByText('This link is not valid any more. Ask for a new one.')
    .waitFor();
  await own.link('Get another link').click();
  await own.heading('Forgot your password?').waitFor();
  await own.load('#/verify/nothing');
  await own.button('Confirm my address').click();
  await own.page.getByRole('alert').getByText('This link is not valid any more.').waitFor();
});

test('a user confirms the address with a link that the profile offers', async () => {
  const ada = await person('ada');
  const own = await device({ as: ada, hash: '#/profile' });
  await own.page.getByText('Your email is not confirmed yet.').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.button('Send me the link').click();
  await own.page.getByText('Sent. Look into your mail.').waitFor();
  await own.load(await linkOf(ada.email));
  await own.heading('Confirm your email').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.button('Confirm my address').click();
  await own.heading('Your email is confirmed').waitFor();
  await own.link('Open Parley').click();
  await own.page.getByText('No conversations yet').waitFor();
  await own.load('#/profile');
  await own.page.getByText(ada.email).waitFor();
  expect(await own.page.getByText('Your email is not confirmed yet.').count()).toBe(0);
});
