import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import { type Conversation, pairById } from '../../functions/core/conversations/conversation.ts';
import { toLast } from '../../functions/core/inbox/inbox.ts';
import type { LogEntry } from '../../functions/core/messages/message.ts';
import { changeKey, messageKey, summaryKey } from '../../functions/storage/keys.ts';
import { fromChanged } from '../../functions/storage/log-entry.ts';
import { SEED } from '../seed.ts';
import type { Plant } from './support/capabilities.ts';
import { isDone, times, violationsOf } from './support/directed.ts';
import { explore } from './support/explore.ts';
import { FAULTS, GOOD_FATE } from './support/fate.ts';
import { type Action, type Schedule, type Step, schedulesOfChanges } from './support/steps.ts';

const RUNS = 200;

test(`${RUNS} random schedules of edits, deletions and reactions keep every promise`, {
  timeout: 120_000,
}, async () => {
  expect(await explore({ of: schedulesOfChanges, runs: RUNS, seed: SEED })).toBeUndefined();
});

const caught = (plant: Plant) =>
  explore({ of: schedulesOfChanges, runs: 1_000, seed: 1, plant, patienceMs: 0 });

/** Stores the new state of a message and its change one after the other, without looking at the number or at the former state. */
const changesBlindly =
  (without: 'number' | 'state'): Plant =>
  (capabilities) => {
    const { log, table } = capabilities;
    const { client, name: TableName } = table;
    return {
      ...capabilities,
      log: {
        ...log,
        async change(conversation, entry, former) {
          const change = entry.changed?.change ?? 0;
          const present = (await log.at(conversation, [entry.seq]))[0];
          if (without === 'number' && present?.changed?.change !== former.changed?.change) return false;
          if (without === 'state' && (await log.lastChange(conversation)) >= change) return false;
          const Item = { ...changeKey(conversation.id, change), seq: entry.seq };
          await client.send(
            new UpdateCommand({
              TableName,
              Key: messageKey(conversation.id, entry.seq),
              UpdateExpression: 'SET #text = :text, #changed = :changed',
              ExpressionAttributeNames: { '#text': 'text', '#changed': 'changed' },
              ExpressionAttributeValues: {
                ':text': entry.text,
                ':changed': entry.changed && fromChanged(conversation, entry.changed),
              },
            }),
          );
          await client.send(new PutCommand({ TableName, Item }));
          return true;
        },
      },
    };
  };

test('a change that is put without its condition is caught', { timeout: 120_000 }, async () => {
  expect(await caught(changesBlindly('number'))).toMatch(
    /has CHANGE#\d+ as change|has not changed \d+|and \d+ is its last one|believes to know change/,
  );
});

test('an edit of a state that nobody compares is caught', { timeout: 120_000 }, async () => {
  expect(await caught(changesBlindly('state'))).toMatch(
    /makes version \d+|of the reactions to \d+|has changed after it was deleted|has not changed \d+|and \d+ is its last one|is there|believes to know/,
  );
});

test('a sync that reads messages before changes is caught', { timeout: 120_000 }, async () => {
  const readsMessagesFirst: Plant = (capabilities) => {
    const { log } = capabilities;
    const before = new Map<string, readonly LogEntry[]>();
    return {
      ...capabilities,
      log: {
        ...log,
        async ahead(held) {
          for (const { id, seq } of [...held.messages, ...held.changes]) {
            const conversation = pairById(id) as Conversation;
            before.set(`${id} ${seq + 1}`, await log.since(conversation, seq + 1, 101));
          }
          return log.ahead(held);
        },
        since: async (conversation, from, limit) =>
          before.get(`${conversation.id} ${from}`)?.slice(0, limit) ?? log.since(conversation, from, limit),
      },
    };
  };
  expect(await caught(readsMessagesFirst)).toMatch(
    /believes to know change|is answered with .* after its change/,
  );
});

/** Of Ann's last message, over HTTP. */
const edit = {
  kind: 'edit',
  by: 0,
  what: 0,
  isOwn: true,
  again: false,
  isLong: false,
  byHttp: true,
} as const;

/** The function that follows the messages, in every shard. */
const isFollowed = (turns: readonly number[]): readonly Step[] =>
  [3, 4, 5].map((which) => isDone({ kind: 'stream', which, size: 5, again: 0 }, which === 5 ? turns : []));

/**
 * Ann edits her last message twice. The first edit makes its calls up to the update of the inbox. That waits while the second one is
 * stored, shown and followed.
 */
