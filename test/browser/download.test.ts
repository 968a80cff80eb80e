import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { violations } from './support/axe.ts';
import { write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

test.each([
  ['wide', undefined],
  ['a phone', phone],
] as const)('on %s, a user downloads all data as one file', async (_, context) => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  await write(url(), charles, ada, 'Good evening 😀');
  const own = await device({ as: ada, ...(context && { context }) });
  // Only the inbox knows that the conversation is there.
  await own.page.getByText('Good evening 😀').first().waitFor();
  await own.load('#/profile');
  const button = own.button('Download my data');
  await button.waitFor();
  await own.page.emulateMedia({ reducedMotion: 'reduce' });
  expect(await violations(own.page)).toEqual([]);
  const [download] = await Promise.all([own.page.waitForEvent('download'), button.click()]);
  expect(download.suggestedFilename()).toBe(`parley-${ada.username}.jsonl`);
  const lines = (await text(await download.createReadStream()))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  // She has registered and logged in.
  expect(lines.map(({ type }) => type)).toEqual([
    ...['export', 'profile', 'session', 'security_event', 'security_event', 'conversation', 'message', 'end'],
  ]);
  expect(lines.at(-2).message).toBe('Good evening 😀');
  await own.page.getByRole('status').getByText('Downloaded.').waitFor();
});

test('a download that fails says so, and can be begun again', async () => {
  const ada = await person('ada');
  const own = await device({ as: ada, hash: '#/profile' });
  own.faults.expect(/status of 400/);
  await own.page.route('**/users/me/export', (route) =>
    route.fulfill({ status: 400, json: { code: 'validation_failed', detail: 'No.' } }),
  );
  await own.button('Download my data').click();
  await own.page.getByRole('alert').getByText('Please correct the marked fields.').waitFor();
  await own.page.unroute('**/users/me/export');
  const [download] = await Promise.all([
    own.page.waitForEvent('download'),
    own.button('Download my data').click(),
  ]);
  expect(await text(await download.createReadStream())).toMatch(/\{"type":"end"\}\n$/);
});
