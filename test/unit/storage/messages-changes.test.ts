import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { messageStore } from '../../../functions/storage/messages.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry, logOf } from '../support/log-entries.ts';
import { documents } from '../support/mocked-clients.ts';
import { ALICES, alice, bob, CONVERSATION } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const log = messageStore(table);

const pk = `CONV#${CONVERSATION}`;
const sk = (change: number) => `CHANGE#${String(change).padStart(16, '0')}`;
const changed = (change: number) => ({ change, version: 2, editedAt: NOON });

describe('the newest change', () => {
  it('is read by one consistent query for one item', async () => {
    documents.on(QueryCommand).resolves({ Items: [{ pk, sk: sk(12), seq: 3 }] });
    expect(await log.lastChange(ALICES)).toBe(12);
    expect(sent()).toMatchObject([
      ['QueryCommand', { ConsistentRead: true, Limit: 1, ScanIndexForward: false }],
    ]);
  });

  it('is none of messages that stand as they were written', async () => {
    expect(await (await logOf(aLogEntry(1))).log.lastChange(ALICES)).toBe(0);
  });
});

describe('a change', () => {
  it('is stored with the message, and the log has its new state', async () => {
    const { log: memory } = await logOf(aLogEntry(1), aLogEntry(2));
    const entry = aLogEntry(2, { text: 'Better.', changed: changed(1) });
    expect(await memory.change(ALICES, entry, aLogEntry(2))).toBe(true);
    expect(await memory.last(ALICES)).toEqual(entry);
    expect(await memory.lastChange(ALICES)).toBe(1);
    expect(await memory.changesFrom(ALICES, 1, 10)).toEqual([{ change: 1, seq: 2 }]);
    expect(await memory.changesFrom(ALICES, 2, 10)).toEqual([]);
  });

  it.each([
    ['its number is taken', aLogEntry(1, { text: 'x', changed: changed(1) }), aLogEntry(1)],
    ['the message has changed before', aLogEntry(2, { text: 'x', changed: changed(2) }), aLogEntry(2)],
    [
      'the message has changed since',
      aLogEntry(2, { text: 'x', changed: changed(2) }),
      aLogEntry(2, { changed: changed(9) }),
    ],
    ['there is no such message', aLogEntry(7, { text: 'x', changed: changed(2) }), aLogEntry(7)],
  ])('is not stored if %s', async (_, entry, former) => {
    const { log: memory, state } = await logOf(aLogEntry(1), aLogEntry(2));
    await memory.change(ALICES, aLogEntry(2, { text: 'Better.', changed: changed(1) }), aLogEntry(2));
    const before = JSON.stringify(state.partition(pk));
    expect(await memory.change(ALICES, entry, former)).toBe(false);
    expect(JSON.stringify(state.partition(pk))).toBe(before);
  });

  it('says whether the stream tells it, and forgets that with the next one', async () => {
    const { log: memory } = await logOf(aLogEntry(1, { told: 'stream' }));
    const states = [undefined, 'stream', undefined] as const;
    let former = await memory.last(ALICES);
    expect(former?.told).toBe('stream');
    for (const [i, told] of states.entries()) {
      const { told: _, ...entry } = aLogEntry(1, { changed: changed(i + 1) });
      expect(await memory.change(ALICES, { ...entry, ...(told && { told }) }, former ?? aLogEntry(1))).toBe(
        true,
      );
      former = await memory.last(ALICES);
      expect(former?.told).toBe(told);
    }
  });

  it('follows the former one of the same message', async () => {
    const { log: memory } = await logOf(aLogEntry(1));
    const first = aLogEntry(1, { text: 'Better.', changed: changed(1) });
    await memory.change(ALICES, first, aLogEntry(1));
    const deleted = { ...first, text: '', changed: { change: 2, version: 2, deletedAt: NOON } };
    expect(await memory.change(ALICES, deleted, first)).toBe(true);
    expect(await memory.last(ALICES)).toEqual(deleted);
  });

  it('has the reactions in their order, with member numbers for the users', async () => {
    const { log: memory, state } = await logOf(aLogEntry(1));
    const reactions = { '👍': [bob.id, alice.id], '1️⃣': [alice.id], '🎉': [bob.id] };
    const entry = aLogEntry(1, { changed: { change: 1, version: 1, reactions } });
    expect(await memory.change(ALICES, entry, aLogEntry(1))).toBe(true);
    const last = await memory.last(ALICES);
    expect(last).toEqual(entry);
    expect(Object.keys(last?.changed?.reactions ?? {})).toEqual(Object.keys(reactions));
    const [item] = state.partition(pk).filter(({ sk: name }) => (name as string).startsWith('MSG#'));
    expect(item).toMatchObject({
      changed: {
        reactions: [
          ['👍', [1, 0]],
          ['1️⃣', [0]],
          ['🎉', [1]],
        ],
      },
    });
  });

  it('that meets another one at the same moment is not stored, and is no fault', async () => {
    const CancellationReasons = [{ Code: 'TransactionConflict' }, { Code: 'None' }];
    documents
      .on(TransactWriteCommand)
      .rejects(new TransactionCanceledException({ $metadata: {}, message: '', CancellationReasons }));
    expect(await log.change(ALICES, aLogEntry(1, { changed: changed(1) }), aLogEntry(1))).toBe(false);
    expect(sent()).toHaveLength(1);
  });
});
