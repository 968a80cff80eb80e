import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { patience, tellingOutages } from '../aws/outages.ts';

/** The one table, and the client to reach it. */
export interface Table {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  /** Waits before another round of what the SDK does not try again by itself: full jitter, longer with each round from 0. */
  readonly backoff: (round: number) => Promise<void>;
}

interface Chance {
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A DynamoDB call answers in milliseconds; one that takes this long is lost, and better tried again. */
const REQUEST_TIMEOUT_MS = 1_500;
const CONNECT_TIMEOUT_MS = 1_000;
const MAX_TRIES = 3;

const FIRST_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 400;

/** Opens the table of that name with the SDK's own region, credentials and endpoint. */
export function openTable(name: string, chance: Chance): Table {
  const base = new DynamoDBClient({
    maxAttempts: MAX_TRIES,
    requestHandler: patience({ requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECT_TIMEOUT_MS }),
  });
  return tableWith(
    DynamoDBDocumentClient.from(base, { marshallOptions: { removeUndefinedValues: true } }),
    name,
    chance,
  );
}

/** The table over a given client: its outages are told as `Unavailable`. */
export function tableWith(client: DynamoDBDocumentClient, name: string, { wait, random }: Chance): Table {
  return {
    client: tellingOutages(client),
    name,
    backoff: (round) => wait(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** round)),
  };
}
