import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { projectMessages } from '../core/inbox/project-messages.ts';
import { tellReactions } from '../core/messages/tell-reactions.ts';
import { eachConversation } from '../middleware/stream-batch.ts';
import { lastFrames, reactionFrame } from '../protocol/server-frames.ts';
import {
  messageIn,
  openGateway,
  openReporting,
  openTable,
  wireInboxProjection,
  wireReactions,
} from '../runtime/wiring.ts';

const table = openTable();
const reporting = openReporting();
const projection = wireInboxProjection(table);
const telling = { ...wireReactions(table, openGateway(), reporting), lastFrames, frameFor: reactionFrame };

/** Projects new messages into the inboxes of their members, and tells the devices of reactions. */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const told: Promise<void>[] = [];
  const outcome = await eachConversation(Records, {
    messageIn,
    async follow(messages) {
      // The inboxes of the next conversation do not wait for slow receivers.
      told.push(tellReactions(telling, messages));
      await projectMessages(projection, messages);
    },
    logger: reporting.logger,
  });
  await Promise.all(told);
  return outcome;
}
