import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_MESSAGES, MAX_MESSAGES_BYTES } from '../../../functions/protocol/new-messages.ts';
import { handler } from '../../../functions/websocket/message.ts';
import { EXCHANGES } from '../../contract/sockets.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { api } from '../support/mocked-clients.ts';
import { alice, id } from '../support/people.ts';
import { documentsInMemory } from '../support/table.ts';

/** API Gateway sends no larger answer over a socket; whether its KB has 1,000 or 1,024 bytes. */
const ANSWER_BYTES = 128_000;
/** And posts no larger frame in one piece. */
const FRAME_BYTES = 32_000;

/** JSON writes this character in six bytes: nothing that a text may hold takes more. */
const WIDEST = '\u0001';
const TEXT = `!${WIDEST.repeat(3_999)}`;
const REF = WIDEST.repeat(64);
const USERNAME = 'x'.repeat(150);
/** As far as a log can ever get. */
const FAR = Number.MAX_SAFE_INTEGER - 1_000;

let { store } = documentsInMemory();
const peer = (n: number) => id(1_000 + n);
const talk = (n: number) => `${alice.id}.${peer(n)}`;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  ({ store } = documentsInMemory());
  return () => vi.useRealTimers();
});

async function answerTo(
  frame: unknown,
  peerId = '',
): Promise<{ bytes: number; answer: Record<string, unknown> }> {
  const body = typeof frame === 'string' ? frame : JSON.stringify(frame);
  const event = socketEvent(body, { identity: { peerId, username: USERNAME } });
  const { body: answer = '' } = await handler(event, lambdaContext);
  return { bytes: Buffer.byteLength(answer), answer: JSON.parse(answer) };
}

/** The size of every frame that other sockets got. */
const postedBytes = () =>
  api
    .commandCalls(PostToConnectionCommand)
    .map(({ args: [{ input }] }) => Buffer.byteLength(String(input.Data)));

/** A conversation with somebody, as large as one can be in every place where it is shown. */
function meet(n: number) {
  const last = { id: id(7), senderId: peer(n), text: WIDEST.repeat(120), createdAt: NOON };
  const topAt = new Date(Date.parse(NOON) + n).toISOString();
  const marks = { readSeq: FAR, receivedSeq: FAR };
  const someone = { id: peer(n), username: USERNAME };
  store({ pk: `USER#${peer(n)}`, sk: 'PROFILE', ...alice, ...someone });
  store({ pk: `USER#${peer(n)}`, sk: 'PRESENCE', online: false, lastSeen: NOON });
  store({ pk: `USER#${alice.id}`, sk: `CONV#${talk(n)}`, topAt, peer: someone, ...marks });
  store({ pk: `USER#${peer(n)}`, sk: `CONV#${talk(n)}`, ...marks });
  store({ pk: `USER#${alice.id}`, sk: `INBOX#${topAt}#${talk(n)}` });
  store({ pk: `CONV#${talk(n)}`, sk: 'META', ...last, seq: FAR, counts: { 0: FAR, 1: FAR } });
}

/** Somebody says texts of such lengths, the last of a very long log. */
function say(n: number, lengths: readonly number[]) {
  lengths.forEach((length, i) => {
    const text = WIDEST.repeat(length);
    const more = { conversation: talk(n), senderId: peer(n), clientId: id(i), text };
    store(itemOf(aLogEntry(FAR + 1 + i, more)));
  });
}

