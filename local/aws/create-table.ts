import type { TableSpec } from '../model.ts';
import { type EngineCall, EngineError } from './engine-call.ts';

interface TableDescription {
  readonly Table: {
    readonly KeySchema: readonly { AttributeName: string; KeyType: string }[];
    readonly LatestStreamArn?: string;
  };
}

interface TimeToLive {
  readonly TimeToLiveDescription: { TimeToLiveStatus: string; AttributeName?: string };
}

/**
 * Creates the table of a template if it does not exist.
 *
 * @returns the engine's ARN of the stream
 * @throws Error if the table exists with other keys or without a stream
 */
export async function createTable(call: EngineCall, spec: TableSpec): Promise<string | undefined> {
  const description = (await describe(call, spec.name)) ?? (await create(call, spec));
  const keys = description.Table.KeySchema.map((key) => key.AttributeName);
  if (keys[0] !== spec.partitionKey || keys[1] !== spec.sortKey) {
    throw new Error(
      `the table ${spec.name} exists with other keys (${keys}): delete the local state to create it again`,
    );
  }
  const streamArn = description.Table.LatestStreamArn;
  if (spec.streamView !== undefined && streamArn === undefined) {
    throw new Error(
      `the table ${spec.name} exists without a stream: delete the local state to create it again`,
    );
  }
  await enableTtl(call, spec);
  return streamArn;
}

async function describe(call: EngineCall, name: string): Promise<TableDescription | undefined> {
  try {
    return await call<TableDescription>('DescribeTable', { TableName: name });
  } catch (error) {
    if (error instanceof EngineError && error.code === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

async function create(call: EngineCall, spec: TableSpec): Promise<TableDescription> {
  const { partitionKey, sortKey, streamView } = spec;
  await call('CreateTable', {
    TableName: spec.name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [partitionKey, sortKey].map((name) => ({
      AttributeName: name,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    ...(streamView && { StreamSpecification: { StreamEnabled: true, StreamViewType: streamView } }),
  });
  return call<TableDescription>('DescribeTable', { TableName: spec.name });
}

async function enableTtl(call: EngineCall, { name, ttlAttribute }: TableSpec): Promise<void> {
  if (ttlAttribute === undefined) return;
  const { TimeToLiveDescription: now } = await call<TimeToLive>('DescribeTimeToLive', { TableName: name });
  if (now.TimeToLiveStatus === 'ENABLED' && now.AttributeName === ttlAttribute) return;
  await call('UpdateTimeToLive', {
    TableName: name,
    TimeToLiveSpecification: { Enabled: true, AttributeName: ttlAttribute },
  });
}
