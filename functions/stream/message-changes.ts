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
  for (const { first, messages } of byConversation(Records)) {
    try {
      await followMessages(inboxUpkeep, messages);
    } catch (error) {
      return failure(first, error, logger);
    }
  }
  return { batchItemFailures: [] };
}

/** In the order of their first records: when one fails, the stream begins again at or before all that is not done. */
function byConversation(records: readonly DynamoDBRecord[]) {
  const found = records.flatMap((record) => {
    const change = readChange(record);
    return change?.kind === 'message' ? [{ record, message: change.message }] : [];
  });
  return [...Map.groupBy(found, ({ message }) => message.conversation).values()].map((group) => ({
    first: (group[0] as { record: DynamoDBRecord }).record,
    messages: group.map(({ message }): Message => message).toSorted((a, b) => a.seq - b.seq),
  }));
}
