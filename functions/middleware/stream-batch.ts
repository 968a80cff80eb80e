import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { atMost } from '../core/at-most.ts';

/** So many lines are followed at once. When 2,000 sockets close together, their users do not wait for each other. */
const LINES_AT_ONCE = 8;

/**
 * Follows the records of a batch: those of one line in order, several lines side by side. After a failure no further record is
 * begun, and the stream repeats from the first one that is not done. Every step must be repeatable, because records that are done
 * may come again.
 */
export async function eachRecord(
  records: readonly DynamoDBRecord[],
  { lineOf, follow, logger }: RecordDependencies,
): Promise<DynamoDBBatchResponse> {
  const done = new Set<DynamoDBRecord>();
  let failed = false;
  await atMost(LINES_AT_ONCE, [...Map.groupBy(records, lineOf).values()], async (line) => {
    for (const record of line) {
      if (failed) return;
      try {
        await follow(record);
        done.add(record);
      } catch (error) {
        failed = true;
        log(error, logger);
        return;
      }
    }
  });
  const first = records.find((record) => !done.has(record));
  return first ? repeatFrom(first) : NOTHING_FAILED;
}

interface RecordDependencies {
  /** Records of one line are followed in order. */
  readonly lineOf: (record: DynamoDBRecord) => string;
  readonly follow: (record: DynamoDBRecord) => Promise<void>;
  readonly logger: Pick<Logger, 'error'>;
}

const NOTHING_FAILED: DynamoDBBatchResponse = { batchItemFailures: [] };

const log = (error: unknown, logger: Pick<Logger, 'error'>) =>
  logger.error('a change could not be followed', error as Error);

function repeatFrom({ dynamodb }: DynamoDBRecord): DynamoDBBatchResponse {
  return { batchItemFailures: [{ itemIdentifier: dynamodb?.SequenceNumber ?? '' }] };
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
      log(error, logger);
      return repeatFrom(earliestOf(conversations.slice(i)));
    }
  }
  return NOTHING_FAILED;
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
