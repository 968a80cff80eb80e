import type { MiddyfiedHandler } from '@middy/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler as conversations } from '../../../functions/http/conversations.ts';
import { handler as fallback } from '../../../functions/http/fallback.ts';
import { handler as history } from '../../../functions/http/history.ts';
import { handler as messages } from '../../../functions/http/messages.ts';
import { handler as sendMessage } from '../../../functions/http/send-message.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

/** What Lambda hands back of a function's result, which has the body as a text within JSON. */
const RESULT_BYTES = 6 * 1024 * 1024;
/** What a problem may take: no client's mistake is worth more. */
const PROBLEM_BYTES = 64 * 1024;

/** Twice as JSON, this character has seven bytes: no other has more. */
const WIDEST = '\u0001';
const TEXT = `!${WIDEST.repeat(3_999)}`;
const USERNAME = 'x'.repeat(150);

let { store } = documentsInMemory();
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  ({ store } = documentsInMemory());
  storeLogin(store);
  return () => vi.useRealTimers();
});

interface Request {
  readonly path?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly body?: string;
}

async function ask(handler: unknown, method: string, rawPath: string, { path, query, body }: Request = {}) {
  const event = httpEvent(method, rawPath, {
    headers: {
      host: 'chat.example',
      authorization: `Bearer ${await accessToken()}`,
      'content-type': 'application/json',
      'idempotency-key': id(7),
    },
    ...(path && { pathParameters: path }),
    ...(query && { queryStringParameters: query }),
    ...(body !== undefined && { body }),
  });
  const reply = await (handler as MiddyfiedHandler)(event, lambdaContext);
  return { status: reply.statusCode, bytes: Buffer.byteLength(JSON.stringify(reply)), body: reply.body };
}

describe('no page is larger than a function may return', () => {
  it.each([
    ['of a log', messages, '/conversations/c/messages', { conversation: CONVERSATION }],
    ['of a history', history, '/chat/history/u', { user_id: bob.id }],
  ])('%s, with a hundred of the largest messages', async (_, handler, at, path) => {
    store({ pk: `USER#${bob.id}`, sk: 'PROFILE', ...bob, username: USERNAME });
    for (let seq = 1; seq <= 120; seq += 1) {
      store(itemOf(aLogEntry(seq, { text: TEXT, senderId: bob.id, clientId: id(seq) })));
    }
    const { status, bytes, body } = await ask(handler, 'GET', at, { path, query: { limit: '100' } });
    expect(status).toBe(200);
    expect(Buffer.byteLength(body)).toBeGreaterThan(200_000);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(256 * 1024);
    expect(bytes).toBeLessThanOrEqual(RESULT_BYTES);
  });

  it('of an inbox, with a hundred of the largest entries', async () => {
    for (let n = 0; n < 120; n += 1) {
      const peer = { id: id(1_000 + n), username: USERNAME };
      const talk = `${alice.id}.${peer.id}`;
      const topAt = new Date(Date.parse(NOON) + n).toISOString();
      const last = { id: id(7), senderId: peer.id, text: WIDEST.repeat(120), createdAt: NOON, seq: 9 };
      store({ pk: `USER#${alice.id}`, sk: `CONV#${talk}`, topAt, peer });
      store({ pk: `USER#${alice.id}`, sk: `INBOX#${topAt}#${talk}` });
      store({ pk: `CONV#${talk}`, sk: 'META', ...last });
    }
    const { status, bytes, body } = await ask(conversations, 'GET', '/conversations', {
      query: { limit: '100' },
    });
    expect([status, JSON.parse(body).results.length]).toEqual([200, 100]);
    expect(bytes).toBeLessThanOrEqual(RESULT_BYTES);
  });
});

describe('problem details are small', () => {
  const path = { conversation: CONVERSATION };
  const many = (entry: (i: number) => readonly [string, unknown], count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => entry(i))));

  it.each([
    ['unknown fields', many((i) => [`f${i}`, 0], 6_000)],
    ['one very long name', many(() => [WIDEST.repeat(10_000), 0], 1)],
    ['twenty-one long names', many((i) => [`${i}${WIDEST.repeat(500)}`, 0], 21)],
    ['half surrogate pairs for names', many((i) => [`${'\ud800'.repeat(200)}${i}`, 0], 50)],
    ['a list for a text', `{"text": ${JSON.stringify(Array(30_000).fill(1))}}`],
  ])('a body with %s', async (_, body) => {
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(64 * 1024);
    const { status, bytes } = await ask(sendMessage, 'POST', '/conversations/c/messages', { path, body });
    expect(status).toBe(400);
    expect(bytes).toBeLessThanOrEqual(PROBLEM_BYTES);
  });

  it('a path of the maximum length of API Gateway', async () => {
    const long = '\u0001"'.repeat(5_000);
    for (const [handler, parameters] of [
      [history, { user_id: long }],
      [messages, { conversation: long }],
      [fallback, {}],
    ] as const) {
      const { status, bytes } = await ask(handler, 'GET', `/${long}`, { path: parameters });
      expect(status).toBe(404);
      expect(bytes).toBeLessThanOrEqual(2 * PROBLEM_BYTES);
    }
  });
});
