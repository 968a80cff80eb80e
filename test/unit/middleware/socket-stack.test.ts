import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../functions/core/connections/connection.ts';
import { Busy, ClientIdConflict, Unavailable } from '../../../functions/core/errors.ts';
import { rateLimit } from '../../../functions/core/rate-limit/rate-limit.ts';
import { connectionOf, identityOf, toContext } from '../../../functions/middleware/socket-identity.ts';
import { frameStack } from '../../../functions/middleware/socket-stack.ts';
import { BadFrame } from '../../../functions/protocol/errors.ts';
import { frozenClock, NOON } from '../support/clock.ts';
import { aConnection, scriptedGateway } from '../support/connections.ts';
import { lambdaContext, socketEvent } from '../support/events.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { rememberedReporting } from '../support/reporting.ts';

/** A socket whose token has not expired. */
const LIVE = {
  gateway: scriptedGateway(),
  now: frozenClock().now,
  withCurrentEnd: async (connection: Connection) => connection,
  limit: rateLimit(1_000_000, frozenClock().now),
};

/** The reply to a frame whose handling fails with `error`, after it was read as far as `ref`. */
async function failing(error: unknown, ref?: string) {
  const reporting = rememberedReporting();
  const handler = frameStack({ ...reporting, ...LIVE }).handler(async (event) => {
    if (ref !== undefined) event.ref = ref;
    throw error;
  });
  const { statusCode, body = '' } = await handler(socketEvent('{}'), lambdaContext);
  return { statusCode, frame: JSON.parse(body), logged: reporting.logged, counted: reporting.counted };
}

describe('an error while handling a frame', () => {
  it('is sent to the sender as a frame with their reference', async () => {
    const error = new ClientIdConflict();
    expect(await failing(error, 'r1')).toEqual({
      statusCode: 200,
      frame: { type: 'error', code: 'client_id_conflict', detail: error.message, ref: 'r1' },
      logged: [],
      counted: [],
    });
  });

  it('has no reference when the sender gave none', async () => {
    expect((await failing(new Busy())).frame).toEqual({
      type: 'error',
      code: 'busy',
      detail: new Busy().message,
      retry_after: 1,
    });
  });

  it('of a function that runs out of time tells the client to retry', async () => {
    const handler = frameStack({ ...rememberedReporting(), ...LIVE }).handler(() => new Promise(() => {}));
    const context = { ...lambdaContext, getRemainingTimeInMillis: () => 20 };
    const { body = '' } = await handler(socketEvent('{}'), context);
    expect(JSON.parse(body)).toMatchObject({ type: 'error', code: 'unavailable', retry_after: 1 });
  });

  it('has the reference of a frame with a fault', async () => {
    const { frame } = await failing(new BadFrame('message_blank', 'Blank.'), 'r2');
    expect(frame).toEqual({ type: 'error', code: 'message_blank', detail: 'Blank.', ref: 'r2' });
  });

  it('of the server is logged and counted, and generic outside', async () => {
    const error = new TypeError('cannot read text of undefined');
    expect(await failing(error, 'r1')).toEqual({
      statusCode: 200,
      frame: { type: 'error', code: 'internal', detail: 'Something went wrong on the server.', ref: 'r1' },
      logged: [['server fault', error]],
      counted: ['ServerFault'],
    });
  });

  it('of the store is also logged and counted', async () => {
    const error = new Unavailable();
    const { frame, logged, counted } = await failing(error, 'r1');
    expect(frame).toMatchObject({ type: 'error', ref: 'r1' });
    expect({ logged, counted }).toEqual({ logged: [['server fault', error]], counted: ['ServerFault'] });
  });
});

describe('the identity behind a socket event', () => {
  const FIELDS = ['userId', 'username', 'sessionId', 'expiresAt'] as const;

  it.each(FIELDS)('is unknown when %s is absent or empty', (field) => {
    for (const nothing of [undefined, null, '']) {
      const { requestContext } = socketEvent('', { identity: { [field]: nothing } });
      expect(() => identityOf(requestContext)).toThrow(`the context of the authorizer has no ${field}`);
    }
    expect(() => identityOf({})).toThrow('the context of the authorizer has no');
  });

  it.each([bob.id, ''])('comes from the authorizer, with or without a conversation (%j)', (peerId) => {
    const identity = { userId: alice.id, username: 'Alice', sessionId: id(500), expiresAt: '1', peerId };
    const context = toContext(identity, peerId && '192.0.2.1');
    expect(Object.values(context)).not.toContain('');
    expect(context.address).toBe(peerId ? '192.0.2.1' : undefined);
    const kept = { ...Object.fromEntries(Object.keys(identity).map((field) => [field, ''])), ...context };
    for (const authorizer of [context, kept]) expect(identityOf({ authorizer })).toEqual(identity);
  });
});

describe('the connection of an event', () => {
  it('belongs to the user from the authorizer and to the conversation with the peer', () => {
    const expiresAt = new Date(Date.parse(NOON) + 1_800_000);
    expect(connectionOf(socketEvent().requestContext)).toEqual(aConnection('alice-here', { expiresAt }));
    expect(connectionOf(socketEvent().requestContext).connectedAt.toISOString()).toBe(NOON);
  });

  it('belongs to the same conversation from both sides', () => {
    const identity = { userId: bob.id, peerId: alice.id };
    expect(connectionOf(socketEvent('', { identity }).requestContext).conversation).toBe(CONVERSATION);
  });

  it.each([undefined, null, ''])('belongs to no conversation without a peer (%j)', (peerId) => {
    expect(connectionOf(socketEvent('', { identity: { peerId } }).requestContext).conversation).toBe('');
  });
});
