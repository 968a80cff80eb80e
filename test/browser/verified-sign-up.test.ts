import { expect, test } from 'vitest';
import { mailsTo } from '../support/mailbox.ts';
import { SETTINGS } from '../systems.ts';
import { violations } from './support/axe.ts';
import { ownRuntime } from './support/own-system.ts';
import { newcomer } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const runtime = ownRuntime({ context: SETTINGS.verifiedSignUp });
const { device } = stage();

/** The fragment of the last link that an address got. */
async function linkOf(email: string): Promise<string> {
  const mails = () => mailsTo(runtime().mailFolder, email);
  await expect.poll(() => mails().length).toBeGreaterThan(0);
  return new URL(mails().at(-1)?.links[0] ?? '').hash;
}

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a user signs up, opens the link, gives the password and is in', async (_, context) => {
  const ada = newcomer('ada');
  const own = await device({ url: runtime().url, hash: '#/sign-up', ...(context && { context }) });
  own.faults.expect(/status of 40[03]/);
  await own.createAccount(ada);
  await own.heading('Look into your mail').waitFor();
  await own.page.getByText(`A mail is on its way to ${ada.email}.`).waitFor();
  expect(await violations(own.page)).toEqual([]);

  const hash = await linkOf(ada.email);
  await own.load(hash);
  await own.heading('Confirm your sign-up').waitFor();
  expect(await violations(own.page)).toEqual([]);
  // The account may be there already, with another password by now.
  expect(await own.link('Log in').getAttribute('href')).toBe('#/log-in');
  await own.fill({ Password: 'not the password' });
  await own.button('Create account').click();
  await own.page.getByRole('alert').waitFor();
  expect(await violations(own.page)).toEqual([]);
  await own.fill({ Password: ada.password });
  await own.button('Create account').click();
  await own.page.getByText('No conversations yet').waitFor();
  await own.link(`Profile, ${ada.username}`).waitFor();
});

test('whoever signs up with the address of an account sees the same, and its owner gets a mail', async () => {
  const ada = newcomer('ada');
  const first = await device({ url: runtime().url, hash: '#/sign-up' });
  await first.createAccount(ada);
  await first.heading('Look into your mail').waitFor();
  await first.load(await linkOf(ada.email));
  await first.fill({ Password: ada.password });
  await first.button('Create account').click();
  await first.page.getByText('No conversations yet').waitFor();

  const second = await device({ url: runtime().url, hash: '#/sign-up' });
  await second.createAccount({ ...newcomer('ada'), email: ada.email });
  await second.heading('Look into your mail').waitFor();
  await second.page.getByText(`A mail is on its way to ${ada.email}.`).waitFor();
  await expect
    .poll(() => mailsTo(runtime().mailFolder, ada.email).at(-1)?.headers.subject)
    .toBe('You have an account already');
});

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)(
  'on %s, a link that is opened by somebody else says so, and logs nobody out unasked',
  async (_, context) => {
    const { url } = runtime();
    const [ada, bob] = [newcomer('ada'), newcomer('bob')];
    const own = await device({ url, hash: '#/log-in', ...(context && { context }) });
    for (const person of [bob, ada]) {
      await own.signUp(person);
      await own.heading('Look into your mail').waitFor();
      await own.load('#/log-in');
    }
    const link = await linkOf(ada.email);
    await own.load(await linkOf(bob.email));
    await own.fill({ Password: bob.password });
    await own.button('Create account').click();
    await own.page.getByText('No conversations yet').waitFor();

    const mail = await own.tab(link);
    await mail.page.getByText(`You are logged in here as ${bob.username}.`).waitFor();
    expect(await violations(mail.page)).toEqual([]);
    expect(await mail.field('Password').count()).toBe(0);
    await mail.link('Go to the chat').click();
    await mail.link(`Profile, ${bob.username}`).waitFor();

    await mail.page.evaluate((hash) => location.assign(hash), link);
    await mail.button('Log out').click();
    await mail.fill({ Password: ada.password });
    await own.heading('Log in').waitFor();
    await mail.button('Create account').click();
    await mail.link(`Profile, ${ada.username}`).waitFor();
    await own.link(`Profile, ${ada.username}`).waitFor();
  },
);
