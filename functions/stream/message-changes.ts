import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { projectMessages } from '../core/inbox/project-messages.ts';
import { eachConversation } from '../middleware/stream-batch.ts';
import { messageIn, openLogger, openTable, wireInboxProjection } from '../runtime/wiring.ts';

const logger = openLogger();
const projection = wireInboxProjection(openTable());

/** Projects new messages into the inboxes of their members. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return eachConversation(Records, {
    messageIn,
    follow: (messages) => projectMessages(projection, messages),
    logger,
  });
}
