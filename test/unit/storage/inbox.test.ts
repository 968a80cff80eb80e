import { BatchGetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { inboxReader, toInboxPosition } from '../../../functions/storage/inbox.ts';
import { NOON } from '../support/clock.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { sent, table } from '../support/table.ts';

const inbox = inboxReader(table);
const other = `${alice.id}.${id(3)}`;
const later = '2026-11-23T12:00:01.000Z';
const sk = (topAt: string, conversation = CONVERSATION) => `INBOX#${topAt}#${conversation}`;
const item = (key: string) => ({ pk: `USER#${alice.id}`, sk: key });

const query = (low: string, high: string, more: { Limit: number; ScanIndexForward?: boolean }) => [
  'QueryCommand',
  {
    TableName: 'parley-test',
    KeyConditionExpression: 'pk = :pk AND sk BETWEEN :low AND :high',
    ExpressionAttributeValues: { ':pk': `USER#${alice.id}`, ':low': low, ':high': high },
    ...more,
  },
];
const newestFirst = { ScanIndexForward: false };

describe('the positions of an inbox', () => {
  it('are read newest first', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(sk(later, other)), item(sk(NOON))] });
    expect(await inbox.positions(alice.id, { limit: 2 })).toEqual([
      { topAt: later, conversation: other },
      { topAt: NOON, conversation: CONVERSATION },
    ]);
    expect(sent()).toEqual([query('INBOX#', 'INBOX#~', { ...newestFirst, Limit: 2 })]);
  });

  it('after a position do not include it, although BETWEEN includes its ends', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(sk(later, other)), item(sk(NOON))] });
    const before = { topAt: later, conversation: other };
    expect(await inbox.positions(alice.id, { limit: 2, before })).toEqual([
      { topAt: NOON, conversation: CONVERSATION },
    ]);
    expect(sent()).toEqual([query('INBOX#', sk(later, other), { ...newestFirst, Limit: 3 })]);
  });

  it('after a deleted position are at most as many as requested', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(sk(NOON, other)), item(sk(NOON))] });
    const before = { topAt: later, conversation: CONVERSATION };
    expect(await inbox.positions(alice.id, { limit: 1, before })).toHaveLength(1);
  });

  it('since a time include that time, and are read oldest first', async () => {
    documents.on(QueryCommand).resolves({ Items: [item(sk(NOON)), item(sk(later, other))] });
    expect(await inbox.positionsSince(alice.id, NOON, 25)).toEqual([
      { topAt: NOON, conversation: CONVERSATION },
      { topAt: later, conversation: other },
    ]);
    expect(sent()).toEqual([query(`INBOX#${NOON}`, 'INBOX#~', { Limit: 25 })]);
  });

  it.each([
    ['all of them', () => inbox.positions(alice.id, { limit: 1 })],
    ['since the last moment', () => inbox.positionsSince(alice.id, '9999-12-31T23:59:59.999Z', 1)],
    ['since a fraction', () => inbox.positionsSince(alice.id, '2026-11-23T12:00:00.123456789Z', 1)],
    [
      'behind the first moment',
      () =>
        inbox.positions(alice.id, {
          limit: 1,
          before: { topAt: '0000-01-01T00:00:00.000Z', conversation: CONVERSATION },
        }),
    ],
  ])('are never asked for between bounds in the wrong order, which DynamoDB refuses: %s', async (_, ask) => {
    await ask();
    const [[, input]] = sent() as [[string, { ExpressionAttributeValues: Record<string, string> }]];
    const { ':low': low = '', ':high': high = '' } = input.ExpressionAttributeValues;
    expect(low <= high).toBe(true);
  });

  it('are read from their keys', () => {
    expect(toInboxPosition({ sk: sk(NOON) })).toEqual({ topAt: NOON, conversation: CONVERSATION });
  });
});

