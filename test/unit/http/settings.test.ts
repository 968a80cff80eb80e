import { PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { handler } from '../../../functions/http/settings.ts';
import { fromLogEntry } from '../../../functions/storage/log-entry.ts';
import { NOON } from '../support/clock.ts';
import { aConnection, socketsItem } from '../support/connections.ts';
import { httpEntry } from '../support/http-entry.ts';
import { anEntry } from '../support/message-log.ts';
import { api } from '../support/mocked-clients.ts';
import { ALICES, alice, bob, CONVERSATION, id } from '../support/people.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(NOON) });
  return () => vi.useRealTimers();
});

const path = `/conversations/${CONVERSATION}/settings/`;
const NOTHING = { muted_until: null, pinned_at: null, archived_at: null, unread: false };

/** Alice and Bob have a conversation, and each has a phone. */
function entry() {
  const { state, store, ask } = httpEntry(handler);
  store(fromLogEntry(ALICES, anEntry(1)));
  for (const { id: userId } of [alice, bob])
    store(socketsItem(userId, aConnection(`${userId}=`, { userId, conversation: '' })));
  return {
    state,
    change: (body: unknown, conversation = CONVERSATION) =>
      ask('PATCH', path, { path: { conversation }, body }),
  };
}

describe('`PATCH /conversations/{conversation}/settings/`', () => {
  it.each([
    [{ muted_until: '2026-11-23T13:00:00Z' }, { muted_until: '2026-11-23T13:00:00.000Z' }],
    [{ muted_until: '2026-11-23T13:00:00.1234567Z' }, { muted_until: '2026-11-23T13:00:00.123Z' }],
    [{ muted_until: 'forever' }, { muted_until: '9999-12-31T23:59:59.999Z' }],
    [{ muted_until: null }, {}],
    [
      { pinned: true, archived: true },
      { pinned_at: NOON, archived_at: NOON },
    ],
    [{ unread: true }, { unread: true }],
  ])('answers %j with all settings, and tells the devices of its user', async (change, set) => {
    const { change: ask } = entry();
    const settings = { ...NOTHING, ...set };
    expect(await ask(change)).toEqual({ statusCode: 200, body: settings });
    const posts = api.commandCalls(PostToConnectionCommand).map(({ args: [{ input }] }) => input);
    expect(posts.map(({ ConnectionId }) => ConnectionId)).toEqual([`${alice.id}=`]);
    expect(JSON.parse(String(posts[0]?.Data))).toEqual({
      type: 'conversation.settings',
      conversation: CONVERSATION,
      settings,
    });
  });

  it('takes the id of a conversation in either letter case', async () => {
    const { change, state } = entry();
    expect(await change({ pinned: true }, CONVERSATION.toUpperCase())).toMatchObject({ statusCode: 200 });
    expect(state.get({ pk: `USER#${alice.id}`, sk: 'PINS' })?.ids).toEqual([CONVERSATION]);
  });

  it.each([
    [{}, 'body'],
    [{ pinned: 'yes' }, 'pinned'],
    [{ pinned: null }, 'pinned'],
    [{ archived: 1 }, 'archived'],
    [{ unread: 'true' }, 'unread'],
    [{ muted_until: '' }, 'muted_until'],
    [{ muted_until: 1_800_000_000 }, 'muted_until'],
    [{ muted_until: 'tomorrow' }, 'muted_until'],
    [{ muted_until: '2027-02-29T00:00:00Z' }, 'muted_until'],
    [{ muted_until: '2027-01-01T00:00:00' }, 'muted_until'],
    [{ muted_until: '2027-01-01T00:00:00+01:00' }, 'muted_until'],
    [{ muted_until: '2027-01-01T23:59:60Z' }, 'muted_until'],
    [{ muted_until: '+012027-01-01T00:00:00Z' }, 'muted_until'],
    [{ muted_until: NOON }, 'muted_until'],
    [{ pinned: true, pinned_at: NOON }, 'pinned_at'],
  ])('refuses %j, and stores nothing', async (change, field) => {
    const { change: ask, state } = entry();
    const before = state.partitionKeys();
    const { statusCode, body } = await ask(change);
    expect([statusCode, body.code, Object.keys(body.errors)]).toEqual([400, 'validation_failed', [field]]);
    expect(state.partitionKeys()).toEqual(before);
    expect(api.commandCalls(PostToConnectionCommand)).toEqual([]);
  });

  it.each([`${bob.id}.${id(9)}`, `${alice.id}.${id(9)}`, id(9), 'x'])(
    'does not find the conversation %s',
    async (conversation) => {
      const { change } = entry();
      const refused = { statusCode: 404, body: { code: 'conversation_not_found' } };
      expect(await change({ pinned: true }, conversation)).toMatchObject(refused);
    },
  );
});
