import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/send-message.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { httpEntry } from '../support/http-entry.ts';
import { api } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

function entry() {
  const { store, state, ask } = httpEntry(handler);
  store({ pk: `USER#${bob.id}`, sk: 'PROFILE', ...bob });
  for (const [userId, connectionId] of [
    [alice.id, 'alice'],
    [bob.id, 'bob'],
  ] as const) {
    store(socketsItem(userId, aConnection(connectionId, { userId, conversation: '' })));
  }
  const post = (body: unknown, key: string | undefined = id(77), conversation = CONVERSATION) =>
    ask('POST', `/conversations/${conversation}/messages/`, {
      path: { conversation },
      body,
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  return { post, log: () => state.partition(`CONV#${CONVERSATION}`) };
}

const posts = () =>
  api
    .commandCalls(PostToConnectionCommand)
    .map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]);

const told = {
  id: expect.any(String),
  conversation: CONVERSATION,
  seq: 1,
  message: 'Hello',
  sender_id: alice.id,
  created_at: NOON,
  read: 1,
};

describe('several messages sent by HTTP', () => {
  const messages = ['one', 'two', 'three'].map((text, i) => ({ client_id: id(80 + i), text }));

  it('are stored in order without a key, posted in one frame, and answered with what became of each', async () => {
    const { post } = entry();
    const { statusCode, body } = await post({ messages, after: 0 }, '');
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      conversation: CONVERSATION,
      results: messages.map(({ client_id, text }, i) => ({
        client_id,
        status: 'stored',
        id: expect.any(String),
        seq: i + 1,
        message: text,
        created_at: NOON,
        read: i + 1,
      })),
    });
    expect(posts().map(([to, { type, messages: told }]) => [to, type, told.length])).toEqual([
      ['alice', 'chat.messages', 3],
      ['bob', 'chat.messages', 3],
    ]);
  });

  it('are stored once if they are sent again', async () => {
    const { post, log } = entry();
    const first = await post({ messages, after: 0 }, '');
    const again = await post({ messages, after: 0 }, '');
    const repeated = (first.body as { results: object[] }).results.map((one) => ({
      ...one,
      status: 'repeated',
    }));
    expect(again.body).toMatchObject({ results: repeated });
    expect(log()).toHaveLength(3);
  });

  it('name the first that is refused, and leave the rest', async () => {
    const { post } = entry();
    for (let i = 0; i < 19; i += 1) await post({ text: 'Hello' }, id(800 + i));
    const { statusCode, body } = await post({ messages, after: 19 }, '');
    expect(statusCode).toBe(200);
    expect(body).toMatchObject({
      results: [
        { status: 'stored', seq: 20 },
        { client_id: id(81), status: 'refused', code: 'rate_limited', retry_after: expect.any(Number) },
        { client_id: id(82), status: 'not_tried' },
      ],
    });
  });
});

describe('a message sent by HTTP', () => {
  it('is stored, posted to every socket of both members, and answered with 201', async () => {
    const { post } = entry();
    const stored = { ...told, client_id: id(77) };
    expect(await post({ text: 'Hello' })).toEqual({ statusCode: 201, body: stored });
    const frame = { ...told, type: 'chat.message', sender: 'Alice' };
    expect(posts()).toEqual([
      ['alice', { ...frame, client_id: id(77) }],
      ['bob', frame],
    ]);
  });

  it('that is repeated with its key in any letter case is answered with the stored message and 200', async () => {
    const { post, log } = entry();
    const { body } = await post({ text: 'Hello' });
    expect(await post({ text: 'Hello' }, `"${id(77)}"`)).toEqual({ statusCode: 200, body });
    expect(await post({ text: 'Hello', after: 0 })).toEqual({ statusCode: 200, body });
    expect(log()).toHaveLength(1);
  });

  it('with another key is another message', async () => {
    const { post } = entry();
    await post({ text: 'Hello' });
    expect(await post({ text: 'Hello' }, id(78))).toMatchObject({ statusCode: 201, body: { seq: 2 } });
  });

  it('with another text and the same key is refused with 409', async () => {
    const { post } = entry();
    await post({ text: 'Hello' });
    expect(await post({ text: 'Bye' })).toMatchObject({
      statusCode: 409,
      body: { code: 'client_id_conflict' },
    });
  });

  it('is refused with 429 too soon after twenty others', async () => {
    const { post } = entry();
    for (let i = 0; i < 20; i += 1) await post({ text: 'Hello' }, id(800 + i));
    expect(await post({ text: 'Hello' })).toMatchObject({ statusCode: 429, body: { code: 'rate_limited' } });
  });

  it.each<[string, unknown, string | undefined, string, number, string]>([
    ['without a key', { text: 'Hello' }, '', CONVERSATION, 400, 'validation_failed'],
    ['under what is no UUID', { text: 'Hello' }, 'x', CONVERSATION, 400, 'validation_failed'],
    ['without a text', {}, id(77), CONVERSATION, 400, 'validation_failed'],
    ['with no messages', { messages: [] }, '', CONVERSATION, 400, 'validation_failed'],
    [
      'with a text beside messages',
      { text: 'Hello', messages: [{ client_id: id(80), text: 'one' }] },
      id(77),
      CONVERSATION,
      400,
      'validation_failed',
    ],
    [
      'with a bad message among good ones',
      {
        messages: [
          { client_id: id(80), text: 'one' },
          { client_id: id(81), text: ' ' },
        ],
      },
      '',
      CONVERSATION,
      400,
      'validation_failed',
    ],
    [
      'with several to nobody',
      { messages: [{ client_id: id(80), text: 'one' }] },
      '',
      `${alice.id}.${id(404)}`,
      404,
      'conversation_not_found',
    ],
    ['with a blank text', { text: ' ' }, id(77), CONVERSATION, 400, 'validation_failed'],
    ['with too long a text', { text: 'x'.repeat(4_001) }, id(77), CONVERSATION, 400, 'validation_failed'],
    [
      'with a field too many',
      { text: 'Hello', sender: 'bob' },
      id(77),
      CONVERSATION,
      400,
      'validation_failed',
    ],
    ['after what was not said', { text: 'Hello', after: 1 }, id(77), CONVERSATION, 400, 'after_invalid'],
    ['to nobody', { text: 'Hello' }, id(77), `${alice.id}.${id(404)}`, 404, 'conversation_not_found'],
    [
      'into a conversation of others',
      { text: 'Hello' },
      id(77),
      `${id(8)}.${id(9)}`,
      404,
      'conversation_not_found',
    ],
  ])(
    '%s is refused, stored nowhere and told to nobody',
    async (_, body, key, conversation, statusCode, code) => {
      const { post, log } = entry();
      expect(await post(body, key, conversation)).toMatchObject({ statusCode, body: { code } });
      expect([log(), posts()]).toEqual([[], []]);
    },
  );
});
