import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Unavailable } from '../core/errors.ts';

/** The one table, and the client to reach it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
}

/** A DynamoDB call answers in milliseconds; one that takes this long is lost, and better tried again. */
const REQUEST_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_TRIES = 3;

/** Opens the table of that name with the SDK's own region, credentials and endpoint. */
export function openTable(name: string): Table {
  const base = new DynamoDBClient({
    maxAttempts: MAX_TRIES,
    requestHandler: {
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return tableWith(
    DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } }),
    name,
  );
}

/** Makes the faults of the store, as opposed to those of a request, known as {@link Unavailable}. */
export function tableWith(client: DynamoDBDocumentClient, name: string): Table {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw isTransient(error) ? new Unavailable({ cause: error }) : error;
      }
    },
    { step: 'initialize', name: 'unavailable', override: true },
  );
  return { client, name };
}

const TRANSIENT = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'InternalServerError',
  'ServiceUnavailable',
  'TimeoutError',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
]);

function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  return (
    TRANSIENT.has(error.name) ||
    (typeof code === 'string' && TRANSIENT.has(code)) ||
    ($metadata?.httpStatusCode ?? 0) >= 500
  );
}
