import { test } from 'vitest';
import type { App } from './support/app.ts';
import { logIn, post } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

const ENDED = 'You were logged out. Please log in again.';

const tokensOf = (app: App): Promise<{ access: string; refresh: string }> =>
  app.page.evaluate(() => JSON.parse(localStorage.getItem('parley.tokens') ?? 'null'));

async function saysEnded(app: App): Promise<void> {
  await app.heading('Log in').waitFor();
  await app.page.getByRole('status').getByText(ENDED).waitFor();
}

test('one device logs out, and the other stays logged in', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const first = await device({ as: ada });
  const second = await device({ as: { ...ada, tokens: await logIn(url(), ada) } });
  const his = await device({ as: charles });
  await his.goTo(ada);

  await first.link(`Profile, ${ada.username}`).click();
  await first.button('Log out').click();
  await first.heading('Log in').waitFor();
  await first.page.getByText(ENDED).waitFor({ state: 'detached' });

  await second.goTo(charles);
  await second.say('Still here.');
  await his.message('Still here.').waitFor();
  await second.showsState('Still here.', 'read');
  // No data is left on the device that logged out.
  await first.page.reload();
  await first.heading('Log in').waitFor();
});

test('a session that was ended elsewhere is reported, and the user can log in again', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const hers = await device({ as: ada, hash: `#/with/${charles.id}` });
  await hers.isIn(charles);
  await hers.say('Before the end.');
  await hers.showsState('Before the end.', 'sent');

  hers.faults.expect(/status of 401|WebSocket connection/);
  const { access, refresh } = await tokensOf(hers);
  await post(url(), '/users/logout/', { refresh_token: refresh }, { authorization: `Bearer ${access}` });
  await saysEnded(hers);

  // The user is back at the same view.
  await hers.logIn(ada);
  await hers.isIn(charles);
  await hers.showsTexts(['Before the end.']);
});

test('a reused refresh token ends the session on the page that holds its successor', async () => {
  const ada = await person('ada');
  const hers = await device({ as: ada });
  await hers.page.getByText('No conversations yet').waitFor();
  hers.faults.expect(/status of 401|WebSocket connection/);
  const { refresh } = await tokensOf(hers);
  const { refresh: next } = await post<{ refresh: string }>(url(), '/users/token/refresh/', { refresh });
  await post(url(), '/users/token/refresh/', { refresh: next });
  await post(url(), '/users/token/refresh/', { refresh }).catch(() => 'refused, as it has to be');
  await saysEnded(hers);
});
