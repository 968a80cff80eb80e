/**
 * These functions follow the stream of the table that they write to, so a fault in a filter could make a function call itself
 * for ever. Lambda's loop detection does not cover DynamoDB. Here the real functions run on the changes that reach them, over a table in
 * memory. The filters of the template decide which of their own writes come back.
 */
import '../unit/support/setup.ts';
import { GoneException, PostToConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { connectionAdder } from '../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../functions/storage/connections.ts';
import { dissolvedKey, membershipKey, messageKey, rosterKey } from '../../functions/storage/keys.ts';
import { messageStore } from '../../functions/storage/messages.ts';
import { fromRoster } from '../../functions/storage/rosters.ts';
import { watchStore } from '../../functions/storage/watches.ts';
import { handler as followAccountChanges } from '../../functions/stream/account-changes.ts';
import { handler as followMessageChanges } from '../../functions/stream/message-changes.ts';
import { compileFilter } from '../../local/aws/stream/filter.ts';
import { memoryTable } from '../support/memory-table.ts';
import { State, type Written } from '../support/table/state.ts';
import { eventNameOf, toRecord } from '../support/table/stream.ts';
import { aConnection } from '../unit/support/connections.ts';
import { aLogEntry } from '../unit/support/log-entries.ts';
import { api, documents } from '../unit/support/mocked-clients.ts';
import { ALICES, alice, BOBS, bob, CONVERSATION, id } from '../unit/support/people.ts';
import { GROUP, ROSTER } from '../unit/support/roster.ts';
import { synthesize } from './support/synthesize.ts';
import { functionAt } from './support/template.ts';

type Handler = (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse>;

const handlers: Readonly<Record<string, Handler>> = {
  'account-changes': followAccountChanges,
  'message-changes': followMessageChanges,
};

const { service } = synthesize();
const readers = service.ofType('AWS::Lambda::EventSourceMapping').map(([, { Properties }]) => {
  const name = functionAt(service, Properties.FunctionName) as string;
  const patterns: { Pattern: string }[] = Properties.FilterCriteria.Filters;
  const filters = patterns.map(({ Pattern }) => compileFilter(JSON.parse(Pattern)));
  return { name, handler: handlers[name] as Handler, filters };
});

/** A write, in words that do not depend on ids: `INSERT USER#… SOCKETS`. */
const named = (written: Written) =>
  [eventNameOf(written), ...[written.key.pk, written.key.sk].map((key) => key.replace(/#.*/, '#…'))].join(
    ' ',
  );

/** The most rounds before the stream is silent: a socket closes, its user is offline, and nothing follows. */
const MOST_ROUNDS = 4;

/**
 * Makes a change, then gives each function the records that pass its filters, until no write is left.
 * @returns for each round, what came back: which function wrote what
 */
async function settle(
  prepare: (world: ReturnType<typeof newWorld>) => Promise<unknown> | unknown,
  change: (world: ReturnType<typeof newWorld>) => Promise<unknown> | unknown,
): Promise<string[][]> {
  const world = newWorld();
  await prepare(world);
  world.written.length = 0;
  await change(world);
  const rounds: string[][] = [];
  let waiting = world.written.splice(0);
  while (waiting.length > 0) {
    if (rounds.length > MOST_ROUNDS) throw new Error(`the stream feeds itself: ${JSON.stringify(rounds)}`);
    const round: string[] = [];
    const next: Written[] = [];
    for (const { name, handler, filters } of readers) {
      const Records = waiting
        .map((written, i) => toRecord(written, String(i)))
        .filter((record) => filters.some((filter) => filter(record)));
      // Twice, because a stream may deliver a record again.
      for (const _ of Records.length > 0 ? ['first', 'again'] : []) {
        expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
        const own = world.written.splice(0);
        round.push(...own.map((written) => `${name}: ${named(written)}`));
        next.push(...own);
      }
    }
    rounds.push(round);
    waiting = next;
  }
  return rounds;
}

function newWorld() {
  const written: Written[] = [];
  const memory = memoryTable(new State({ onWrite: (write) => void written.push(write) }));
  documents.reset();
  documents.send.callsFake(memory.send as () => Promise<never>);
  const { table } = memory;
  return {
    ...memory,
    written,
    connections: { ...connectionStore(table), ...connectionAdder(table, 2) },
    messages: messageStore(table),
    watches: watchStore(table),
  };
}

type World = ReturnType<typeof newWorld>;

const now = new Date();
const connectionOf = (user: { id: string }, connectionId: string) =>
  aConnection(connectionId, { userId: user.id, connectedAt: now });
const profile = (user: typeof alice) => ({ pk: `USER#${user.id}`, sk: 'PROFILE', ...user });
const listed = (user: typeof alice, list: string) => ({
  pk: `DIRECTORY#${list}`,
  sk: `NAME#${user.username.toLowerCase()}`,
  id: user.id,
  username: user.username,
});
const {
  pk: _,
  sk: __,
  ...roster
} = fromRoster({
  ...ROSTER,
  members: ROSTER.members.map((member) => ({ ...member, role: undefined })),
});
const session = { pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}`, id: id(500), userId: alice.id };
const presence = (online: boolean) => ({ pk: `USER#${alice.id}`, sk: 'PRESENCE', online });
const nothing = () => {};

/**
 * Each change that a filter lets through, in the state in which its function writes the most: together these are all writes
 * of functions/stream/. Each round has the writes of one; the last has none.
 */
const changes: Record<
  string,
  [prepare: (world: World) => unknown, change: (world: World) => unknown, expected: string[][]]
> = {
  'a new account': [
    ({ store }) => ['EVERYONE', 'USERS'].map((list) => store(listed(alice, list))),
    ({ store }) => store(profile(alice)),
    [
      [
        'account-changes: MODIFY DIRECTORY#… NAME#…',
        'account-changes: INSERT DIRECTORY#… COUNT',
        'account-changes: MODIFY DIRECTORY#… NAME#…',
        'account-changes: INSERT DIRECTORY#… COUNT',
      ],
      [],
    ],
  ],
  'a deleted account with more than one step of items': [
    ({ store }) => {
      for (const list of ['EVERYONE', 'USERS']) store({ ...listed(alice, list), counted: true });
      store(profile(alice));
      for (let n = 0; n < 700; n += 1) store({ pk: `USER#${alice.id}`, sk: `RETRIES#${n}` });
    },
    ({ store }) =>
      store({ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: now.toISOString() }),
    [
      [
        'account-changes: REMOVE DIRECTORY#… NAME#…',
        'account-changes: INSERT DIRECTORY#… COUNT',
        'account-changes: REMOVE DIRECTORY#… NAME#…',
        'account-changes: INSERT DIRECTORY#… COUNT',
        ...Array<string>(503).fill('account-changes: REMOVE USER#… RETRIES#…'),
        'account-changes: MODIFY USER#… PROFILE',
        ...Array<string>(197).fill('account-changes: REMOVE USER#… RETRIES#…'),
        'account-changes: INSERT USER#… REMAINS',
      ],
      [],
    ],
  ],
  'the last look for what is left of a deleted account': [
    ({ store }) => {
      store({ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: now.toISOString() });
      store({ pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}`, readSeq: 1 });
      store({ pk: `USER#${alice.id}`, sk: 'REMAINS', ttl: 1 });
    },
    ({ state }) => state.set({ pk: `USER#${alice.id}`, sk: 'REMAINS' }, undefined),
    [['account-changes: REMOVE USER#… CONV#…'], []],
  ],
  'a dissolved group with more than one step of messages': [
    ({ store }) => {
      store({ ...rosterKey(GROUP), ...roster });
      store({ ...membershipKey(alice.id, GROUP), number: 0 });
      for (let n = 1; n <= 700; n += 1) store({ ...messageKey(GROUP, n), text: 'x' });
    },
    ({ store }) => store(dissolvedKey(GROUP)),
    [
      [
        'account-changes: REMOVE USER#… CONV#…',
        ...Array<string>(500).fill('account-changes: REMOVE CONV#… MSG#…'),
        'account-changes: MODIFY CONV#… DISSOLVED',
        ...Array<string>(200).fill('account-changes: REMOVE CONV#… MSG#…'),
        'account-changes: MODIFY CONV#… DISSOLVED',
      ],
      [],
    ],
  ],
  'the last look for what is left of a dissolved group': [
    ({ store }) => {
      store({ ...rosterKey(GROUP), ...roster });
      store({ ...messageKey(GROUP, 1), text: 'x' });
      store({ ...dissolvedKey(GROUP), ttl: 1 });
    },
    ({ state }) => state.set(dissolvedKey(GROUP), undefined),
    [['account-changes: REMOVE CONV#… MSG#…', 'account-changes: MODIFY CONV#… GROUP'], []],
  ],
  'an account that joins the staff': [
    ({ store }) => {
      store({ ...listed(alice, 'USERS'), counted: true });
      store(profile(alice));
    },
    ({ store }) => store({ ...profile(alice), staff: true }),
    [['account-changes: REMOVE DIRECTORY#… NAME#…', 'account-changes: INSERT DIRECTORY#… COUNT'], []],
  ],
  'an account that leaves the staff': [
    ({ store }) => store({ ...profile(alice), staff: true }),
    ({ store }) => store(profile(alice)),
    [['account-changes: INSERT DIRECTORY#… NAME#…', 'account-changes: INSERT DIRECTORY#… COUNT'], []],
  ],
  'a socket that opens': [
    nothing,
    ({ connections }) => connections.add(connectionOf(alice, 'a'), now),
    [['account-changes: INSERT USER#… PRESENCE'], []],
  ],
  'a socket that closes, and watched others': [
    async ({ connections, watches, store }) => {
      store(presence(true));
      await connections.add(connectionOf(alice, 'a'), now);
      await watches.watch({ userId: alice.id, connectionId: 'a' }, [bob.id], now);
    },
    ({ connections }) => connections.remove(alice.id, 'a'),
    [['account-changes: REMOVE USER#… WATCHING#…', 'account-changes: MODIFY USER#… PRESENCE'], []],
  ],
  'a socket that opens, though the list is full': [
    async ({ connections, store }) => {
      store(presence(true));
      for (const name of ['a', 'b']) await connections.add(connectionOf(alice, name), now);
    },
    ({ connections }) => connections.add(connectionOf(alice, 'c'), now),
    [['account-changes: MODIFY USER#… SOCKETS'], []],
  ],
  'a session that ends, with two open sockets': [
    async ({ connections, store }) => {
      store(presence(true));
      store(session);
      await connections.add(connectionOf(alice, 'a'), now);
      await connections.add(connectionOf(alice, 'b'), now);
    },
    ({ state }) => state.set(session, undefined),
    [
      ['account-changes: MODIFY USER#… SOCKETS', 'account-changes: MODIFY USER#… SOCKETS'],
      ['account-changes: MODIFY USER#… PRESENCE'],
      [],
    ],
  ],
  'a changed presence, with a watcher whose socket is gone': [
    async ({ watches, store }) => {
      store(presence(false));
      await watches.watch({ userId: bob.id, connectionId: 'b' }, [alice.id], now);
      api.on(PostToConnectionCommand).rejects(new GoneException({ message: 'gone', $metadata: {} }));
    },
    ({ store }) => store(presence(true)),
    [[]],
  ],
  'the first message of a conversation': [
    ({ store }) => [alice, bob].map((user) => store(profile(user))),
    ({ messages }) => messages.append(ALICES, aLogEntry(1)),
    [
      [
        'message-changes: INSERT USER#… INBOX#…',
        'message-changes: INSERT USER#… INBOX#…',
        'message-changes: INSERT USER#… CONV#…',
        'message-changes: INSERT USER#… CONV#…',
        'message-changes: INSERT CONV#… META',
      ],
      [],
    ],
  ],
  'a message that moves a conversation to the top': [
    async ({ store, messages }) => {
      [alice, bob].map((user) => store(profile(user)));
      for (const user of [alice, bob]) {
        store({ pk: `USER#${user.id}`, sk: `INBOX#2020-01-01T00:00:00.000Z#${CONVERSATION}` });
        store({ pk: `USER#${user.id}`, sk: 'INBOX#2020-01-02T00:00:00.000Z#another' });
        store({ pk: `USER#${user.id}`, sk: `CONV#${CONVERSATION}`, topAt: '2020-01-01T00:00:00.000Z' });
      }
      await messages.append(ALICES, aLogEntry(1));
    },
    ({ messages }) => messages.append(BOBS, aLogEntry(2, { senderId: bob.id, read: 1 })),
    [
      [
        'message-changes: INSERT USER#… INBOX#…',
        'message-changes: INSERT USER#… INBOX#…',
        'message-changes: MODIFY USER#… CONV#…',
        'message-changes: MODIFY USER#… CONV#…',
        'message-changes: REMOVE USER#… INBOX#…',
        'message-changes: REMOVE USER#… INBOX#…',
        'message-changes: INSERT CONV#… META',
      ],
      [],
    ],
  ],
};

describe('the writes of a stream function', () => {
  it.each(Object.entries(changes))('after %s come to an end', async (_what, [prepare, change, expected]) => {
    expect(await settle(prepare, change)).toEqual(expected);
  });

  it('pass a filter only if a socket is removed, a presence changes, or a deletion takes another step', () => {
    const kinds = new Set(Object.values(changes).flatMap(([, , rounds]) => rounds.flat()));
    const keys = [...kinds].map((kind) => kind.replace(/^.*?: /, '').split(' '));
    const passing = keys.filter(([eventName, pk = '', sk = '']) => {
      const record = { eventName, dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } } } };
      return readers.some(({ filters }) => filters.some((filter) => filter(record)));
    });
    expect(passing.map((parts) => parts.join(' ')).toSorted()).toEqual([
      'INSERT USER#… PRESENCE',
      'MODIFY CONV#… DISSOLVED',
      'MODIFY USER#… PRESENCE',
      'MODIFY USER#… PROFILE',
      'MODIFY USER#… SOCKETS',
    ]);
  });
});
