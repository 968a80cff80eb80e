import { BatchGetCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry } from '../support/log-entries.ts';
import { documents } from '../support/mocked-clients.ts';
import { ALICES, alice, CONVERSATION, id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const log = messageStore(table);
const sk = (seq: number) => `MSG#${String(seq).padStart(16, '0')}`;
const item = (seq: number) => ({
  pk: `CONV#${CONVERSATION}`,
  sk: sk(seq),
  id: id(1000 + seq),
  sender: 0,
  text: `message ${seq}`,
  createdAt: NOON,
});

describe('messages by seq', () => {
  it('are read by their keys, strongly consistent, without missing ones', async () => {
    documents.on(BatchGetCommand).resolves({ Responses: { 'parley-test': [item(9), item(7)] } });
    expect(await log.at(ALICES, [7, 9, 11])).toEqual([aLogEntry(7), aLogEntry(9)]);
    const Keys = [7, 9, 11].map((seq) => ({ pk: `CONV#${CONVERSATION}`, sk: sk(seq) }));
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { 'parley-test': { Keys, ConsistentRead: true } } }],
    ]);
  });

  it('that one answer leaves out are read again', async () => {
    const Keys = [{ pk: `CONV#${CONVERSATION}`, sk: sk(9) }];
    documents
      .on(BatchGetCommand)
      .resolvesOnce({ Responses: { 'parley-test': [item(7)] }, UnprocessedKeys: { 'parley-test': { Keys } } })
      .resolvesOnce({ Responses: { 'parley-test': [item(9)] } });
    expect(await log.at(ALICES, [7, 9])).toEqual([aLogEntry(7), aLogEntry(9)]);
  });
});

describe('the check for newer messages', () => {
  const held = [
    { id: CONVERSATION, seq: 4 },
    { id: pairId(alice.id, id(3)), seq: 0 },
    { id: pairId(alice.id, id(4)), seq: Number.MAX_SAFE_INTEGER },
  ];

  it('is one consistent read of the next message’s key for each log', async () => {
    documents.on(BatchGetCommand).resolves({ Responses: { 'parley-test': [item(5)] } });
    expect(await log.ahead({ messages: held, changes: [] })).toEqual({
      messages: new Set([CONVERSATION]),
      changes: new Set(),
    });
    const Keys = [
      { pk: `CONV#${CONVERSATION}`, sk: sk(5) },
      { pk: `CONV#${alice.id}.${id(3)}`, sk: sk(1) },
      { pk: `CONV#${alice.id}.${id(4)}`, sk: sk(2 ** 53) },
    ];
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { 'parley-test': { Keys, ConsistentRead: true } } }],
    ]);
  });

  it('looks for the next change in the same read', async () => {
    const change = { pk: `CONV#${CONVERSATION}`, sk: `CHANGE#${String(8).padStart(16, '0')}` };
    documents.on(BatchGetCommand).resolves({ Responses: { 'parley-test': [{ ...change, seq: 2 }] } });
    const changes = [{ id: CONVERSATION, seq: 4, change: 7 }];
    expect(await log.ahead({ messages: held, changes })).toEqual({
      messages: new Set(),
      changes: new Set([CONVERSATION]),
    });
    expect(sent()).toHaveLength(1);
  });

  it('costs no request without logs', async () => {
    expect(await log.ahead({ messages: [], changes: [] })).toEqual({
      messages: new Set(),
      changes: new Set(),
    });
    expect(sent()).toEqual([]);
  });
});
