import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';

/**
 * Follows the records of a batch in order. The first failure is reported, and the stream repeats from there. Every
 * step must be repeatable, because the records before it may come again.
 */
export async function eachRecord(
  records: readonly DynamoDBRecord[],
  follow: (record: DynamoDBRecord) => Promise<void>,
  logger: Pick<Logger, 'error'>,
): Promise<DynamoDBBatchResponse> {
  for (const record of records) {
    try {
      await follow(record);
    } catch (error) {
      return failure(record, error, logger);
    }
  }
  return { batchItemFailures: [] };
}

function failure(
  record: DynamoDBRecord,
  error: unknown,
  logger: Pick<Logger, 'error'>,
): DynamoDBBatchResponse {
  logger.error('a change could not be followed', error as Error);
  return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
}

interface InConversation {
  readonly conversation: string;
  readonly seq: number;
}

interface Dependencies<Message> {
  /** The message that a record adds; undefined for every other record. */
  readonly messageIn: (record: DynamoDBRecord) => Message | undefined;
  /** Gets the messages of one conversation, in order. */
  readonly follow: (messages: readonly Message[]) => Promise<void>;
  readonly logger: Pick<Logger, 'error'>;
}

/**
 * Follows all messages of one conversation in a batch together, so that a burst costs as much as one message. After a
 * failure the stream repeats from the first record of all conversations that are not done. Every step must be
 * repeatable, because conversations that are done may come again.
 */
export async function eachConversation<Message extends InConversation>(
  records: readonly DynamoDBRecord[],
  { messageIn, follow, logger }: Dependencies<Message>,
): Promise<DynamoDBBatchResponse> {
  const conversations = byConversation(records, messageIn);
  for (const [i, { messages }] of conversations.entries()) {
    try {
      await follow(messages);
    } catch (error) {
      return failure(earliestOf(conversations.slice(i)), error, logger);
    }
  }
  return { batchItemFailures: [] };
}

interface Followed<Message> {
  /** Indexes in the batch. */
  readonly first: number;
  readonly last: number;
  /** The first record. */
  readonly record: DynamoDBRecord;
  readonly messages: readonly Message[];
}

/** In the order of their last records, so the conversation with the newest message comes to the top last. */
function byConversation<Message extends InConversation>(
  records: readonly DynamoDBRecord[],
  messageIn: (record: DynamoDBRecord) => Message | undefined,
): Followed<Message>[] {
  const found = records.flatMap((record, index) => {
    const message = messageIn(record);
    return message ? [{ record, index, message }] : [];
  });
  const groups = [...Map.groupBy(found, ({ message }) => message.conversation).values()];
  return groups
    .map((group) => ({
      first: group[0]?.index ?? 0,
      last: group.at(-1)?.index ?? 0,
      record: (group[0] as { record: DynamoDBRecord }).record,
      messages: group.map(({ message }) => message).toSorted((a, b) => a.seq - b.seq),
    }))
    .toSorted((a, b) => a.last - b.last);
}

function earliestOf<Message>(conversations: readonly Followed<Message>[]): DynamoDBRecord {
  return conversations.reduce((one, other) => (other.first < one.first ? other : one)).record;
}
