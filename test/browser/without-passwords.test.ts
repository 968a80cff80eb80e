import { expect, test } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { violations } from './support/axe.ts';
import { ownSystem } from './support/own-system.ts';
import { stage } from './support/stage.ts';

const url = ownSystem({ context: SETTINGS.withoutPasswords });
const { device } = stage();

test.each(['', '#/log-in', '#/sign-up', '#/people'])(
  'where users log in elsewhere, the page at %j has no forms and says so',
  async (hash) => {
    const own = await device({ url: url(), hash });
    const { page } = own;
    await own.heading('Log in').waitFor();
    await page.getByText('Open the chat from the application where you have your account.').waitFor();
    expect(await page.locator('form, input, button, a').count()).toBe(0);
    expect(await violations(page)).toEqual([]);
  },
);
