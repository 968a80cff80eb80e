import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createReplies, frameOf } from '../../client/connection/replies.ts';
import type { Frame } from '../../client/contract/frame-types.ts';
import { BOB, fakeServer } from './fake-server.ts';
import { during, fakeClock, online, pass } from './support.ts';

fakeClock();

/** API Gateway's own frames, recorded on AWS (Kludex/mangum#128, aws-samples/simple-websockets-chat-app#24). */
const ofGateway = (message: string) => ({ message, connectionId: 'yyyyyyyyyyyy=', requestId: 'xxxxxxxxxx=' });
const BROKEN = ofGateway('Internal server error');

describe('a frame of API Gateway’s own', () => {
  it.each([
    ['Internal server error', 'internal'],
    ['Endpoint request timed out', 'internal'],
    ['Forbidden', 'internal'],
    ['Too Many Requests', 'rate_limited'],
    ['Limit Exceeded', 'rate_limited'],
  ])('“%s” is the error %s', (message, code) => {
    const frame = { type: 'error', code, detail: message };
    expect(frameOf(JSON.stringify(ofGateway(message)))).toEqual({ frame, fault: frame });
  });

  it.each(['', 'null', '7', '[]', '"x"', '{}', '{"message":"Hello"}', '{"type":7}', '<html>', '{'])(
    'is not %j',
    (text) => {
      expect(frameOf(text)).toBeUndefined();
    },
  );

  it('fails the one pending request at once, and a message that fails this way is sent again and stored once', async () => {
    let isBroken = true;
    const server = fakeServer({
      reply: ({ action }) => (action === 'message.send' && isBroken ? { gateway: BROKEN } : 1),
    });
    const { client } = await online(server);
    await pass(60_000);
    const talk = client.conversationWith(BOB);
    talk.send('hello');
    await pass(1_500);
    expect(server.sent('message.send').length).toBeGreaterThan(1);
    isBroken = false;
    await pass(3_000);
    expect(server.log).toMatchObject([{ message: 'hello' }]);
    const [first, ...again] = server.sent('message.send').map(({ ref: _, ...frame }) => frame);
    for (const frame of again) expect(frame).toEqual(first);
    expect(client.connection.value).toBe('online');
  });

  it('is never the reply to a request that has another one, whatever is pending', async () => {
    const fate = fc.constantFrom('reply' as const, 'fault' as const, 'lost' as const);
    const request = fc.record({ at: fc.nat(20_000), after: fc.nat(25_000), fate });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 8 }), async (requests) => {
        const replies = createReplies(() => undefined);
        const ends = requests.map(() => 'none');
        const events = requests.flatMap(({ at, after, fate: how }, i) => [
          {
            at,
            run: () => {
              replies.wait(String(i), 10_000).then(
                () => (ends[i] = 'reply'),
                ({ code }) => (ends[i] = code),
              );
            },
          },
          {
            at: at + after,
            run: () => {
              if (how === 'reply') replies.take({ type: 'pong', time: '', ref: String(i) } as Frame)();
              if (how === 'fault') replies.fault({ type: 'error', code: 'internal', detail: '' });
            },
          },
        ]);
        const begin = Date.now();
        // The sort is stable: a request comes before its reply.
        for (const event of events.toSorted((a, b) => a.at - b.at)) {
          await pass(begin + event.at - Date.now());
          event.run();
          await pass(0);
        }
        await pass(60_000);
        for (const [i, { after, fate: how }] of requests.entries()) {
          const isLate = after >= 10_000;
          if (how === 'reply') expect(ends[i]).toBe(isLate ? 'timeout' : 'reply');
          else expect(['internal', 'timeout']).toContain(ends[i]);
          if (how === 'lost') expect(ends[i]).toBe('timeout');
        }
        // At once if nothing else is pending.
        const [only] = requests;
        if (requests.length === 1 && only?.fate === 'fault') {
          expect(ends[0]).toBe(only.after < 10_000 ? 'internal' : 'timeout');
        }
        replies.end(undefined as never);
        expect(vi.getTimerCount()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('an object that is passed to the library', () => {
  it('is sent with only the fields that the server knows', async () => {
    const bodies: unknown[] = [];
    const server = fakeServer();
    const { client } = await online(server, {
      fetch: (url, init) => {
        if (init.body !== undefined) bodies.push(JSON.parse(init.body));
        return server.fetch(url, init as RequestInit);
      },
    });
    bodies.length = 0;
    const more = { id: 7, remember: true, confirm: 'x', toString: () => '' };
    const names = { first_name: 'Ada', last_name: 'Lovelace' };
    const credentials = { email: 'ada@example.com', password: 'x' };
    const registration = { ...credentials, ...names, username: 'ada', password2: 'x' };
    await during(client.register({ ...more, ...registration }).catch(() => undefined));
    await during(client.changeProfile({ ...more, ...names, presence: 'hidden' }).catch(() => undefined));
    await during(client.changeProfile({ ...more, first_name: 'Ada' }).catch(() => undefined));
    await during(client.logIn({ ...more, ...credentials }));
    expect(bodies).toEqual([
      registration,
      { ...names, presence: 'hidden' },
      { first_name: 'Ada' },
      credentials,
    ]);
  });
});
