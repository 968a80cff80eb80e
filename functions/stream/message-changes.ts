import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { followMessages } from '../core/inbox/project-messages.ts';
import { eachConversation } from '../middleware/stream-batch.ts';
import { inboxUpkeep, messageIn } from '../runtime/inbox-upkeep.ts';
import { logger } from '../runtime/logger.ts';

/** What follows from new messages: both inboxes. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return eachConversation(Records, {
    messageIn,
    follow: (messages) => followMessages(inboxUpkeep, messages),
    logger,
  });
}
