import { type EngineCall, EngineError } from '../engine-call.ts';

type AttributeValue = { readonly S?: string; readonly N?: string } & Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, AttributeValue>>;

/** A record as in GetRecords, and as Lambda passes it to a function. */
export interface StreamRecord {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly dynamodb: {
    readonly Keys: Item;
    readonly NewImage?: Item;
    readonly OldImage?: Item;
    readonly SequenceNumber: string;
  };
}

export interface StreamReader {
  /** The next records; an empty list if there are none yet. */
  read(limit: number): Promise<StreamRecord[]>;
}

/** The starting position: after a sequence number, at the oldest record, or after the newest. */
export type Start = { readonly after: string } | 'TRIM_HORIZON' | 'LATEST';

/** Reads the last shard of a table's stream. dynoxide has only one shard. */
export async function streamReader(call: EngineCall, streamArn: string, start: Start): Promise<StreamReader> {
  let position = start;
  let iterator = await iteratorAt(call, streamArn, position);

  return {
    async read(limit) {
      let page: { Records: StreamRecord[]; NextShardIterator?: string };
      try {
        page = await call('GetRecords', { ShardIterator: iterator, Limit: Math.min(limit, 1_000) });
      } catch (error) {
        // A shard iterator expires after 15 minutes.
        if (!(error instanceof EngineError) || error.code !== 'ExpiredIteratorException') throw error;
        iterator = await iteratorAt(call, streamArn, position);
        return [];
      }
      const last = page.Records.at(-1);
      if (last !== undefined) position = { after: last.dynamodb.SequenceNumber };
      iterator = page.NextShardIterator ?? (await iteratorAt(call, streamArn, position));
      return page.Records;
    },
  };
}

async function iteratorAt(call: EngineCall, streamArn: string, start: Start): Promise<string> {
  const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>(
    'DescribeStream',
    { StreamArn: streamArn },
  );
  const from =
    typeof start === 'string'
      ? { ShardIteratorType: start }
      : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: start.after };
  const { ShardIterator } = await call<{ ShardIterator: string }>('GetShardIterator', {
    StreamArn: streamArn,
    ShardId: StreamDescription.Shards.at(-1)?.ShardId,
    ...from,
  });
  return ShardIterator;
}
