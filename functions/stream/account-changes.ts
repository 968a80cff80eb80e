import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { followAccount } from '../core/accounts/follow-account.ts';
import { closeSession } from '../core/connections/close-session.ts';
import { logger } from '../runtime/logger.ts';
import { readChange, upkeep } from '../runtime/upkeep.ts';

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

async function follow(record: DynamoDBRecord): Promise<void> {
  const change = readChange(record);
  if (change?.kind === 'account') await followAccount(upkeep.directory, change);
  if (change?.kind === 'session-ended') await closeSession(upkeep, change);
}
