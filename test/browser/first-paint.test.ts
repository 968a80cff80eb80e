import { expect, test } from 'vitest';
import type { App } from './support/app.ts';
import { type Person, write } from './support/people.ts';
import { phone, stage } from './support/stage.ts';

const { url, device, person } = stage();

const MOST_SHIFT = 0.01;

/** Runs in a page before its own scripts: sums up layout shifts without user input. */
function sumShifts(): void {
  const shifts = { sum: 0 };
  Object.assign(globalThis, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number;
      hadRecentInput: boolean;
    })[]) {
      if (!entry.hadRecentInput) shifts.sum += entry.value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
}

/** Waits for two frames after the last request and image, so that the page is complete. */
async function shiftsOf(app: App): Promise<number> {
  await app.page.waitForLoadState('networkidle');
  return await app.page.evaluate(async () => {
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
    return (globalThis as unknown as { shifts: { sum: number } }).shifts.sum;
  });
}

async function conversationsOf({ tokens }: Person): Promise<number> {
  const headers = { authorization: `Bearer ${tokens.access}` };
  const response = await fetch(`${url()}/conversations/`, { headers });
  return ((await response.json()) as { results: readonly unknown[] }).results.length;
}

test.each([
  ['wide', undefined],
  ['on a phone', phone],
] as const)('%s, nothing moves while the page loads', async (_, context) => {
  const [ada, charles, mary] = await Promise.all([person('ada'), person('charles'), person('mary')]);
  const visitor = await device({ before: sumShifts, ...(context && { context }) });
  expect(await shiftsOf(visitor), 'the first visit').toBeLessThan(MOST_SHIFT);

  for (let i = 0; i < 30; i += 1)
    await write(url(), i % 2 ? ada : charles, i % 2 ? charles : ada, `Message ${i}`);
  await write(url(), mary, ada, 'Hello');
  // The server's inbox follows by about a second. A message that comes then is new and may move others.
  await expect.poll(() => conversationsOf(ada)).toBe(2);
  const own = await device({ as: ada, before: sumShifts, ...(context && { context }) });
  await own.badge(mary.username).waitFor();
  expect(await shiftsOf(own), 'the inbox').toBeLessThan(MOST_SHIFT);

  await own.goTo(charles);
  await own.message('Message 29').waitFor();
  await own.page.reload();
  await own.message('Message 29').waitFor();
  expect(await shiftsOf(own), 'a conversation').toBeLessThan(MOST_SHIFT);

  // The measurement does see a movement.
  await own.page.evaluate(() => {
    const { style } = document.body;
    style.paddingTop = '200px';
  });
  await expect.poll(() => shiftsOf(own)).toBeGreaterThan(MOST_SHIFT);
});
