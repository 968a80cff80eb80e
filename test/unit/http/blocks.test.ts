import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/blocks.ts';
import { NOON } from '../support/clock.ts';
import { httpEntry } from '../support/http-entry.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

/** Asked by Alice. */
function entry() {
  const { state, store, ask } = httpEntry(handler);
  for (const account of [alice, bob]) store({ pk: `USER#${account.id}`, sk: 'PROFILE', ...account });
  return {
    isSealed: () => state.get({ pk: `CONV#${CONVERSATION}`, sk: 'SEAL#0' }) !== undefined,
    list: () => ask('GET', '/users/me/blocks/'),
    block: (user_id: string, more = {}) =>
      ask('PUT', `/users/${user_id}/block/`, { path: { user_id }, ...more }),
    unblock: (user_id: string, more = {}) =>
      ask('DELETE', `/users/${user_id}/block/`, { path: { user_id }, ...more }),
  };
}

const DONE = { statusCode: 204, body: null };

describe('blocks', () => {
  it('are made, listed and ended, each as often as one likes', async () => {
    const { isSealed, list, block, unblock } = entry();
    expect(await list()).toEqual({ statusCode: 200, body: { results: [] } });
    expect([await block(bob.id.toUpperCase()), await block(bob.id)]).toEqual([DONE, DONE]);
    expect(isSealed()).toBe(true);
    const results = [{ id: bob.id, username: 'bob' }];
    expect(await list()).toEqual({ statusCode: 200, body: { results } });
    expect([await unblock(bob.id), await unblock(bob.id)]).toEqual([DONE, DONE]);
    expect(isSealed()).toBe(false);
    expect(await list()).toEqual({ statusCode: 200, body: { results: [] } });
  });

  it.each([
    [alice.id, 400, 'cannot_block_oneself'],
    [id(404), 404, 'user_not_found'],
    ['me', 404, 'user_not_found'],
    ['\ud800', 404, 'user_not_found'],
  ])('of %s are refused', async (userId, statusCode, code) => {
    const { block, unblock } = entry();
    expect(await block(userId)).toMatchObject({ statusCode, body: { code } });
    expect(await unblock(userId)).toMatchObject({ statusCode, body: { code } });
  });

  it('take no body, which may mean something else', async () => {
    const { isSealed, block } = entry();
    expect(await block(bob.id, { body: { until: NOON } })).toMatchObject({
      statusCode: 400,
      body: { code: 'validation_failed', errors: { body: [expect.any(String)] } },
    });
    expect(isSealed()).toBe(false);
  });
});
