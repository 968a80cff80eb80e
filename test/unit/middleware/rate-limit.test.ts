import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../functions/core/connections/connection.ts';
import { ClientIdConflict, Unavailable } from '../../../functions/core/errors.ts';
import { rateLimit } from '../../../functions/core/rate-limit/rate-limit.ts';
import { json } from '../../../functions/middleware/http-replies.ts';
import { httpStack } from '../../../functions/middleware/http-stack.ts';
import { limitRequests } from '../../../functions/middleware/rate-limit.ts';
import { frameStack } from '../../../functions/middleware/socket-stack.ts';
import type { Authenticated } from '../../../functions/middleware/user-stack.ts';
import { frozenClock } from '../support/clock.ts';
import { scriptedGateway } from '../support/connections.ts';
import { httpEvent, lambdaContext, socketEvent } from '../support/events.ts';
import { alice } from '../support/people.ts';
import { rememberedReporting } from '../support/reporting.ts';

/** In messages. A `ping` costs 0.56 of one. */
const PER_MINUTE = 60;

function frames(answer: () => Promise<{ statusCode: number; body?: string }>) {
  const clock = frozenClock();
  const limit = rateLimit(PER_MINUTE, clock.now);
  const withCurrentEnd = async (connection: Connection) => connection;
  const stack = {
    ...rememberedReporting(),
    gateway: scriptedGateway(),
    limit,
    withCurrentEnd,
    now: clock.now,
  };
  let calls = 0;
  const handler = frameStack(stack).handler(() => {
    calls += 1;
    return answer();
  });
  const send = async (body: string) => {
    const reply = await handler(socketEvent(body), lambdaContext);
    return JSON.parse(reply.body ?? '{}');
  };
  return { ...clock, send, limit, calls: () => calls };
}

describe('frames', () => {
  const pong = async () => ({ statusCode: 200, body: '{"type":"pong"}' });

  it('are answered until their socket has spent its work, then refused with the reference and the seconds', async () => {
    const { send, calls } = frames(pong);
    const replies = [];
    for (let n = 1; n <= 100; n += 1) replies.push(await send(`{"action":"ping","ref":"r${n}"}`));
    const done = replies.findIndex(({ type }) => type === 'error');
    expect(done).toBeGreaterThan(50);
    expect(calls()).toBe(done);
    expect(replies.slice(done)).toEqual(
      replies.slice(done).map((_, index) => ({
        type: 'error',
        code: 'rate_limited',
        detail: 'Too many requests in a short time. Try again in 1 seconds.',
        retry_after: 1,
        ref: `r${done + index + 1}`,
      })),
    );
  });

  it('are answered again after these seconds', async () => {
    const { send, pass } = frames(pong);
    for (let n = 1; n <= 100; n += 1) await send('{}');
    pass(1_001);
    expect(await send('{}')).toEqual({ type: 'pong' });
  });

  it('are charged with the bytes of their reply', async () => {
    const { send, calls } = frames(async () => ({ statusCode: 200, body: `"${'x'.repeat(120_000)}"` }));
    for (let n = 1; n <= 20; n += 1) await send('{}');
    expect(calls()).toBe(9);
  });

  it('are charged with the bytes of the frame itself', async () => {
    const { send, calls } = frames(pong);
    for (let n = 1; n <= 50; n += 1) await send(`{"x":"${'x'.repeat(100_000)}"}`);
    expect(calls()).toBe(25);
  });

  it('are charged if they fail, too', async () => {
    for (const error of [new ClientIdConflict(), new Unavailable(), new TypeError('a bug')]) {
      const { send, calls } = frames(async () => {
        throw error;
      });
      for (let n = 1; n <= 100; n += 1) await send('{}');
      expect(calls()).toBeLessThan(70);
    }
  });
});

describe('HTTP requests', () => {
  function requests(body: string) {
    const clock = frozenClock();
    const limit = rateLimit(PER_MINUTE, clock.now);
    let calls = 0;
    const handler = httpStack(rememberedReporting())
      .use({
        before({ event }) {
          (event as Authenticated).identity = {
            userId: event.headers.user ?? '',
          } as Authenticated['identity'];
        },
      })
      .use(limitRequests(limit))
      .handler(async () => {
        calls += 1;
        return json(200, body);
      });
    const get = (user: string) => handler(httpEvent('GET', '/x', { headers: { user } }), lambdaContext);
    return { ...clock, get, calls: () => calls };
  }

  it('beyond the work of an account are answered with 429 and Retry-After; others are not affected', async () => {
    const { get, calls, pass } = requests('x'.repeat(250_000));
    const replies = [];
    for (let n = 1; n <= 20; n += 1) replies.push(await get(alice.id));
    // A body of 250 KB costs 5.4 messages.
    expect(calls()).toBe(12);
    const refused = replies.at(-1);
    expect(refused).toMatchObject({ statusCode: 429, headers: { 'retry-after': '5' } });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 'rate_limited', status: 429 });
    expect(await get('somebody else')).toMatchObject({ statusCode: 200 });
    pass(5_001);
    expect(await get(alice.id)).toMatchObject({ statusCode: 200 });
  });
});
