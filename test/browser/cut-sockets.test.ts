import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { ownSystem } from './support/own-system.ts';
import { person } from './support/people.ts';
import { stage } from './support/stage.ts';
import { chatterUntil, face, tellTheSame } from './support/talk.ts';

const CONNECTION_MS = 10_000;

/** API Gateway closes each socket after two hours. Here this happens much sooner. */
const url = ownSystem({ limits: { connectionMs: CONNECTION_MS }, context: SETTINGS.unlimited });
const { device } = stage();

test('sockets that the gateway cuts during a conversation leave no gap and show no status', async () => {
  const [ada, charles] = await Promise.all([person(url(), 'ada'), person(url(), 'charles')]);
  const [hers, his] = await Promise.all([
    device({ url: url(), as: ada }),
    device({ url: url(), as: charles }),
  ]);
  const next = [hers, his].map(({ page }) => countSockets(page));
  await face(hers, charles, his, ada);
  const said = await recordWords(hers.page);

  const cutTwice = () => next.every((count) => count() >= 2);
  const writing = await Promise.all([
    chatterUntil(hers, 'Ada', cutTwice),
    chatterUntil(his, 'Charles', cutTwice),
  ]);
  await tellTheSame(hers, his, writing);
  expect(await said()).not.toContainEqual(expect.stringContaining('offline'));
  await hers.isOnline();
});

/** The sockets that a page opens from now on. */
function countSockets(page: Page): () => number {
  let count = 0;
  page.on('websocket', () => (count += 1));
  return () => count;
}

/** All that the connection status shows from now on. */
async function recordWords(page: Page): Promise<() => Promise<readonly string[]>> {
  const said: string[] = [];
  await page.exposeFunction('heard', (words: string) => said.push(words));
  await page.evaluate(() => {
    const line = document.querySelector('[role=status].connection') as HTMLElement;
    const tell = () => (globalThis as unknown as { heard(words: string): void }).heard(line.textContent);
    new MutationObserver(tell).observe(line, { childList: true, characterData: true, subtree: true });
  });
  return async () => said;
}
