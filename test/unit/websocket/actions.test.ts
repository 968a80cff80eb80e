import { DeleteConnectionCommand, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/websocket/message.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { accessToken, storeLogin } from '../support/logged-in.ts';
import { api } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

const FOREIGN = `${id(8)}.${id(9)}`;
const ALICES_SOCKETS = { pk: `USER#${alice.id}`, sk: 'SOCKETS' };
let { state, store } = documentsInMemory();

const device = (userId: string, connectionId: string) =>
  aConnection(connectionId, { userId, conversation: '' });

const sessionOfAlice = () =>
  store({ pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}`, ttl: Date.parse(NOON) / 1000 + 60 });

/** Alice and Bob have said three things; each has two devices open, and Bob a socket of the original protocol. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  ({ state, store } = documentsInMemory());
  for (const account of [alice, bob, { ...bob, id: id(3) }]) {
    store({ pk: `USER#${account.id}`, sk: 'PROFILE', ...account });
  }
  for (const seq of [1, 2, 3]) store(itemOf(aLogEntry(seq, { senderId: bob.id })));
  store(socketsItem(alice.id, device(alice.id, 'alice-here'), device(alice.id, 'alice-phone')));
  const original = aConnection('bob-original', { userId: bob.id });
  store(socketsItem(bob.id, device(bob.id, 'bob-here'), device(bob.id, 'bob-phone'), original));
  return () => vi.useRealTimers();
});

/** Alice's device sends a frame, and gets this reply. */
async function send(frame: unknown, identity: object = { peerId: '' }, connectionId = 'alice-here') {
  const body = typeof frame === 'string' ? frame : JSON.stringify(frame);
  const result = await handler(socketEvent(body, { identity, connectionId }), lambdaContext);
  expect(result.statusCode).toBe(200);
  return JSON.parse(result.body ?? 'null');
}

/** What was posted, to which sockets. */
const posts = () =>
  api
    .commandCalls(PostToConnectionCommand)
    .map(({ args: [{ input }] }) => [input.ConnectionId, JSON.parse(String(input.Data))]);
const to =
  (...sockets: string[]) =>
  (frame: object) =>
    sockets.map((socket) => [socket, frame]);

const said = {
  id: expect.any(String),
  conversation: CONVERSATION,
  seq: 4,
  message: 'Hello',
  sender: 'Alice',
  sender_id: alice.id,
  created_at: NOON,
};

describe('a socket without a conversation', () => {
  it.each([undefined, null, ''])(
    'is a device’s, whatever API Gateway makes of an empty field (%j)',
    async (peerId) => {
      expect(await send({ action: 'ping' }, { peerId })).toMatchObject({ type: 'pong' });
      const original = await send({ message: 'Hello' }, { peerId });
      expect(original).toMatchObject({ type: 'error', code: 'unknown_action' });
    },
  );

  it.each([undefined, null, ''])('is listed again as a device if it was lost (%j)', async (peerId) => {
    state.set(ALICES_SOCKETS, undefined);
    sessionOfAlice();
    await send({ action: 'ping' }, { peerId });
    expect(state.get(ALICES_SOCKETS)?.['open#alice-here']).toEqual({
      session: id(500),
      since: Date.parse(NOON),
      until: Date.parse(NOON) / 1000 + 1_800,
    });
  });
});

