import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, quiet } from './support/devices.ts';
import { postMessage, sendMessage } from './support/messages.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets } from './support/socket.ts';

const SECONDS = Number(SETTINGS.threeMessages.floodSeconds);

describe.skipIf(notOurs)(`a sender of more than 3 messages in ${SECONDS} seconds over HTTP`, () => {
  const runtime = ownRuntime({ context: SETTINGS.threeMessages });
  afterEach(closeSockets);

  async function flooded() {
    const { url } = runtime();
    const api = rest(url);
    const [ada, charles, eve] = await people(api, 3);
    const conversation = conversationOf(ada, charles);
    const keys = [1, 2, 3].map(() => crypto.randomUUID());
    for (const key of keys)
      expect(await postMessage(api, ada, conversation, { text: key }, key)).toMatchObject({ status: 201 });
    return { url, api, ada, charles, eve, conversation, keys };
  }

  it('gets 429 with the seconds to wait, nothing is delivered, and sending then continues without a gap', async () => {
    const { url, api, ada, charles, conversation } = await flooded();
    const his = await device(url, charles);
    const key = crypto.randomUUID();
    const reply = await postMessage(api, ada, conversation, { text: 'too much' }, key);
    expect(reply).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    const seconds = Number(reply.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(SECONDS);
    await quiet(his);
    await delay(seconds * 1000);
    expect(await postMessage(api, ada, conversation, { text: 'too much' }, key)).toMatchObject({
      status: 201,
      body: { seq: 4 },
    });
  });

  it('may repeat stored messages, write elsewhere, and receive messages', async () => {
    const { api, ada, charles, eve, conversation, keys } = await flooded();
    expect((await postMessage(api, ada, conversation, { text: 'too much' })).status).toBe(429);
    const [key] = keys as [string];
    expect(await postMessage(api, ada, conversation, { text: key }, key)).toMatchObject({
      status: 200,
      body: { seq: 1 },
    });
    expect(await sendMessage(api, ada, conversationOf(ada, eve), 'elsewhere')).toMatchObject({ seq: 1 });
    expect(await sendMessage(api, charles, conversation, 'an answer')).toMatchObject({ seq: 4 });
  });
});
