import { marshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import type { Written } from './state.ts';
import type { Item } from './value.ts';

/** Writes of one partition key stay in order within a shard. Shards are independent. */
export const SHARDS = 3;

/** The table's stream: all writes, in order by shard, for any number of readers. */
export class Stream {
  readonly shards: readonly Written[][] = Array.from({ length: SHARDS }, () => []);

  readonly add = (written: Written): void => {
    this.shards[shardOf(written.key.pk)]?.push(written);
  };
}

function shardOf(pk: string): number {
  let hash = 0;
  for (let i = 0; i < pk.length; i += 1) hash = (Math.imul(hash, 31) + pk.charCodeAt(i)) | 0;
  return (hash >>> 0) % SHARDS;
}

export function eventNameOf({ before, after }: Written): 'INSERT' | 'MODIFY' | 'REMOVE' {
  if (!after) return 'REMOVE';
  return before ? 'MODIFY' : 'INSERT';
}

/** A record as Lambda passes it: binary values are in base64, because the event is JSON. */
export function toRecord(written: Written, sequenceNumber: string): DynamoDBRecord {
  const { key, before, after } = written;
  return {
    eventName: eventNameOf(written),
    dynamodb: {
      Keys: image({ ...key }),
      ...(before && { OldImage: image(before) }),
      ...(after && { NewImage: image(after) }),
      SequenceNumber: sequenceNumber,
    },
  };
}

/** An item as an event has it. */
export function image(item: Item) {
  return JSON.parse(JSON.stringify(marshall(item, { removeUndefinedValues: true }), base64));
}

function base64(_: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  const { type, data } = (value ?? {}) as { readonly type?: unknown; readonly data?: readonly number[] };
  // JSON has made this of a Buffer already.
  return type === 'Buffer' && Array.isArray(data) ? Buffer.from(data).toString('base64') : value;
}