describe('`message.send`', () => {
  const hello = { action: 'message.send', text: 'Hello', client_id: id(77), ref: 'r1' };

  it.each([{ to: bob.id }, { conversation: CONVERSATION }])(
    'by %j is stored, told to every other socket, and answered',
    async (by) => {
      expect(await send({ ...hello, ...by })).toEqual({
        ...said,
        type: 'message.sent',
        client_id: id(77),
        ref: 'r1',
      });
      const told = { ...said, type: 'chat.message' };
      expect(posts()).toEqual([
        ...to('alice-phone')({ ...told, client_id: id(77) }),
        ...to('bob-here', 'bob-phone', 'bob-original')(told),
      ]);
    },
  );

  it('repeated is answered with the stored message', async () => {
    const first = await send({ ...hello, to: bob.id });
    expect(await send({ ...hello, conversation: CONVERSATION, ref: 'r2' })).toEqual({ ...first, ref: 'r2' });
  });

  it('starts a conversation with any existing user', async () => {
    expect(await send({ ...hello, to: id(3) })).toMatchObject({ type: 'message.sent', seq: 1 });
  });

  it.each([
    ['to nobody', { to: id(404) }, 'user_not_found'],
    ['to oneself', { to: alice.id }, 'user_not_found'],
    ['to what is no user', { to: 'x' }, 'user_not_found'],
    ['into a conversation with nobody', { conversation: `${alice.id}.${id(404)}` }, 'conversation_not_found'],
    ['into a conversation of others', { conversation: FOREIGN }, 'conversation_not_found'],
    ['into what is no conversation', { conversation: 'x' }, 'conversation_not_found'],
    ['after what was not said yet', { to: bob.id, after: 4 }, 'after_invalid'],
    ['to both', { to: bob.id, conversation: CONVERSATION }, 'validation_failed'],
  ])('%s is refused, and nobody is told', async (_, fields, code) => {
    expect(await send({ ...hello, ...fields })).toMatchObject({ type: 'error', code, ref: 'r1' });
    expect(posts()).toEqual([]);
  });

  it('with another text under the same client id is refused', async () => {
    await send({ ...hello, to: bob.id });
    expect(await send({ ...hello, to: bob.id, text: 'Bye' })).toMatchObject({ code: 'client_id_conflict' });
  });

  it('is refused after twenty in ten seconds, with the seconds to wait', async () => {
    for (let i = 0; i < 20; i += 1) {
      expect(await send({ ...hello, to: bob.id, client_id: id(800 + i) })).toMatchObject({ seq: 4 + i });
    }
    vi.advanceTimersByTime(3_000);
    expect(await send({ ...hello, to: bob.id })).toEqual({
      type: 'error',
      code: 'rate_limited',
      detail: 'Too many messages in a short time. Try again in 7 seconds.',
      retry_after: 7,
      ref: 'r1',
    });
    vi.advanceTimersByTime(7_000);
    expect(await send({ ...hello, to: bob.id })).toMatchObject({ type: 'message.sent', seq: 24 });
  });
});

describe.each(['conversation.read', 'message.received'])('`%s`', (action) => {
  const frame = { type: action, conversation: CONVERSATION, user_id: alice.id, seq: 2 };

  it('is answered, and sent to all other devices of both members, but not to sockets of the original protocol', async () => {
    const reply = await send({ action, conversation: CONVERSATION, seq: 2, ref: 'r1' });
    expect(reply).toEqual({ ...frame, moved: true, ref: 'r1' });
    expect(posts()).toEqual(to('alice-phone', 'bob-here', 'bob-phone')(frame));
  });

  it.each([0, 4])('that moves nothing is answered, and sent to nobody: %d', async (seq) => {
    expect(await send({ action, conversation: CONVERSATION, seq })).toEqual({ ...frame, seq, moved: false });
    expect(posts()).toEqual([]);
  });

  it('in a conversation of others is refused', async () => {
    const reply = await send({ action, conversation: FOREIGN, seq: 1, ref: 'r1' });
    expect(reply).toMatchObject({ code: 'conversation_not_found', ref: 'r1' });
  });
});

it('`message.received` of a user who hides their presence is sent to their own devices only', async () => {
  store({ pk: `USER#${alice.id}`, sk: 'PRESENCE', online: true, hidden: true });
  const frame = { conversation: CONVERSATION, user_id: alice.id, seq: 2 };
  await send({ action: 'message.received', conversation: CONVERSATION, seq: 2 });
  expect(posts()).toEqual(to('alice-phone')({ ...frame, type: 'message.received' }));
  api.resetHistory();
  await send({ action: 'conversation.read', conversation: CONVERSATION, seq: 2 });
  expect(posts().map(([socket]) => socket)).toEqual(['alice-phone', 'bob-here', 'bob-phone']);
});

it('`message.received` that comes too soon is answered with the time to wait', async () => {
  await send({ action: 'message.received', conversation: CONVERSATION, seq: 1 });
  const reply = await send({ action: 'message.received', conversation: CONVERSATION, seq: 2 });
  expect(reply).toMatchObject({ seq: 2, moved: false, retry_after: 2 });
});

describe('`typing`', () => {
  const frame = { type: 'typing', conversation: CONVERSATION, user_id: alice.id, expires_in: 6 };

  it('is sent to the other member’s devices, and not again within three seconds', async () => {
    // The memory of a running function outlives a test.
    vi.advanceTimersByTime(60_000);
    expect(await send({ action: 'typing', conversation: CONVERSATION })).toEqual({
      ...frame,
      forwarded: true,
    });
    expect(await send({ action: 'typing', conversation: CONVERSATION })).toEqual({
      ...frame,
      forwarded: false,
    });
    expect(posts()).toEqual(to('bob-here', 'bob-phone')(frame));
  });

  it('in a conversation of others is refused', async () => {
    expect(await send({ action: 'typing', conversation: FOREIGN })).toMatchObject({
      code: 'conversation_not_found',
    });
    expect(posts()).toEqual([]);
  });
});