describe('the details of conversations', () => {
  const own = { pk: `USER#${alice.id}`, sk: `CONV#${CONVERSATION}` };
  const peers = { pk: `USER#${bob.id}`, sk: `CONV#${CONVERSATION}` };
  const meta = { pk: `CONV#${CONVERSATION}`, sk: 'META' };
  const last = { seq: 9, id: id(1009), senderId: bob.id, text: 'Hello', createdAt: NOON };
  const peer = { id: bob.id, username: 'bob' };
  const NOTHING_SET = { unread: false };
  const NONE = { received: 0, read: { seq: 0, others: 0 } };
  const NONE_OF_PEER = { ...NONE, frozen: 0 };
  const counts = { 0: 4, 1: 5 };

  const answered = (...items: object[]) =>
    documents.on(BatchGetCommand).resolves({ Responses: { 'parley-test': items } });

  it('are both memberships and the summary of all conversations, in one request', async () => {
    await inbox.details(alice.id, [CONVERSATION, other]);
    const Keys = [
      own,
      meta,
      peers,
      { pk: `USER#${alice.id}`, sk: `CONV#${other}` },
      { pk: `CONV#${other}`, sk: 'META' },
      { pk: `USER#${id(3)}`, sk: `CONV#${other}` },
    ];
    expect(sent()).toEqual([
      ['BatchGetCommand', { RequestItems: { 'parley-test': { Keys, ConsistentRead: false } } }],
    ]);
  });

  it('use the higher of the reader’s receipt and the position that their last message carries', async () => {
    answered(
      {
        ...meta,
        ...last,
        counts,
        receipts: { 0: [4, 3], 1: [9, 4] },
      },
      {
        ...{ ...own, topAt: NOON, peer, readSeq: 6, readOthers: 4, receivedSeq: 7 },
        ...{ mutedUntil: later, pinnedAt: NOON, archivedAt: later, unread: true },
      },
      { ...peers, topAt: later, peer: alice, readSeq: 2, readOthers: 1, receivedSeq: 3, frozenSeq: 1 },
    );
    const [ofAlice, ofBob] = [
      { received: 7, read: { seq: 6, others: 4 } },
      { received: 3, read: { seq: 9, others: 4 } },
    ];
    expect(await inbox.details(alice.id, [CONVERSATION])).toEqual([
      {
        ...{ topAt: NOON, peer, own: ofAlice, peers: { ...ofBob, frozen: 9 }, last: { ...last, counts } },
        settings: { mutedUntil: later, pinnedAt: NOON, archivedAt: later, unread: true },
      },
    ]);
    expect(await inbox.details(bob.id, [CONVERSATION])).toMatchObject([
      { topAt: later, own: ofBob, peers: ofAlice, last: { ...last, counts } },
    ]);
  });

  it.each([
    [
      'nothing is there',
      [],
      {
        topAt: undefined,
        peer: undefined,
        own: NONE,
        settings: NOTHING_SET,
        peers: NONE_OF_PEER,
        last: undefined,
      },
    ],
    [
      'it has a position and no summary',
      [{ ...own, topAt: NOON, peer }],
      { topAt: NOON, peer, own: NONE, settings: NOTHING_SET, peers: NONE_OF_PEER, last: undefined },
    ],
    [
      'it has a summary and no position',
      [{ ...meta, ...last, counts, receipts: { 1: [9, 4] } }],
      {
        topAt: undefined,
        peer: undefined,
        own: NONE,
        settings: NOTHING_SET,
        peers: { received: 0, read: { seq: 9, others: 4 }, frozen: 9 },
        last: { ...last, counts },
      },
    ],
  ])('are incomplete when %s', async (_, items, details) => {
    answered(...items);
    expect(await inbox.details(alice.id, [CONVERSATION])).toEqual([details]);
  });

  it('without a summary take the last message from the log, if the inbox has a position for it', async () => {
    answered({ ...own, topAt: NOON, peer });
    const message = {
      ...last,
      pk: `CONV#${CONVERSATION}`,
      sk: 'MSG#0000000000000009',
      sender: 1,
      counts,
    };
    documents.on(QueryCommand).resolves({ Items: [message] });
    expect(await inbox.details(alice.id, [CONVERSATION])).toEqual([
      { topAt: NOON, peer, own: NONE, settings: NOTHING_SET, peers: NONE_OF_PEER, last: { ...last, counts } },
    ]);
  });

  it('of a page of a hundred conversations are read in three requests', async () => {
    await inbox.details(
      alice.id,
      Array.from({ length: 100 }, (_, i) => pairId(alice.id, id(10 + i))),
    );
    expect(sent()).toHaveLength(3);
  });

  it('of no conversation cost no request', async () => {
    expect(await inbox.details(alice.id, [])).toEqual([]);
    expect(sent()).toEqual([]);
  });
});