function lateEdits(): readonly Schedule[] {
  const toTheUpdate = [...times(5, 0), 1, 1];
  return [7, 8, 9].flatMap((calls) =>
    [1, 2, 3].map((followed) => ({
      people: 2,
      steps: [
        isDone({ kind: 'post', by: 0, to: 0, count: 1 }, times(30, 0)),
        ...isFollowed(times(30, 0)),
        isDone({ ...edit, off: 0 }, toTheUpdate),
        isDone({ ...edit, off: 0 }, times(calls, 1)),
        ...isFollowed(times(followed, 1)),
      ],
    })),
  );
}

test('an edit that comes late into the inbox replaces no newer one', async () => {
  expect(await violationsOf(lateEdits())).toEqual([]);
});

test('a summary that takes an older state of its message is caught', async () => {
  const takesAnyState: Plant = (capabilities) => {
    const { inboxProjection, table } = capabilities;
    return {
      ...capabilities,
      inboxProjection: {
        ...inboxProjection,
        async showChanged({ id }, message) {
          const { text, changed } = toLast(message);
          const { Attributes } = await table.client.send(
            new UpdateCommand({
              TableName: table.name,
              Key: summaryKey(id),
              UpdateExpression: 'SET #text = :text, #changed = :changed',
              ExpressionAttributeNames: { '#text': 'text', '#changed': 'changed' },
              ExpressionAttributeValues: { ':text': text, ':changed': changed },
            }),
          );
          return Attributes && undefined;
        },
      },
    };
  };
  const found = await violationsOf(lateEdits(), takesAnyState);
  expect(found.join()).toMatch(/inbox shows "m1 edit 1" as the last message of .*, which is "m1 edit 2"/);
});

/**
 * Bob's phone catches up after an edit, for some calls. Ann sends a message and edits it, after the server has looked whether there is a next
 * message, and before it reads the changes. The frame with the message as it was written comes last.
 */
const overtaken: readonly Schedule[] = [4, 5, 6, 7, 8].map((calls) => {
  const post = { kind: 'post', by: 0, to: 0, count: 1 } as const;
  const sync = { kind: 'sync', by: 3 } as const;
  return {
    people: 2,
    steps: [
      isDone(post, times(30, 0)),
      ...isFollowed(times(30, 0)),
      isDone(sync, times(40, 0)),
      // What tells of it waits: three calls, so all others stand behind them.
      isDone({ ...edit, off: 0 }, times(6, 0)),
      isDone(sync, times(calls, 3)),
      // Her own phone gets it, Bob's does not yet.
      isDone(post, times(4, 4)),
      isDone({ ...edit, off: 0 }, [0, ...times(5, 4)]),
      isDone({ kind: 'pass', milliseconds: 500 }, [2, 6, 2]),
    ],
  };
});

test('a message that comes late does not hide a change that a sync has passed', async () => {
  expect(await violationsOf(overtaken)).toEqual([]);
});

test('a sync that counts changes of messages that it does not tell is caught', async () => {
  const countsAll: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        changesFrom: async (...args) => (await log.changesFrom(...args)).map((one) => ({ ...one, seq: 1 })),
      },
    };
  };
  expect((await violationsOf(overtaken, countsAll)).join()).toMatch(
    /bob.phone believes to know change 2 of u1.u2, but shows 2 as of 0/,
  );
});

/** Whatever happens to whichever call, and the request is sent again. */
function failures(): readonly Schedule[] {
  const change = (kind: 'edit' | 'delete', again: boolean): Action =>
    kind === 'edit' ? { ...edit, off: 0, again } : { kind, by: 0, what: 0, isOwn: true, byHttp: true };
  return (['edit', 'delete'] as const).flatMap((kind) =>
    FAULTS.flatMap((fault) =>
      Array.from({ length: 9 }, (_, at) => ({
        people: 2,
        steps: [
          isDone({ kind: 'post', by: 0, to: 0, count: 1 }, times(30, 0)),
          {
            action: change(kind, false),
            fate: { ...GOOD_FATE, faults: [{ at, kind: fault }], landing: at % 2 === 0 },
            turns: times(30, 0),
          },
          isDone(change(kind, true), times(30, 0)),
        ],
      })),
    ),
  );
}

test('a change is stored once, whatever happens to whichever call', { timeout: 120_000 }, async () => {
  expect(await violationsOf(failures())).toEqual([]);
});
