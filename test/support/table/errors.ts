import {
  type CancellationReason,
  ConditionalCheckFailedException,
  TransactionCanceledException,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Item } from './value.ts';

const $metadata = {};

export function conditionFailed(item?: Item): Error {
  const message = 'The conditional request failed';
  return new ConditionalCheckFailedException({
    $metadata,
    message,
    ...(item && { Item: marshall(item) }),
  });
}

export function cancelled(codes: readonly string[]): Error {
  const CancellationReasons: CancellationReason[] = codes.map((Code) => ({ Code }));
  const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`;
  return new TransactionCanceledException({ $metadata, message, CancellationReasons });
}

/** A request that DynamoDB refuses for any contents of the table. It is a mistake of the code. */
export function invalid(message: string): Error {
  return Object.assign(new Error(message), { name: 'ValidationException', $metadata });
}

/** The errors that the SDK throws after its own retries. */
export function fault(name: 'ThrottlingException' | 'TimeoutError'): Error {
  return Object.assign(new Error(name), { name, $metadata });
}