describe('`sync`', () => {
  it('answers with the missing messages', async () => {
    const reply = await send({ action: 'sync', conversations: { [CONVERSATION]: 1 }, ref: 'r1' });
    expect(reply).toMatchObject({ type: 'sync.done', conversations: [], ref: 'r1' });
    expect(reply.messages.map(({ seq }: { seq: number }) => seq)).toEqual([2, 3]);
  });

  it('tells when more messages follow', async () => {
    for (let seq = 4; seq <= 150; seq += 1) store(itemOf(aLogEntry(seq)));
    const reply = await send({ action: 'sync', conversations: { [CONVERSATION]: 0 } });
    expect([reply.type, reply.messages.length]).toEqual(['sync.page', 100]);
  });

  it('with a conversation of others is refused entirely', async () => {
    const reply = await send({ action: 'sync', conversations: { [CONVERSATION]: 0, [FOREIGN]: 0 } });
    expect(reply).toMatchObject({ type: 'error', code: 'conversation_not_found' });
  });
});

it('`presence.watch` answers with the presence of users who share a conversation', async () => {
  store({ pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}`, topAt: NOON });
  store({ pk: `USER#${bob.id}`, sk: 'PRESENCE', online: true });
  store({ pk: `USER#${id(3)}`, sk: 'PRESENCE', online: true });
  expect(await send({ action: 'presence.watch', users: [bob.id, id(3), alice.id], ref: 'r1' })).toEqual({
    type: 'presence',
    users: [{ user_id: bob.id, online: true, last_seen: null }],
    ref: 'r1',
  });
  expect(state.partition(`WATCH#${bob.id}`).map(({ sk }) => sk)).toEqual([alice.id]);
});

describe('`ping`', () => {
  it('is answered with the server’s time', async () => {
    expect(await send({ action: 'ping', ref: 'r1' })).toEqual({ type: 'pong', time: NOON, ref: 'r1' });
  });

  it('lists a live socket again that was lost', async () => {
    store(socketsItem(alice.id, device(alice.id, 'alice-phone')));
    sessionOfAlice();
    expect(await send({ action: 'ping' })).toMatchObject({ type: 'pong', restored: true });
    expect(state.get(ALICES_SOCKETS)).toEqual(
      socketsItem(alice.id, device(alice.id, 'alice-phone'), {
        ...device(alice.id, 'alice-here'),
        expiresAt: new Date(Date.parse(NOON) + 1_800_000),
      }),
    );
  });

  it('closes a socket whose session has ended, and does not list it', async () => {
    store(socketsItem(alice.id, device(alice.id, 'alice-phone')));
    await send({ action: 'ping' });
    expect(state.get(ALICES_SOCKETS)).toMatchObject(socketsItem(alice.id, device(alice.id, 'alice-phone')));
    expect(state.get(ALICES_SOCKETS)).not.toHaveProperty('open#alice-here');
    expect(api.commandCalls(DeleteConnectionCommand)).toHaveLength(1);
  });
});

describe('`message.send` with several messages', () => {
  const texts = (...list: string[]) => list.map((text, i) => ({ client_id: id(80 + i), text }));
  const several = (messages: unknown, more: object = {}) =>
    send({ action: 'message.send', to: bob.id, messages, after: 3, ref: 'r1', ...more });

  it('stores them in order, tells each kind of socket in its own way, and answers what became of each', async () => {
    const answer = await several(texts('one', 'two', 'three'));
    const stored = (i: number) => ({
      client_id: id(80 + i),
      status: 'stored',
      id: expect.any(String),
      seq: 4 + i,
      message: ['one', 'two', 'three'][i],
      created_at: NOON,
      read: 4 + i,
    });
    expect(answer).toEqual({
      type: 'messages.sent',
      conversation: CONVERSATION,
      results: [stored(0), stored(1), stored(2)],
      ref: 'r1',
    });
    const told = (i: number) => ({
      id: answer.results[i].id,
      seq: 4 + i,
      message: ['one', 'two', 'three'][i],
      created_at: NOON,
      read: 4 + i,
    });
    const frame = {
      type: 'chat.messages',
      conversation: CONVERSATION,
      sender: 'Alice',
      sender_id: alice.id,
      messages: [told(0), told(1), told(2)],
    };
    const own = { ...frame, messages: frame.messages.map((one, i) => ({ ...one, client_id: id(80 + i) })) };
    const { messages: _, ...common } = frame;
    const single = (i: number) => ({ ...common, type: 'chat.message', ...told(i) });
    const inOrder = (name: string) => posts().flatMap(([to, posted]) => (to === name ? [posted] : []));
    expect(inOrder('alice-phone')).toEqual([own]);
    expect(inOrder('bob-here')).toEqual([frame]);
    expect(inOrder('bob-original')).toEqual([single(0), single(1), single(2)]);
  });

  it('answers a repetition with the stored ones, and stores the rest', async () => {
    const first = await several(texts('one', 'two'));
    const again = await several(texts('one', 'two', 'three'));
    expect(again.results).toEqual([
      ...first.results.map((one: object) => ({ ...one, status: 'repeated' })),
      expect.objectContaining({ status: 'stored', seq: 6 }),
    ]);
  });

  it('says which one was refused and why, and that those behind it were not tried', async () => {
    await several([{ client_id: id(81), text: 'another' }]);
    const { results } = await several(texts('one', 'two', 'three'));
    expect(results).toEqual([
      expect.objectContaining({ client_id: id(80), status: 'stored' }),
      {
        client_id: id(81),
        status: 'refused',
        code: 'client_id_conflict',
        detail: 'This client_id was used for another message in this conversation.',
      },
      { client_id: id(82), status: 'not_tried' },
    ]);
  });

  it('tells a single one as `chat.message`', async () => {
    expect((await several(texts('one'))).type).toBe('messages.sent');
    expect(posts().map(([, { type }]) => type)).toEqual(posts().map(() => 'chat.message'));
  });

  const long = '🦀'.repeat(3_000);
  it.each([
    ['no message', [], { messages: ['Must have at least 1 items.'] }],
    [
      'more than twenty',
      texts(...Array.from({ length: 21 }, (_, i) => `m${i}`)),
      { messages: ['Must have at most 20 items.'] },
    ],
    [
      'one `client_id` twice',
      [...texts('one'), ...texts('two')],
      { messages: ['Each message must have a `client_id` of its own.'] },
    ],
    [
      'more than 24 KB',
      texts(long, long, 'x'.repeat(580)),
      { messages: ['The texts, mentions and own data must have at most 24576 bytes of JSON together.'] },
    ],
    [
      'two bad ones among good ones',
      [...texts('good', ' '), { client_id: 'x', text: 'a' }],
      { 'messages.1.text': ['The text must not be blank.'], 'messages.2.client_id': ['Must be a UUID.'] },
    ],
    [
      'one `client_id` twice, more than 24 KB, and a bad one among them',
      [...texts(long), ...texts(long), { client_id: 'x', text: 'x'.repeat(580) }],
      {
        'messages.2.client_id': ['Must be a UUID.'],
        messages: [
          'Each message must have a `client_id` of its own.',
          'The texts, mentions and own data must have at most 24576 bytes of JSON together.',
        ],
      },
    ],
    ['what is no list', 'one', { messages: ['Must be an array.'] }],
  ])('is refused with %s, and nothing is stored', async (_, messages, errors) => {
    expect(await several(messages)).toMatchObject({ type: 'error', code: 'validation_failed', errors });
    expect([posts(), state.partition(`CONV#${CONVERSATION}`)]).toEqual([
      [],
      expect.toSatisfy((log) => log.length === 3),
    ]);
  });

  it('takes exactly 24 KB', async () => {
    const answer = await several(texts(long, long, 'x'.repeat(24_576 - 2 * 12_002 - 2)));
    expect(answer).toMatchObject({ type: 'messages.sent' });
    for (const [, frame] of posts())
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThanOrEqual(32_768);
  });

  it.each([
    [{ text: 'and one' }, { messages: ['Send either `text` and `client_id`, or `messages`.'] }],
    [{ client_id: id(99) }, { messages: ['Send either `text` and `client_id`, or `messages`.'] }],
  ])('is refused together with %j', async (more, errors) => {
    expect(await several(texts('one'), more)).toMatchObject({ code: 'validation_failed', errors });
  });
});

describe('an invalid frame of a device', () => {
  it.each([
    ['Hello', { code: 'invalid_json' }],
    ['[]', { code: 'not_an_object' }],
    [{ ref: 'r1' }, { code: 'unknown_action', ref: 'r1' }],
    [
      { message: 'Hello', ref: 'r1' },
      { code: 'unknown_action', ref: 'r1' },
    ],
    [{ action: 'ping', ref: 7 }, { code: 'ref_invalid' }],
    [
      { action: 'conversation.read', conversation: CONVERSATION, seq: -1, ref: 'r1' },
      { code: 'validation_failed', errors: { seq: ['Must be at least 0.'] }, ref: 'r1' },
    ],
  ])('%j is answered with why, and changes nothing', async (frame, reply) => {
    expect(await send(frame)).toEqual({ type: 'error', detail: expect.any(String), ...reply });
    expect(posts()).toEqual([]);
  });
});

describe('`auth.refresh`', () => {
  /** A process remembers the ends of sockets, so each test has one of its own. */
  let connectionId: string;
  const over = (frame: object, identity: object = { peerId: '' }) => send(frame, identity, connectionId);
  const minutes = (n: number) => new Date(Date.parse(NOON) + n * 60_000);
  const until = () =>
    (state.get(ALICES_SOCKETS) as Record<string, { until: number }>)[`open#${connectionId}`]?.until;
  /** Alice's token that was issued so many minutes after noon. */
  async function issuedAfter(n: number, identity: object = {}) {
    vi.setSystemTime(minutes(n));
    return accessToken(identity, minutes(n));
  }
  const refresh = (token: unknown) => over({ action: 'auth.refresh', token, ref: 'r1' });

  beforeEach(() => {
    storeLogin(store);
    connectionId = `socket-${crypto.randomUUID()}`;
    const here = { ...device(alice.id, connectionId), expiresAt: minutes(30) };
    store(socketsItem(alice.id, here, device(alice.id, 'alice-phone')));
  });

  it('moves the end of the socket, which then goes on past the end of its first token', async () => {
    const token = await issuedAfter(29);
    expect(await refresh(token)).toEqual({
      type: 'auth.refreshed',
      expires_at: minutes(59).toISOString(),
      ref: 'r1',
    });
    expect(until()).toBe(minutes(59).getTime() / 1000);
    vi.setSystemTime(minutes(58));
    expect(await over({ action: 'ping' })).toMatchObject({ type: 'pong' });
    vi.setSystemTime(minutes(59));
    expect(await over({ action: 'ping' })).toBeNull();
    expect(posts()).toEqual([
      [connectionId, { type: 'error', code: 'token_expired', detail: expect.any(String) }],
    ]);
  });

  it.each([
    ['a token of another session', () => issuedAfter(1, { sessionId: id(501) })],
    ['a token of another user', () => issuedAfter(1, { userId: bob.id })],
    ['a token that has expired', () => issuedAfter(-31)],
    ['a forged token', async () => `${(await issuedAfter(1)).slice(0, -4)}AAAA`],
    ['a refresh token', async () => 'r.x.y'],
    ['a text that is no token', async () => 'token'],
  ])('refuses %s, and the socket keeps its old one', async (_what, made) => {
    const token = await made();
    vi.setSystemTime(minutes(1));
    expect(await refresh(token)).toEqual({
      type: 'error',
      code: 'token_invalid',
      detail: expect.any(String),
      ref: 'r1',
    });
    expect(until()).toBe(minutes(30).getTime() / 1000);
    expect(api.commandCalls(DeleteConnectionCommand)).toEqual([]);
    expect(await over({ action: 'ping' })).toMatchObject({ type: 'pong' });
  });

  it.each([undefined, null, 7, '', {}, '🦀', 'a b', 'x'.repeat(4_097)])(
    'refuses %j as a token',
    async (token) => {
      expect(await refresh(token)).toMatchObject({
        code: 'validation_failed',
        errors: { token: [expect.any(String)] },
      });
    },
  );

  it('refuses a token whose session has ended', async () => {
    store({ pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}`, ttl: Date.parse(NOON) / 1000 });
    expect(await refresh(await issuedAfter(1))).toMatchObject({ code: 'token_invalid' });
    expect(until()).toBe(minutes(30).getTime() / 1000);
  });

  it('is not known on the socket of a conversation', async () => {
    const token = await issuedAfter(1);
    expect(await over({ action: 'auth.refresh', token }, {})).toMatchObject({ code: 'message_missing' });
  });
});
