import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { ownSystem } from './support/own-system.ts';
import { person } from './support/people.ts';
import { stage } from './support/stage.ts';
import { chatterUntil, face, tellTheSame } from './support/talk.ts';

const url = ownSystem({ context: SETTINGS.shortTokens });
const { device } = stage();

test('access tokens that expire during a conversation log nobody out, and tabs refresh them one at a time', async () => {
  const [ada, charles] = await Promise.all([person(url(), 'ada'), person(url(), 'charles')]);
  const [hers, his] = await Promise.all([
    device({ url: url(), as: ada }),
    device({ url: url(), as: charles }),
  ]);
  const refreshes = watchRefreshes(hers.context);
  await face(hers, charles, his, ada);
  const hash = `#/with/${charles.id}`;
  const tabs = await Promise.all([hers.tab(hash), hers.tab(hash)]);

  const { tokens, atOnce, statuses } = refreshes;
  const refreshedTwice = () => tokens.length >= 2;
  const writing = await Promise.all([
    chatterUntil(hers, 'Ada', refreshedTwice),
    chatterUntil(his, 'Charles', refreshedTwice),
  ]);
  await tellTheSame(hers, his, writing);
  const all = await hers.texts();
  for (const tab of tabs) await tab.showsTexts(all);
  await hers.isOnline();

  // Three tabs over three lifetimes of a token: one of them exchanges each token once.
  expect(tokens).toEqual([...new Set(tokens)]);
  expect(atOnce()).toBe(1);
  expect(new Set(statuses)).toEqual(new Set([200]));
});

/** The refresh requests of all tabs of a device. */
function watchRefreshes(context: BrowserContext) {
  const tokens: string[] = [];
  const statuses: number[] = [];
  let underWay = 0;
  let most = 0;
  const isRefresh = (request: { url(): string; method(): string }) =>
    request.method() === 'POST' && /\/users\/token\/refresh\/?$/.test(request.url());
  context.on('request', (request) => {
    if (!isRefresh(request)) return;
    tokens.push(request.postDataJSON().refresh);
    underWay += 1;
    most = Math.max(most, underWay);
  });
  context.on('response', (response) => {
    if (!isRefresh(response.request())) return;
    statuses.push(response.status());
    underWay -= 1;
  });
  return { tokens, statuses, atOnce: () => most };
}
