import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { build } from '../../scripts/build.ts';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { notOurs } from './support/own-runtime.ts';
import { people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-hanging-'));
/** Accepts every post, and never answers. */
const hole = createServer((socket) => socket.on('error', () => socket.destroy()));
let runtime: Runtime;

beforeAll(async () => {
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const { port } = hole.address() as AddressInfo;
  const bootstrap = join(folder, 'bootstrap.mjs');
  const own = new URL('../../local/lambda/bootstrap.mjs', import.meta.url);
  writeFileSync(
    bootstrap,
    `process.env.AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI &&= 'http://127.0.0.1:${port}/ws';\nawait import('${own}');\n`,
  );
  if (!notOurs)
    runtime = await startRuntime({
      assembly: () => build(SETTINGS.unlimited),
      port: 0,
      memory: true,
      bootstrap,
    });
});
afterEach(closeSockets);
afterAll(async () => {
  await runtime?.stop();
  hole.close();
  rmSync(folder, { recursive: true });
});

describe.skipIf(notOurs)('a receiver whose posts hang', () => {
  it('does not hold the sender up: the message is stored and acknowledged, and read by sync', async () => {
    const { url } = runtime;
    const [ada, charles] = await people(rest(url), 2);
    const hers = await device(url, ada);
    const his = await Promise.all(Array.from({ length: 5 }, () => device(url, charles)));
    // The first one also starts the function.
    await hers.ask(messageTo(charles, 'one'));
    const before = performance.now();
    expect(await hers.ask(messageTo(charles, 'two'))).toMatchObject({ type: 'message.sent', seq: 2 });
    expect(performance.now() - before).toBeLessThan(6_000);
    const conversations = { [conversationOf(ada, charles)]: 0 };
    for (const socket of his.slice(0, 2)) {
      const { messages } = await socket.ask({ action: 'sync', conversations });
      expect(messages).toMatchObject([{ message: 'one' }, { message: 'two' }]);
    }
    expect(his.flatMap(({ frames }) => frames.filter(({ type }) => type === 'chat.message'))).toEqual([]);
  }, 90_000);
});
