import { expect, test } from 'vitest';
import { write } from './support/people.ts';
import { stage } from './support/stage.ts';

const { url, device, person } = stage();

const HOUR_MS = 60 * 60_000;

const untilMidnight = (at: Date, offsetHours: number) =>
  24 * HOUR_MS - ((at.getTime() + offsetHours * HOUR_MS) % (24 * HOUR_MS));

const clockTime = (at: Date, locale: string, timeZone: string) =>
  new Intl.DateTimeFormat(locale, { timeStyle: 'short', timeZone }).format(at);

test('an open page follows the day, the time zone and the language', async () => {
  const [ada, charles] = await Promise.all([person('ada'), person('charles')]);
  const { created_at } = await write(url(), charles, ada, 'What time is it?');
  const at = new Date(created_at);
  const own = await device({ as: ada, context: { locale: 'en-US', timezoneId: '' } });
  const { page } = own;
  const devtools = await page.context().newCDPSession(page);
  // Without a time zone of the browser context, which could not be changed.
  await devtools.send('Emulation.setTimezoneOverride', { timezoneId: 'Europe/Berlin' });
  await page.clock.install({ time: at });
  await own.load(`#/with/${charles.id}`);
  // A new fragment would not reload the page, and its timers would use the previous clock.
  await page.reload();
  const days = () => page.locator('li.day').allTextContents();
  const times = () => page.locator('time').allTextContents();
  const everywhere = (zone: string, locale = 'en-US') => Array(2).fill(clockTime(at, locale, zone));
  await expect.poll(times).toEqual(everywhere('Europe/Berlin'));

  // In a time zone where it is not midnight now.
  const zone = untilMidnight(at, 14) > HOUR_MS / 2 ? 'Pacific/Kiritimati' : 'Pacific/Pago_Pago';
  const toMidnight = untilMidnight(at, zone === 'Pacific/Kiritimati' ? 14 : -11);
  await devtools.send('Emulation.setTimezoneOverride', { timezoneId: zone });
  await page.clock.runFor(60_000);
  await expect.poll(times).toEqual(everywhere(zone));
  expect(await days()).toEqual(['Today']);

  // Just before and just after midnight.
  await page.clock.pauseAt(new Date(at.getTime() + toMidnight - 60_000));
  expect(await days()).toEqual(['Today']);
  await page.clock.runFor(61_000);
  await expect.poll(days).toEqual(['Yesterday']);
  expect((await times()).toSorted()).toEqual([...everywhere(zone).slice(1), 'Yesterday'].toSorted());

  await page.evaluate(() => {
    Object.defineProperty(navigator, 'languages', { get: () => ['en-GB'] });
    dispatchEvent(new Event('languagechange'));
  });
  await expect.poll(times).toContain(clockTime(at, 'en-GB', zone));
});
