import { describe, expect, test } from 'vitest';
import { makeStaff } from '../support/staff.ts';
import { SETTINGS } from '../systems.ts';
import { violations } from './support/axe.ts';
import { ownRuntime } from './support/own-system.ts';
import { conversationOf, type Person, person, post, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const runtime = ownRuntime({ context: SETTINGS.unlimited });
const { device } = stage();

const bearer = (of: Person) => ({ authorization: `Bearer ${of.tokens.access}` });
const newPerson = (name: string) => person(runtime().url, name);

/** A moderator, and a message that Ada has reported. */
async function scene() {
  const { url } = runtime();
  const [mary, ada, charles] = await Promise.all([newPerson('mary'), newPerson('ada'), newPerson('charles')]);
  await makeStaff(runtime(), mary.id);
  for (const text of ['Hello.', 'Buy this!', 'Really.']) await write(url, charles, ada, text);
  const report = {
    ...{ user: charles.id, reason: 'spam', text: 'It does not stop.' },
    message: { conversation: conversationOf(ada, charles), seq: 2 },
  };
  await post(url, '/reports/', report, bearer(ada));
  return { mary, ada, charles };
}

const open = (as: Person, context?: Parameters<typeof device>[0]) =>
  device({ as, url: runtime().url, hash: '#/profile', ...context });

describe.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a moderator', (_, context) => {
  test('finds a report, sees what was written, and suspends its author, who can be restored', async () => {
    const { mary, ada, charles } = await scene();
    const own = await open(mary, context && { context });
    await own.link('Reports of users').click();
    await own.heading('Reports').waitFor();
    const report = own.page.getByRole('article').filter({ hasText: charles.username });
    await report.getByText('It does not stop.').waitFor();
    await report.getByText(`Reported by ${ada.username}`).waitFor();
    await own.page.emulateMedia({ reducedMotion: 'reduce' });
    expect(await violations(own.page)).toEqual([]);
    const rows = report.getByRole('listitem');
    expect(await rows.getByRole('paragraph').allTextContents()).toEqual(['Hello.', 'Buy this!', 'Really.']);
    expect(await rows.nth(1).textContent()).toContain('This message is reported.');

    await report.getByLabel('Note for other moderators').fill('The third time.');
    await report.getByRole('button', { name: `Suspend ${charles.username}` }).click();
    await report.waitFor({ state: 'detached' });
    expect((await logInOf(charles)).status).toBe(403);

    await own.page.getByLabel('Show resolved reports').check();
    await report.getByText('The third time.').waitFor();
    await report.getByText(`The user was suspended by ${mary.username}`).waitFor();
    expect(await violations(own.page)).toEqual([]);
    await report.getByRole('button', { name: `Restore ${charles.username}` }).click();
    await report.getByText(`${charles.username} can log in again.`).waitFor();
    expect((await logInOf(charles)).status).toBe(200);
  });
});

test('a report is dismissed, and gone from the open ones', async () => {
  const { mary, charles } = await scene();
  const own = await open(mary);
  await own.link('Reports of users').click();
  const report = own.page.getByRole('article').filter({ hasText: charles.username });
  await report.getByRole('button', { name: 'Dismiss' }).click();
  await report.waitFor({ state: 'detached' });
  await own.page.reload();
  await own.page
    .getByRole('status')
    .filter({ hasText: /report|none/ })
    .waitFor();
  expect(await report.count()).toBe(0);
  expect((await logInOf(charles)).status).toBe(200);
});

test('a user who is not staff finds no link, and is refused', async () => {
  const ada = await newPerson('ada');
  const own = await open(ada);
  await own.heading('Profile').waitFor();
  await own.page.getByText(ada.email).waitFor();
  expect(await own.link('Reports of users').count()).toBe(0);
  own.faults.expect(/status of 403/);
  await own.page.evaluate(() => location.assign('#/reports'));
  await own.page.getByRole('alert').waitFor();
});

const logInOf = ({ email, password }: Person) =>
  fetch(`${runtime().url}/users/token/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  });
