import type { Logger } from '@aws-lambda-powertools/logger';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';

/**
 * Follows the records of a batch in order. The first failure is reported, and the stream begins there again: what was
 * done before it is done once more, so every step must be repeatable.
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

export function failure(
  record: DynamoDBRecord,
  error: unknown,
  logger: Pick<Logger, 'error'>,
): DynamoDBBatchResponse {
  logger.error('a change could not be followed', error as Error);
  return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? '' }] };
}
