import { expect, test } from 'vitest';
import { stage } from './support/stage.ts';

const { device } = stage();

/** All other files rely on this: an error in a page fails the test. */
test('errors, CSP violations, requests to other hosts and lost connections are noticed in each page', async () => {
  const own = await device();
  await own.page.evaluate(() => {
    setTimeout(() => {
      throw new Error('planted');
    });
    console.error('logged');
    document.body.append(Object.assign(document.createElement('script'), { textContent: 'var planted = 1' }));
    document.body.setAttribute('onclick', 'planted()');
    void fetch('http://localhost:1/planted').catch(() => undefined);
    void fetch('/users/me').catch(() => undefined);
  });
  const planted = [
    /^thrown: Error: planted/,
    /^error: logged/,
    /^error: CSP: script-src-elem forbids inline/,
    /^error: CSP: connect-src forbids http:\/\/localhost:1\/planted/,
    /status of 401 .*\/users\/me/,
  ];
  for (const pattern of planted) {
    await expect.poll(() => own.faults.list(false)).toContainEqual(expect.stringMatching(pattern));
  }

  own.network.cut();
  await own.network.refuse();
  await own.page.evaluate(() => fetch('/users/me').catch(() => undefined));
  await expect
    .poll(() => own.faults.list(false).filter((fault) => fault.includes('net::ERR_')))
    .toHaveLength(1);
  expect(own.faults.list(true).filter((fault) => fault.includes('net::ERR_CONNECTION'))).toEqual([]);

  expect(await own.page.evaluate(() => Object.hasOwn(globalThis, 'planted'))).toBe(false);
  own.faults.expect(/./);
});
