import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import type { Device } from './support/device.ts';
import { logIn } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const NEW = 'the weaving of patterns';

async function change(own: Device, present: string, next: string, repeat = next): Promise<void> {
  await own.fill({ 'Present password': present, 'New password': next, 'Repeat the new password': repeat });
  await own.button('Change password').click();
}

test('a user changes the password, and is logged out on all other devices', async () => {
  const ada = await person('ada');
  const own = await device({ as: ada, hash: '#/profile' });
  const other = await device({ as: { ...ada, tokens: await logIn(url(), ada) } });
  other.faults.expect(/status of 401|WebSocket connection/);
  await change(own, ada.password, NEW);
  await own.page.getByRole('status').getByText('Changed. All other devices are logged out.').waitFor();
  for (const name of ['Present password', 'New password', 'Repeat the new password'])
    expect(await own.field(name).inputValue()).toBe('');
  await other.heading('Log in').waitFor();

  await own.button('Log out').click();
  await own.heading('Log in').waitFor();
  await own.logIn({ email: ada.email, password: NEW });
  await own.page.getByText('No conversations yet').waitFor();
});

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)(
  'on %s, a refusal stands at its field, keeps what was typed, and is accessible',
  async (_, context) => {
    const ada = await person('ada');
    const own = await device({ as: ada, hash: '#/profile', ...(context && { context }) });
    own.faults.expect(/status of 40[03]/);
    const says = (name: string, text: string) =>
      expect
        .poll(() =>
          own.field(name).evaluate((field) => {
            const description = document.getElementById(field.getAttribute('aria-describedby') ?? '');
            return [field.ariaInvalid, description?.textContent];
          }),
        )
        .toEqual(['true', text]);
    await change(own, ada.password, NEW, `${NEW}.`);
    await says('Repeat the new password', 'The two passwords differ.');
    await change(own, ada.password, `${ada.username} again`);
    await says('New password', 'The password must not contain the username.');
    await change(own, ada.password, ada.password);
    await says('New password', 'This is your present password.');
    await change(own, 'not the password', NEW);
    await own.page.getByRole('alert').getByText('The password is wrong.').waitFor();
    expect(await own.field('New password').inputValue()).toBe(NEW);
    await own.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await violations(own.page)).toEqual([]);
  },
);