describe('no answer is larger than API Gateway sends', () => {
  it('to `sync`, however many conversations and whatever was said in them', async () => {
    const scene = fc.record({
      held: fc.integer({ min: 1, max: 50 }),
      fresh: fc.constantFrom(0, 25, 30),
      lengths: fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 30 }),
    });
    let largest = 0;
    await fc.assert(
      fc.asyncProperty(scene, async ({ held, fresh, lengths }) => {
        ({ store } = documentsInMemory());
        for (let n = 0; n < held + fresh; n += 1) meet(n);
        for (let n = 0; n < held; n += 1) say(n, lengths);
        const conversations = Object.fromEntries(Array.from({ length: held }, (_, n) => [talk(n), FAR]));
        const since = new Date(Date.parse(NOON) - 60_000).toISOString();
        const { bytes, answer } = await answerTo({ action: 'sync', conversations, since, ref: REF });
        expect(answer.type).toMatch(/^sync\./);
        expect(answer.messages).not.toEqual([]);
        largest = Math.max(largest, bytes);
        expect(bytes).toBeLessThanOrEqual(ANSWER_BYTES);
      }),
      {
        numRuns: 25,
        // The most that is shown of an inbox, and the largest text behind it.
        examples: [
          [{ held: 50, fresh: 30, lengths: [4_000] }],
          [{ held: 50, fresh: 25, lengths: [1, 4_000] }],
          [{ held: 1, fresh: 0, lengths: Array(30).fill(4_000) }],
          [{ held: 50, fresh: 0, lengths: [3, 1] }],
        ],
      },
    );
    // The limit is met from near: else the scenes would prove little.
    expect(largest).toBeGreaterThan(90_000);
  });

  it('to `presence.watch` of as many as can be', async () => {
    for (let n = 0; n < 50; n += 1) meet(n);
    const users = Array.from({ length: 50 }, (_, n) => peer(n));
    const { bytes, answer } = await answerTo({ action: 'presence.watch', users, ref: REF });
    expect(answer.users).toHaveLength(50);
    expect(bytes).toBeLessThanOrEqual(FRAME_BYTES);
  });

  it('to the largest text, nor is the frame that the others get', async () => {
    meet(1);
    const devices = ['phone', 'tablet'].map((one) => aConnection(one, { conversation: '' }));
    store(socketsItem(alice.id, ...devices));
    const sent = { action: 'message.send', to: peer(1), text: TEXT, client_id: id(7), ref: REF };
    const answers = [
      await answerTo(sent),
      await answerTo({ message: TEXT, client_id: id(8), ref: REF }, peer(1)),
    ];
    expect(answers.map(({ answer }) => answer.type)).toEqual(['message.sent', 'chat.message']);
    const posts = postedBytes();
    expect(posts.length).toBeGreaterThan(0);
    for (const bytes of [...posts, ...answers.map((one) => one.bytes)])
      expect(bytes).toBeLessThanOrEqual(FRAME_BYTES);
  });

  describe('to twenty messages at once, nor are the frames that the others get', () => {
    /** Their texts take all the bytes that a frame may have for them. */
    const messages = Array.from({ length: MAX_MESSAGES }, (_, i) => ({
      client_id: id(2_000 + i),
      text: `!${WIDEST.repeat(Math.floor((MAX_MESSAGES_BYTES / MAX_MESSAGES - 3) / 6))}`,
      read: FAR,
    }));
    const textBytes = messages.reduce((sum, { text }) => sum + JSON.stringify(text).length, 0);
    const sent = { action: 'message.send', messages, after: FAR, ref: REF };

    beforeEach(() => {
      meet(1);
      say(1, [1]);
      const devices = ['alice-here', 'phone', 'tablet'].map((one) => aConnection(one, { conversation: '' }));
      store(socketsItem(alice.id, ...devices, aConnection('window', { conversation: talk(1) })));
      store(socketsItem(peer(1), aConnection('telephone', { userId: peer(1), conversation: '' })));
    });

    it.each([
      ['for a user', { to: peer(1) }],
      ['for a conversation', { conversation: talk(1) }],
    ])('%s', async (_, where) => {
      expect(textBytes).toBeGreaterThan(MAX_MESSAGES_BYTES - 6 * MAX_MESSAGES);
      const { bytes, answer } = await answerTo({ ...sent, ...where });
      const stored = expect.objectContaining({ status: 'stored', read: FAR });
      expect(answer).toMatchObject({ type: 'messages.sent', results: Array(MAX_MESSAGES).fill(stored) });
      // One for each other device, and one for each message on the sender's socket of this conversation.
      const posts = postedBytes();
      expect(posts).toHaveLength(3 + MAX_MESSAGES);
      for (const size of [bytes, ...posts]) expect(size).toBeLessThanOrEqual(FRAME_BYTES);
      expect(bytes).toBeGreaterThan(textBytes + MAX_MESSAGES * 100);
    });

    it('when they are sent again', async () => {
      await answerTo({ ...sent, to: peer(1) });
      const { bytes, answer } = await answerTo({ ...sent, to: peer(1) });
      const repeated = expect.objectContaining({ status: 'repeated', read: FAR });
      expect(answer.results).toEqual(Array(MAX_MESSAGES).fill(repeated));
      expect(bytes).toBeLessThanOrEqual(FRAME_BYTES);
    });
  });

  const frames = EXCHANGES.flatMap(({ action, frame, socket }) =>
    frame.examples.map(({ name, payload }) => ({ action: action ?? 'a message', name, payload, socket })),
  );
  it.each(frames)(
    'to $action ($name), whatever takes the place of its fields',
    async ({ payload, socket }) => {
      meet(1);
      const many = (value: unknown, length: number) => Array(length).fill(value);
      const awkward = [
        WIDEST.repeat(5_000),
        '\ud800'.repeat(5_000),
        '🦀'.repeat(7_000),
        many('', 40_000),
        many('\ud800', 14_000),
        many(7, 60_000),
        many([], 40_000),
        Object.fromEntries(many(0, 9_000).map((_, i) => [`key ${i}`, -1])),
        Object.fromEntries(many(0, 9_000).map((_, i) => [`${i}`, WIDEST])),
        { [WIDEST.repeat(20_000)]: -1 },
        { ['\ud800'.repeat(20_000)]: 1 },
        Object.fromEntries(many(0, 180).map((_, i) => [`${i}${WIDEST.repeat(100)}`, -1])),
      ];
      for (const value of awkward) {
        const everywhere = Object.fromEntries(Object.keys(payload).map((field) => [field, value]));
        const variants = Object.keys(payload).map((field) => ({ ...payload, [field]: value, ref: REF }));
        for (const variant of [...variants, { ...everywhere, action: payload.action, ref: REF }]) {
          // A larger one does not come in.
          if (Buffer.byteLength(JSON.stringify(variant)) > 131_072) continue;
          const { bytes } = await answerTo(variant, socket === 'device' ? '' : peer(1));
          expect(bytes, JSON.stringify(variant).slice(0, 200)).toBeLessThanOrEqual(FRAME_BYTES);
        }
      }
    },
  );
});
