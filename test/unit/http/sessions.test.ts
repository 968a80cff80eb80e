import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/sessions.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { alice, bob, id } from '../support/people.ts';
import { LAPTOP, PHONE } from '../support/sessions.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const NOON_S = Date.parse(NOON) / 1000;

const stored = (n: number, more: object = {}, of = alice) => ({
  ...{ pk: `USER#${of.id}`, sk: `SESSION#${id(n)}`, id: id(n), userId: of.id },
  ...{ familyHash: '#family', rotationHash: '#1', createdAt: NOON, ttl: NOON_S + 86_400 },
  ...more,
});

const EARLIER = '2026-11-23T11:00:00.000Z';
const LATER = '2026-11-23T12:30:00.000Z';

/** Alice asks with session 500. She has a phone too, and Bob has a session. */
function entry() {
  const { store, state, ask } = httpEntry(handler);
  store(stored(500, LAPTOP));
  store(stored(501, { ...PHONE, createdAt: EARLIER, rotatedAt: LATER }));
  store(stored(502, { ttl: NOON_S }));
  store(stored(600, {}, bob));
  const end = (session_id: string, more = {}) =>
    ask('DELETE', `/users/me/sessions/${session_id}`, { path: { session_id }, ...more });
  return {
    end,
    store,
    endOthers: (more = {}) => ask('DELETE', '/users/me/sessions', more),
    list: () => ask('GET', '/users/me/sessions'),
    left: () => [500, 501, 502].filter((n) => state.get({ pk: `USER#${alice.id}`, sk: `SESSION#${id(n)}` })),
    bobs: () => state.get({ pk: `USER#${bob.id}`, sk: `SESSION#${id(600)}` }),
  };
}

const laptop = { id: id(500), ...LAPTOP, created_at: NOON, last_used_at: NOON, current: true };
const phone = { id: id(501), ...PHONE, created_at: EARLIER, last_used_at: LATER, current: false };

describe('GET /users/me/sessions/', () => {
  it('is the live sessions of the caller, the newest log-in first, and nothing secret', async () => {
    expect(await entry().list()).toEqual({ statusCode: 200, body: { results: [laptop, phone] } });
  });

  it('shows a session from before devices and addresses were stored', async () => {
    const { store, list } = entry();
    store(stored(501));
    expect((await list()).body.results[1]).toEqual({
      ...{ id: id(501), device: '', address: '', created_at: NOON, last_used_at: NOON, current: false },
    });
  });
});

describe('DELETE /users/me/sessions/{session_id}/', () => {
  it('ends that session, and it is gone from the list', async () => {
    const { end, list } = entry();
    expect(await end(id(501))).toEqual({ statusCode: 204, body: null });
    expect((await list()).body.results).toEqual([laptop]);
  });

  it('accepts an id in capitals', async () => {
    const { end, left } = entry();
    expect((await end(id(501).toUpperCase())).statusCode).toBe(204);
    expect(left()).toEqual([500, 502]);
  });

  it('ends the session that asks, whose token is then refused', async () => {
    const { end, list } = entry();
    expect((await end(id(500))).statusCode).toBe(204);
    expect(await list()).toMatchObject({ statusCode: 401, body: { code: 'token_invalid' } });
  });

  it.each([
    ['another user’s', id(600)],
    ['one that never was', id(404)],
    ['one that has expired', id(502)],
    ['no id', 'x'],
    ['a part of a key', `${id(501)}#`],
    ['two ids', `${id(500)}.${id(501)}`],
  ])('answers 404 for %s, always in the same words, and ends nothing', async (_, sessionId) => {
    const { end, left, bobs } = entry();
    expect(await end(sessionId)).toEqual({
      statusCode: 404,
      body: {
        ...{ type: 'about:blank', title: 'Not Found', status: 404, code: 'session_not_found' },
        detail: `You have no session with the id "${sessionId}".`,
      },
    });
    expect(left()).toEqual([500, 501, 502]);
    expect(bobs()).toBeDefined();
  });
});

describe('DELETE /users/me/sessions/', () => {
  it('ends all but the session that asks', async () => {
    const { endOthers, list, bobs } = entry();
    expect(await endOthers()).toEqual({ statusCode: 204, body: null });
    expect((await list()).body.results).toEqual([laptop]);
    expect(bobs()).toBeDefined();
  });

  it('with a body, which may mean a single session, answers 400 and ends nothing', async () => {
    const { endOthers, end, left } = entry();
    for (const refused of [await endOthers({ body: { id: id(501) } }), await end(id(501), { body: {} })])
      expect(refused).toMatchObject({
        statusCode: 400,
        body: { code: 'validation_failed', errors: { body: ['This request takes no body.'] } },
      });
    expect(left()).toEqual([500, 501, 502]);
  });
});
