import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SETTINGS } from '../systems.ts';
import { conversationOf, device, messageTo } from './support/devices.ts';
import { notOurs, ownRuntime } from './support/own-runtime.ts';
import { type Person, people } from './support/people.ts';
import { rest } from './support/rest.ts';
import { closeSockets, type Frame, refusal, type Socket } from './support/socket.ts';

/** What an account may cause in a minute, as a number of messages. A socket may cause half. */
const WORK = Number(SETTINGS.littleWork.workPerMinute);

/** The local runtime runs up to four processes of a function, each with its own buckets. */
const PROCESSES = 4;

describe.skipIf(notOurs)(`the work of ${WORK} messages in a minute ${notOurs}`, () => {
  const runtime = ownRuntime({ context: SETTINGS.littleWork });
  let ada: Person;
  let charles: Person;
  let phone: Socket;
  beforeEach(async () => {
    const { url } = runtime();
    [ada, charles] = await people(rest(url), 2);
    phone = await device(url, ada);
  });
  afterEach(closeSockets);

  /** Repeats a request until it is refused, and returns the number of those before it and the refusal. */
  async function untilRefused<T>(ask: () => Promise<T>, isRefusal: (answer: T) => boolean) {
    for (let done = 0; done < 10 * WORK * PROCESSES; done += 1) {
      const answer = await ask();
      if (isRefusal(answer)) return { done, answer };
    }
    throw new Error('nothing was refused');
  }

  const isError = ({ type }: Frame) => type === 'error';
  const limited = { type: 'error', code: 'rate_limited', retry_after: expect.any(Number) };

  it('is twice what a socket gets; a refused frame changes nothing, and succeeds after the seconds that it names', async () => {
    const laptop = await device(runtime().url, ada);
    const { done } = await untilRefused(() => phone.ask({ action: 'ping' }), isError);
    // A ping costs half a message, and a socket may cause half of its account's work, in each process.
    expect(done).toBeGreaterThan(WORK * 0.8);
    expect(done).toBeLessThan(WORK * PROCESSES * 1.5);

    const stored: string[] = [];
    let message = messageTo(charles, 'message 1');
    const say = async () => {
      message = messageTo(charles, `message ${stored.length + 1}`);
      const reply = await phone.ask(message);
      if (!isError(reply)) stored.push(reply.message as string);
      return reply;
    };
    let { answer: reply } = await untilRefused(say, isError);
    expect(reply).toMatchObject(limited);
    expect(await laptop.ask({ action: 'ping' })).toMatchObject({ type: 'pong' });
    const log = () =>
      rest(runtime().url).get(`/conversations/${conversationOf(ada, charles)}/messages/`, {
        token: charles.access,
      });
    expect((await log()).body.last_seq ?? 0).toBe(stored.length);

    while (isError(reply)) {
      await delay((reply.retry_after as number) * 1000);
      reply = await phone.ask(message);
    }
    expect(reply).toMatchObject({ type: 'message.sent', seq: stored.length + 1 });
  });

  it('is all that an account gets by HTTP, with 429 and the seconds to wait; others go on', async () => {
    const { get } = rest(runtime().url);
    const me = (person: Person) => get('/users/me/', { token: person.access });
    const { done, answer } = await untilRefused(
      () => me(ada),
      ({ status }) => status !== 200,
    );
    expect(done).toBeGreaterThan(WORK);
    expect(answer.status).toBe(429);
    expect(answer.body).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await me(charles)).status).toBe(200);
  });

  it('is all that an account gets in handshakes, which are then refused with 429', async () => {
    const open = () => refusal(runtime().url, { token: charles.access, path: '/ws' });
    const { done, answer } = await untilRefused(open, (status) => status !== 101);
    expect(answer).toBe(429);
    expect(done).toBeGreaterThan(WORK / 4);
    expect((await device(runtime().url, ada)).isClosed).toBe(false);
  });
});
