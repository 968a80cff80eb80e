import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type Engine, startDynoxide } from '../../local/aws/dynoxide.ts';

let engine: Engine;
let browser: Browser;
beforeAll(async () => {
  engine = await startDynoxide(undefined);
  browser = await chromium.connect(inject('browserEndpoint'));
});
afterAll(async () => {
  await browser?.close();
  await engine?.stop();
});

/** The result of the usual ways in which a page of another site may reach a server. */
async function tryFromPage(endpoint: string) {
  const page = await browser.newPage();
  const got = await page.evaluate(async (url) => {
    const settled = (promise: Promise<unknown>) =>
      promise.then(
        () => 'reached',
        () => 'refused',
      );
    const headers = { 'x-amz-target': 'DynamoDB_20120810.ListTables' };
    const opened = (target: EventTarget) =>
      new Promise<string>((resolve) => {
        target.addEventListener('open', () => resolve('reached'));
        target.addEventListener('error', () => resolve('refused'));
      });
    return {
      fetch: await settled(fetch(url, { method: 'POST', headers, body: '{}' })),
      simple: await settled(fetch(url, { method: 'POST', mode: 'no-cors', body: '{}' })),
      stream: await opened(new EventSource(url)),
      socket: await opened(new WebSocket(url.replace('http', 'ws'))),
    };
  }, endpoint);
  const navigation = await page.goto(endpoint).then(
    () => 'reached',
    (error: Error) => /ERR_UNSAFE_PORT/.exec(error.message)?.[0],
  );
  await page.close();
  return { ...got, navigation };
}

test('no page reaches the database engine, although the engine answers anybody', async () => {
  expect(await tryFromPage(`${engine.endpoint}/`)).toEqual({
    ...{ fetch: 'refused', simple: 'refused', stream: 'refused', socket: 'refused' },
    navigation: 'ERR_UNSAFE_PORT',
  });
});

test('the same page reaches an equally open server on another port', async () => {
  const open = createServer((_request, response) => {
    const any = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' };
    response.writeHead(200, { ...any, 'content-type': 'text/event-stream' }).end();
  });
  await new Promise<void>((resolve) => {
    open.listen(0, '127.0.0.1', resolve);
  });
  const { port } = open.address() as AddressInfo;
  const got = await tryFromPage(`http://127.0.0.1:${port}/`);
  open.closeAllConnections();
  open.close();
  expect(got).toMatchObject({ fetch: 'reached', simple: 'reached', stream: 'reached' });
});
