import { UpdateCommand, type UpdateCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { Unavailable } from '../../../functions/core/errors.ts';
import type { LogEntry } from '../../../functions/core/messages/message.ts';
import { handler } from '../../../functions/stream/message-changes.ts';
import { image } from '../../support/table/stream.ts';
import { NOON } from '../support/clock.ts';
import { aLogEntry, itemOf } from '../support/log-entries.ts';
import { documents } from '../support/mocked-clients.ts';
import { alice, bob, CONVERSATION, id } from '../support/people.ts';
import { sent } from '../support/table.ts';

const OTHER = `${alice.id}.${id(3)}`;

/** Who wrote it had read all before it. */
function said(SequenceNumber: string, entry: LogEntry): DynamoDBRecord {
  const item = itemOf({ ...entry, read: entry.seq });
  return {
    eventName: 'INSERT',
    dynamodb: {
      SequenceNumber,
      Keys: marshall({ pk: item.pk, sk: item.sk }),
      NewImage: image(item),
    },
  } as DynamoDBRecord;
}

/**
 * The summaries written: the conversation, its last message, and up to where each member had read. Nobody has a profile here, so
 * nothing else is written.
 */
const summaries = () =>
  documents.commandCalls(UpdateCommand).map(({ args: [{ input }] }) => {
    const { ':seq': seq, ':receipts': receipts } = input.ExpressionAttributeValues ?? {};
    const [first, second] = [0, 1].map((member) => receipts[member]?.[0]);
    return [String(input.Key?.pk).slice('CONV#'.length), seq, first, second];
  });

const fails = (conversation: string) =>
  documents.on(UpdateCommand).callsFake((input: UpdateCommandInput) => {
    if (input.Key?.pk === `CONV#${conversation}`) throw new Unavailable();
    return {};
  });

describe('new messages', () => {
  it('of one conversation are handled together, in the order of the conversation', async () => {
    const Records = [
      said('1', aLogEntry(4)),
      said('2', aLogEntry(5, { senderId: bob.id })),
      said('3', aLogEntry(6)),
    ];
    for (const records of [Records, Records.toReversed()]) {
      documents.resetHistory();
      expect(await handler({ Records: records })).toEqual({ batchItemFailures: [] });
      expect(summaries()).toEqual([[CONVERSATION, 6, 6, 5]]);
    }
  });

  it('of several conversations are handled one conversation after the other', async () => {
    const Records = [
      said('1', aLogEntry(4)),
      said('2', aLogEntry(1, { conversation: OTHER })),
      said('3', aLogEntry(5)),
      said('4', aLogEntry(2, { conversation: OTHER, senderId: id(3) })),
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(summaries()).toEqual([
      [CONVERSATION, 5, 5, undefined],
      [OTHER, 2, 1, 2],
    ]);
  });

  it('move the conversation with the latest message to the top last', async () => {
    const Records = [
      said('1', aLogEntry(4)),
      said('2', aLogEntry(1, { conversation: OTHER })),
      said('3', aLogEntry(5)),
    ];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(summaries().map(([noted]) => noted)).toEqual([OTHER, CONVERSATION]);
  });

  it.each([
    ['of the only one left', CONVERSATION, '1', [OTHER, CONVERSATION]],
    ['of those left', OTHER, '1', [OTHER]],
  ])(
    'that cannot be followed let the stream begin again at the first message %s',
    async (_what, conversation, itemIdentifier, followed) => {
      fails(conversation);
      const Records = [
        said('1', aLogEntry(4)),
        said('2', aLogEntry(1, { conversation: OTHER })),
        said('3', aLogEntry(5)),
      ];
      expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier }] });
      expect(summaries().map(([noted]) => noted)).toEqual(followed);
    },
  );

  it('that were handled before a failure are not repeated', async () => {
    fails(CONVERSATION);
    const Records = [said('1', aLogEntry(1, { conversation: OTHER })), said('2', aLogEntry(4))];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: '2' }] });
  });

  it('are picked from all records', async () => {
    const key = { pk: `USER#${alice.id}`, sk: `INBOX#${NOON}#${CONVERSATION}` };
    const place = { eventName: 'INSERT', dynamodb: { Keys: marshall(key), NewImage: marshall(key) } };
    const Records = [place as DynamoDBRecord, said('2', aLogEntry(4))];
    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });
    expect(summaries()).toHaveLength(1);
  });

  it('may be none', async () => {
    expect(await handler({ Records: [] })).toEqual({ batchItemFailures: [] });
    expect(sent()).toEqual([]);
  });
});
