import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/history.ts';
import { NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { anEntry } from '../support/message-log.ts';
import { alice, bob, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

const entry = (seq: number) => ({
  id: id(1000 + seq),
  sender: { id: alice.id, username: 'Alice' },
  receiver: { id: bob.id, username: 'bob' },
  message: `message ${seq}`,
  created_at: NOON,
  updated_at: NOON,
  seq,
});

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  const { store } = documentsInMemory();
  storeLogin(store);
  store({ pk: `USER#${bob.id}`, sk: 'PROFILE', ...bob });
  for (let seq = 1; seq <= 5; seq += 1) store(itemOf(anEntry(seq)));
  return () => vi.useRealTimers();
});

async function get(queryStringParameters: Record<string, string>, userId: string = bob.id) {
  const event = httpEvent('GET', `/chat/history/${userId}/`, {
    headers: { host: 'chat.example', authorization: `Bearer ${await accessToken()}` },
    pathParameters: { user_id: userId },
    queryStringParameters,
  });
  const reply = await handler(event as never, lambdaContext);
  return { statusCode: reply.statusCode, body: JSON.parse(reply.body ?? '') };
}
const link = (limit: number, offset: number, anchor: string) =>
  `https://chat.example/chat/history/${bob.id}/?limit=${limit}&offset=${offset}&${anchor}`;

describe('the history with another user', () => {
  it('is a page, newest first, with absolute links to its neighbours', async () => {
    expect(await get({ limit: '2', offset: '1' })).toEqual({
      statusCode: 200,
      body: {
        count: 5,
        next: link(2, 3, 'before=3'),
        previous: link(2, 0, 'after=4'),
        results: [entry(4), entry(3)],
      },
    });
  });

  it.each([
    ['0', link(2, 2, 'before=4'), null],
    ['3', null, link(2, 1, 'after=2')],
    ['5', null, link(2, 3, 'after=0')],
    ['100000000000000000000', null, link(2, 3, 'after=0')],
  ])('links at offset %s to next %j and previous %j', async (offset, next, previous) => {
    expect((await get({ limit: '2', offset: `${offset}` })).body).toMatchObject({ next, previous });
  });

  it.each(['bob', id(404), '%00'])('answers 404 for %j, and names it', async (userId) => {
    const { statusCode, body } = await get({}, userId);
    expect([statusCode, body.code, body.detail]).toEqual([
      404,
      'user_not_found',
      `There is no user with the id "${userId}".`,
    ]);
  });

  it('is refused for an invalid limit', async () => {
    expect((await get({ limit: 'abc' })).statusCode).toBe(400);
  });
});
