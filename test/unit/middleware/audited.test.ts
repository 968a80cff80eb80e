import middy from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import type { SecurityEvent } from '../../../functions/core/audit/audit.ts';
import { auditTrail } from '../../../functions/core/audit/trail.ts';
import { SubjectTokenInvalid, Unavailable, WrongCredentials } from '../../../functions/core/errors.ts';
import { audited } from '../../../functions/middleware/audited.ts';
import { type HttpReply, noContent, problemDetails } from '../../../functions/middleware/http-replies.ts';
import { frozenClock, NOON } from '../support/clock.ts';
import { httpEvent, lambdaContext } from '../support/events.ts';
import { countingIds, id } from '../support/people.ts';

const ORIGIN = { operation: 'POST /users/token', device: 'Phone/1.0', address: '192.0.2.1' };

/** An entry that notes these events, and then answers 204 or throws, so many times. */
async function asked({
  notes = [],
  error,
  log = async () => {},
  times = 1,
}: {
  notes?: readonly SecurityEvent[];
  error?: Error;
  log?: () => Promise<void>;
  times?: number;
}) {
  const said: [string, string, unknown][] = [];
  const stored: unknown[] = [];
  const trail = auditTrail(
    {
      async append(_, entry) {
        await log();
        stored.push(entry);
      },
    },
    { ...frozenClock(), newId: countingIds(900) },
  );
  const handler = middy<APIGatewayProxyEventV2, HttpReply>()
    .use(problemDetails(() => {}))
    .use(
      audited(trail, {
        logger: {
          info: (message: string, more: object) => void said.push(['info', message, more]),
          error: (message: string, more: object) => void said.push(['error', message, more]),
        } as never,
        count: (name) => void said.push(['count', name, undefined]),
      }),
    )
    .handler(async () => {
      for (const one of notes) trail.note(one);
      if (error) throw error;
      return noContent;
    });
  const event = httpEvent('POST', '/users/token/', {});
  event.routeKey = 'POST /users/token/{proxy+}';
  Object.assign(event.requestContext.http, { userAgent: 'Phone/1.0', sourceIp: '192.0.2.1' });
  for (let i = 1; i < times; i += 1) await handler(event, lambdaContext);
  const { statusCode } = await handler(event, lambdaContext);
  return { statusCode, stored, said };
}

const failing = async () => {
  throw new Error('the table is away');
};

describe('audited', () => {
  it('records what was noted, with the operation and the client, before it answers', async () => {
    const notes = [{ event: 'logged_in', userId: id(1), session: id(5) }] as const;
    expect(await asked({ notes })).toEqual({
      statusCode: 204,
      stored: [{ ...notes[0], ...ORIGIN, at: NOON }],
      said: [],
    });
  });

  it('records what was noted before a refusal', async () => {
    const notes = [{ event: 'wrong_password', userId: id(1) }] as const;
    const { statusCode, stored, said } = await asked({ notes, error: new WrongCredentials() });
    expect([statusCode, stored, said]).toEqual([401, [{ ...notes[0], ...ORIGIN, at: NOON }], []]);
  });

  it('records what was done before a fault', async () => {
    const notes = [{ event: 'password_changed', userId: id(1) }] as const;
    const { statusCode, stored } = await asked({ notes, error: new Unavailable() });
    expect([statusCode, stored]).toEqual([503, [{ ...notes[0], ...ORIGIN, at: NOON }]]);
  });

  it('only logs a refusal that is about no account', async () => {
    const unknown = [{ event: 'wrong_password', userId: undefined }] as const;
    for (const given of [
      { notes: unknown, error: new WrongCredentials() },
      { error: new SubjectTokenInvalid() },
    ]) {
      const { said } = await asked(given);
      expect(said).toEqual([
        ['info', 'refused, and no account is known', { ...ORIGIN, code: given.error.code }],
      ]);
    }
  });

  it('does not call the account of a repeated refusal unknown', async () => {
    const notes = [{ event: 'exchange_refused', userId: id(1) }] as const;
    const { stored, said } = await asked({ notes, error: new SubjectTokenInvalid(), times: 2 });
    expect([stored.length, said]).toEqual([1, []]);
  });

  it('says nothing of other refusals', async () => {
    expect((await asked({ error: new Unavailable() })).said).toEqual([]);
  });

  it.each([
    ['what was done', undefined, 204],
    ['a refusal', new WrongCredentials(), 401],
  ])(
    'answers %s the same if the log fails, which is logged with the events and counted',
    async (_, error, status) => {
      const notes = [{ event: 'password_changed', userId: id(1) }] as const;
      const { statusCode, said } = await asked({ notes, log: failing, ...(error && { error }) });
      expect(statusCode).toBe(status);
      expect(said).toEqual([
        [
          'error',
          'security events could not be recorded',
          { entries: [{ ...notes[0], ...ORIGIN, at: NOON }], error: expect.any(Error) },
        ],
        ['count', 'AuditFailed', undefined],
      ]);
    },
  );
});
