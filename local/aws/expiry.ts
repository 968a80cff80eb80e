import { setTimeout as sleep } from 'node:timers/promises';
import type { EngineCall } from './engine-call.ts';
import type { StreamReader } from './stream/reader.ts';

export interface ExpiryOptions {
  readonly call: EngineCall;
  readonly tableName: string;
  readonly ttlAttribute: string;
  /** Starts at the end of the stream: it contains the writes from now on. */
  readonly stream: StreamReader;
  sweep(): Promise<void>;
  /** Called after expired items were deleted. */
  onSwept(): void;
  /** Called if a read or a sweep failed. Both are retried. */
  onProblem(error: unknown): void;
}

interface Page {
  readonly Items: readonly Record<string, { readonly N?: string }>[];
  readonly LastEvaluatedKey?: object;
}

/**
 * Deletes expired items within about a second. A sweep reads the whole table, so it runs only when an item is due. One
 * scan at the start and the stream from then on tell which times are due.
 */
export async function expireItems(options: ExpiryOptions, signal: AbortSignal): Promise<void> {
  const due = new Set<number>();
  let scanned = false;
  while (!signal.aborted) {
    try {
      if (!scanned) await noteKnown(options, due);
      scanned = true;
      await noteNew(options, due);
      await sweepDue(options, due);
    } catch (error) {
      options.onProblem(error);
    }
    await sleep(1_000, undefined, { signal, ref: false }).catch(() => {});
  }
}

async function noteNew({ stream, ttlAttribute }: ExpiryOptions, due: Set<number>): Promise<void> {
  for (;;) {
    const records = await stream.read(1_000);
    for (const { dynamodb } of records) note(dynamodb.NewImage?.[ttlAttribute]?.N, due);
    if (records.length < 1_000) return;
  }
}

async function sweepDue({ sweep, onSwept }: ExpiryOptions, due: Set<number>): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  // In DynamoDB an item has expired when its time is in the past.
  const past = [...due].filter((second) => second < now);
  if (past.length === 0) return;
  await sweep();
  for (const second of past) due.delete(second);
  onSwept();
}

function note(ttl: string | undefined, due: Set<number>): void {
  if (ttl !== undefined) due.add(Math.floor(Number(ttl)));
}

/** Without a limit, dynoxide reads all of the rest of the table for each page, and no other request in the meantime. */
const PAGE_ITEMS = 250;

async function* pages({ call, tableName, ttlAttribute }: ExpiryOptions): AsyncGenerator<Page> {
  let from: object | undefined;
  do {
    const page: Page = await call<Page>('Scan', {
      TableName: tableName,
      Limit: PAGE_ITEMS,
      ProjectionExpression: '#ttl',
      ExpressionAttributeNames: { '#ttl': ttlAttribute },
      ...(from && { ExclusiveStartKey: from }),
    });
    yield page;
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

async function noteKnown(options: ExpiryOptions, due: Set<number>): Promise<void> {
  for await (const { Items } of pages(options)) {
    for (const item of Items) note(item[options.ttlAttribute]?.N, due);
  }
}
