import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { followMessages } from '../core/inbox/follow-messages.ts';
import type { Message } from '../core/messages/message.ts';
import { failure } from '../middleware/each-record.ts';
import { inboxUpkeep, readChange } from '../runtime/inbox-upkeep.ts';
import { logger } from '../runtime/logger.ts';

/**
 * What follows from new messages: both inboxes. A batch's messages of one conversation are followed together, so that a
 * burst costs what one message costs.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const conversations = byConversation(Records);
  for (const [i, { messages }] of conversations.entries()) {
    try {
      await followMessages(inboxUpkeep, messages);
    } catch (error) {
      return failure(earliestOf(conversations.slice(i)), error, logger);
    }
  }
  return { batchItemFailures: [] };
}

interface Followed {
  /** Places in the batch. */
  readonly first: number;
  readonly last: number;
  /** The first one. */
  readonly record: DynamoDBRecord;
  readonly messages: readonly Message[];
}

/** In the order of their last records: in which something was said last comes to the top last. */
function byConversation(records: readonly DynamoDBRecord[]): Followed[] {
  const found = records.flatMap((record, place) => {
    const change = readChange(record);
    return change?.kind === 'message' ? [{ record, place, message: change.message }] : [];
  });
  const groups = [...Map.groupBy(found, ({ message }) => message.conversation).values()];
  return groups
    .map((group) => ({
      first: group[0]?.place ?? 0,
      last: group.at(-1)?.place ?? 0,
      record: (group[0] as { record: DynamoDBRecord }).record,
      messages: group.map(({ message }): Message => message).toSorted((a, b) => a.seq - b.seq),
    }))
    .toSorted((a, b) => a.last - b.last);
}

/** The stream begins again at the first record of all that is not done; what is done by then changes nothing. */
function earliestOf(conversations: readonly Followed[]): DynamoDBRecord {
  return conversations.reduce((one, other) => (other.first < one.first ? other : one)).record;
}
