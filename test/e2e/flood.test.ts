import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { device, messageTo, quiet } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, connect, type Frame, type Socket } from './support/socket.ts';

const MESSAGES = Number(SETTINGS.fiveMessages.floodMessages);
const SECONDS = Number(SETTINGS.fiveMessages.floodSeconds);

describe.skipIf(notOurs)(`more than ${MESSAGES} messages in ${SECONDS} seconds ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.fiveMessages });
  let ada: Person;
  let charles: Person;
  let eve: Person;
  let phone: Socket;
  let laptop: Socket;
  let his: Socket;
  beforeEach(async () => {
    const { url } = runtime();
    [ada, charles, eve] = await people(rest(url), 3);
    [phone, laptop, his] = await Promise.all([device(url, ada), device(url, ada), device(url, charles)]);
  });
  afterEach(closeSockets);

  const say = (socket: Socket, peer: Person, text: string) => socket.ask(messageTo(peer, text));
  const limited = { type: 'error', code: 'rate_limited', retry_after: expect.any(Number) };

  /** Sends as many as are allowed, and returns the replies. */
  async function saySome(): Promise<Frame[]> {
    const replies: Frame[] = [];
    for (let turn = 1; turn <= MESSAGES; turn += 1) {
      replies.push(await say(turn % 2 ? phone : laptop, charles, `turn ${turn}`));
    }
    expect(replies.map(({ type, seq }) => [type, seq])).toEqual(
      replies.map((_, index) => ['message.sent', index + 1]),
    );
    return replies;
  }

  it('are refused on every device and socket of the sender, with the seconds to wait; after that it works', async () => {
    await saySome();
    const refused = await say(phone, charles, 'one too many');
    expect(refused).toMatchObject(limited);
    expect(refused.retry_after).toBeGreaterThanOrEqual(1);
    expect(refused.retry_after).toBeLessThanOrEqual(SECONDS);
    expect(await say(laptop, charles, 'from another device')).toMatchObject(limited);
    const original = await connect(runtime().url, { token: ada.access, peer: charles.id });
    expect(await original.say('by the other protocol')).toMatchObject(limited);

    await delay((refused.retry_after as number) * 1000);
    expect(await say(phone, charles, 'patience')).toMatchObject({ type: 'message.sent', seq: MESSAGES + 1 });
    for (let turn = 1; turn <= MESSAGES; turn += 1) await his.next();
    expect(await his.next()).toMatchObject({ message: 'patience' });
    await quiet(his);
  });

  it('are refused within a frame of several, and what was refused can be sent later', async () => {
    const messages = Array.from({ length: MESSAGES + 2 }, (_, i) => ({
      client_id: crypto.randomUUID(),
      text: `m${i + 1}`,
    }));
    const frame = { action: 'message.send', to: charles.id, messages, after: 0 };
    const { results } = (await phone.ask(frame)) as unknown as {
      results: { status: string; retry_after?: number }[];
    };
    expect(results.map(({ status }) => status)).toEqual([
      ...Array(MESSAGES).fill('stored'),
      'refused',
      'not_tried',
    ]);
    const refused = results[MESSAGES];
    expect(refused).toMatchObject({ code: 'rate_limited', retry_after: expect.any(Number) });
    await delay((refused?.retry_after as number) * 1000);
    const rest = await phone.ask({ ...frame, messages: messages.slice(MESSAGES) });
    expect(rest.results).toMatchObject([{ status: 'stored' }, { status: 'stored', seq: MESSAGES + 2 }]);
  });

  it('affect nobody else and no other conversation', async () => {
    await saySome();
    expect(await say(phone, charles, 'one too many')).toMatchObject(limited);
    expect(await say(his, ada, 'I may')).toMatchObject({ type: 'message.sent', seq: MESSAGES + 1 });
    expect(await say(phone, eve, 'so may I, here')).toMatchObject({ type: 'message.sent', seq: 1 });
    // Messages of the other member do not reset the sender's count.
    expect(await say(phone, charles, 'and there?')).toMatchObject(limited);
  });

  it('do not include repeats, which have a count of their own', async () => {
    const frame = messageTo(charles, 'once');
    const { id } = await phone.ask(frame);
    for (let turn = 1; turn < MESSAGES; turn += 1) await say(phone, charles, `turn ${turn}`);
    expect(await say(phone, charles, 'one too many')).toMatchObject(limited);
    for (let turn = 0; turn < MESSAGES; turn += 1) {
      expect(await laptop.ask(frame)).toMatchObject({ type: 'message.sent', id, seq: 1 });
    }
    expect(await phone.ask(frame)).toMatchObject(limited);
  });

  it('that repeat one message reach the other member no more often than the limit', async () => {
    const frame = messageTo(charles, 'again and again');
    await phone.ask(frame);
    const began = performance.now();
    const replies = await Promise.all(Array.from({ length: 20 * MESSAGES }, () => phone.ask(frame)));
    const windows = Math.ceil((performance.now() - began) / 1000 / SECONDS);
    const answered = replies.filter(({ type }) => type === 'message.sent');
    expect(replies.filter(({ type, code }) => type === 'error' && code !== 'rate_limited')).toEqual([]);
    expect(answered.length).toBeGreaterThanOrEqual(MESSAGES);
    expect(answered.length).toBeLessThanOrEqual((windows + 1) * MESSAGES);
    await his.ask({ action: 'ping' });
    const told = his.frames.filter(({ type }) => type === 'chat.message');
    expect(told).toHaveLength(1 + answered.length);
  });

  it('that come all at once are counted one by one', async () => {
    const replies = await Promise.all(
      Array.from({ length: 3 * MESSAGES }, (_, turn) => say(turn % 2 ? phone : laptop, charles, `${turn}`)),
    );
    const sent = replies.filter(({ type }) => type === 'message.sent');
    expect(replies.filter(({ type, code }) => type === 'error' && code !== 'rate_limited')).toEqual([]);
    expect(sent.length).toBeGreaterThanOrEqual(MESSAGES);
    // If this takes longer than the window, the next messages count in the next window.
    expect(sent.length).toBeLessThanOrEqual(2 * MESSAGES);
  });
});
