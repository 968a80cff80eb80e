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
