import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import type { Device } from './support/device.ts';
import { keptRows } from './support/kept.ts';
import { logIn, type Person, post } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

const WAITING = 'Hold this for me';
const BEGUN = 'Dear Charles, I';

/** All that the browser stores for the site, and all that the page shows, as text. */
const kept = async (app: App): Promise<string> => {
  const rows = JSON.parse(await keptRows(app));
  const rest = await app.page.evaluate(async () => ({
    local: { ...localStorage },
    session: { ...sessionStorage },
    caches: await caches.keys(),
    cookies: document.cookie,
    windowName: name,
    historyState: history.state,
    address: location.hash,
    title: document.title,
    page: document.body.outerHTML,
  }));
  const { local, session, ...more } = rest;
  return JSON.stringify({ localStorage: local, sessionStorage: session, rows, ...more });
};

/** Two tabs without a network: an unsent message and a draft, and another draft in the second tab. */
async function writing(ada: Person, charles: Person): Promise<{ first: Device; second: App }> {
  const first = await device({ as: ada, hash: `#/with/${charles.id}` });
  const second = await first.tab(`#/with/${charles.id}`);
  await first.page.evaluate((id) => localStorage.setItem('parley.notify', id), ada.id);
  for (const tab of [first, second]) await tab.isIn(charles);
  await first.say('From before');
  await second.message('From before', 'sent').waitFor();
  await first.network.refuse();
  await first.connectionStatus.getByText('You are offline.').waitFor();
  await first.say(WAITING);
  await first.message(WAITING, 'sending').waitFor();
  await first.textbox.fill(BEGUN);
  await second.textbox.fill(`${BEGUN} too`);
  for (const words of [WAITING, BEGUN, ada.id, charles.username]) {
    await expect.poll(() => kept(first)).toContain(words);
  }
  return { first, second };
}

async function askToLogOut(app: App, { username }: Person): Promise<void> {
  await app.link(`Profile, ${username}`).click();
  await app.button('Log out').click();
}

test('a logout asks about unsent messages and drafts, then removes all data of the user in all tabs', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const { first, second } = await writing(ada, charles);
  await askToLogOut(first, ada);
  const dialog = first.page.getByRole('dialog', { name: 'Log out and delete unsent messages?' });
  await dialog.getByText('1 message has not been sent yet.').waitFor();
  await dialog.getByText('1 draft has not been sent yet.').waitFor();

  // “Stay logged in” has the focus and deletes nothing. Escape does the same.
  await expect
    .poll(() => first.page.evaluate(() => document.activeElement?.textContent))
    .toBe('Stay logged in');
  await first.page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await first.button('Log out').click();
  await dialog.waitFor();
  await first.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
  await first.page.evaluate((hash) => location.assign(hash), `#/with/${charles.id}`);
  await first.message(WAITING, 'sending').waitFor();
  expect(await first.textbox.inputValue()).toBe(BEGUN);

  await askToLogOut(first, ada);
  await first.button('Log out and delete').click();
  for (const tab of [first, second]) {
    await tab.heading('Log in').waitFor();
    await expect
      .poll(() => kept(tab))
      .toContain('"localStorage":{},"sessionStorage":{},"rows":[],"caches":[],"cookies":""');
    const words = [WAITING, BEGUN, 'From before'];
    const names = [ada, charles].flatMap(({ id, username, email }) => [id, username, email]);
    const left = await kept(tab);
    expect(
      [...words, ...names, ...Object.values(ada.tokens)].filter((one) => left.includes(String(one))),
    ).toEqual([]);
  }

  await first.network.heal();
  await second.logIn(ada);
  await second.goTo(charles);
  await second.showsTexts(['From before']);
  await second.isOnline();
  await second.say('Here again');
  await second.showsState('Here again', 'sent');
  await second.showsTexts(['From before', 'Here again']);
  expect(await second.textbox.inputValue()).toBe('');
});

test('a logout without unsent texts does not ask', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const own = await device({ as: ada, hash: `#/with/${charles.id}` });
  await own.say('Sent');
  await own.showsState('Sent', 'sent');
  await askToLogOut(own, ada);
  await own.heading('Log in').waitFor();
});

test('unsent texts stay for their writer when the server ends the session, also after a reload', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const { first, second } = await writing(ada, charles);
  first.faults.expect(/status of 401|WebSocket connection/);
  const { access, refresh } = await first.page.evaluate(() =>
    JSON.parse(localStorage.getItem('parley.tokens') ?? ''),
  );
  await post(url(), '/users/logout/', { refresh_token: refresh }, { authorization: `Bearer ${access}` });
  await first.network.heal();
  for (const tab of [first, second]) {
    await tab.heading('Log in').waitFor({ timeout: 60_000 });
    await tab.page.getByText('You were logged out. Please log in again.').waitFor();
  }
  await first.page.reload();
  await first.heading('Log in').waitFor();
  await first.logIn(ada);
  await first.goTo(charles);
  await first.showsState(WAITING, 'sent');
  for (const tab of [first, second]) {
    await tab.isIn(charles);
    await tab.showsTexts(['From before', WAITING]);
  }
  expect(await first.textbox.inputValue()).toBe(BEGUN);
  expect(await second.textbox.inputValue()).toBe(`${BEGUN} too`);
});

test('another user who then logs in finds none of these texts', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const { first, second } = await writing(ada, charles);
  first.faults.expect(/status of 401|WebSocket connection/);
  const { access, refresh } = await first.page.evaluate(() =>
    JSON.parse(localStorage.getItem('parley.tokens') ?? ''),
  );
  await post(url(), '/users/logout/', { refresh_token: refresh }, { authorization: `Bearer ${access}` });
  await first.network.heal();
  await first.heading('Log in').waitFor({ timeout: 60_000 });
  await first.logIn(charles);
  for (const tab of [first, second]) {
    await tab.inbox(ada.username).waitFor();
    await expect.poll(() => kept(tab)).toContain('"rows":[]');
    const left = await kept(tab);
    expect([WAITING, BEGUN, ada.tokens.access, 'parley.notify'].filter((one) => left.includes(one))).toEqual(
      [],
    );
  }
  // Neither does ada, the previous user.
  const hers = await device({
    as: { ...ada, tokens: await logIn(url(), ada) },
    hash: `#/with/${charles.id}`,
  });
  await hers.showsTexts(['From before']);
});
