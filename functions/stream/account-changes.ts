import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { followAccount } from '../core/accounts/follow-account.ts';
import { closeSession } from '../core/connections/close-session.ts';
import { gateway } from '../runtime/gateway.ts';
import { logger } from '../runtime/logger.ts';
import { system } from '../runtime/system.ts';
import { table } from '../runtime/table.ts';
import { toAccount } from '../storage/accounts.ts';
import { connectionStore } from '../storage/connections.ts';
import { directoryUpkeep } from '../storage/directory-upkeep.ts';
import { PROFILE, SESSION_PREFIX } from '../storage/keys.ts';

const closing = { connections: connectionStore(table), gateway, now: system.now };
const people = directoryUpkeep(table);

/**
 * What follows from changed accounts and ended sessions. Records may come twice or be replayed: every step can be
 * repeated. The first failure is reported, and the stream begins there again.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  for (const record of Records) {
    try {
      await follow(record);
    } catch (error) {
      logger.error('a change could not be followed', error as Error);
      return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
    }
  }
  return { batchItemFailures: [] };
}

async function follow({ eventName, dynamodb }: DynamoDBRecord): Promise<void> {
  const sk = dynamodb?.Keys?.sk?.S ?? '';
  const before = read(dynamodb?.OldImage);
  const after = read(dynamodb?.NewImage);
  if (sk === PROFILE && after) {
    await followAccount(people, { before: before && toAccount(before), after: toAccount(after) });
  } else if (sk.startsWith(SESSION_PREFIX) && eventName === 'REMOVE' && before) {
    await closeSession(closing, { userId: before.userId as string, sessionId: before.id as string });
  }
}

function read(image: Record<string, AttributeValue> | undefined): Record<string, unknown> | undefined {
  return image && unmarshall(image as Parameters<typeof unmarshall>[0]);
}
