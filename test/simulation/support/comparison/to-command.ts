import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { Place, RawCommand, Write } from './raw-commands.ts';

export const TABLE = 'parley';

/** The command of the SDK, in partitions with this prefix. */
export function toCommand(raw: RawCommand, prefix: string): object {
  const keyOf = ({ pk, sk }: Place) => ({ pk: prefix + pk, sk });
  switch (raw.kind) {
    case 'put':
      return new PutCommand(inputOf(raw, prefix) as ConstructorParameters<typeof PutCommand>[0]);
    case 'update':
      return new UpdateCommand(inputOf(raw, prefix) as ConstructorParameters<typeof UpdateCommand>[0]);
    case 'delete':
      return new DeleteCommand(inputOf(raw, prefix) as ConstructorParameters<typeof DeleteCommand>[0]);
    case 'get':
      return new GetCommand({ TableName: TABLE, Key: keyOf(raw.place), ConsistentRead: true });
    case 'query':
      return toQuery(raw, prefix + raw.pk);
    case 'batch-get':
      return new BatchGetCommand({ RequestItems: { [TABLE]: { Keys: raw.places.map(keyOf) } } });
    case 'batch-write':
      return new BatchWriteCommand({
        RequestItems: {
          [TABLE]: raw.places.map((place, i) =>
            i % 2 === 0
              ? { PutRequest: { Item: { ...keyOf(place), a: i } } }
              : { DeleteRequest: { Key: keyOf(place) } },
          ),
        },
      });
    case 'transact': {
      const names = { put: 'Put', update: 'Update', delete: 'Delete' } as const;
      const TransactItems = raw.writes.map((one) => {
        const { ReturnValues: _, ReturnValuesOnConditionCheckFailure: __, ...input } = inputOf(one, prefix);
        return { [names[one.kind]]: input };
      });
      return new TransactWriteCommand({ TransactItems } as ConstructorParameters<
        typeof TransactWriteCommand
      >[0]);
    }
  }
}

function inputOf(write: Write, prefix: string): Record<string, unknown> {
  const { place, condition, value } = write;
  const key = { pk: prefix + place.pk, sk: place.sk };
  const text = `${condition} ${write.kind === 'update' ? write.update : ''}`;
  const values = {
    ...(text.includes(':value') && { ':value': value }),
    ...(text.includes(':one') && { ':one': 1 }),
  };
  return {
    TableName: TABLE,
    ...(write.kind === 'put' ? { Item: { ...write.item, ...key } } : { Key: key }),
    ...(write.kind === 'update' && {
      UpdateExpression: write.update,
      ReturnValues: write.wantsNew ? 'ALL_NEW' : 'NONE',
    }),
    ...(condition !== undefined && {
      ConditionExpression: condition,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function toQuery(raw: RawCommand & { kind: 'query' }, pk: string): object {
  const { range, limit, backwards, start } = raw;
  const isBetween = Array.isArray(range);
  const clause =
    range === undefined ? '' : isBetween ? ' AND sk BETWEEN :low AND :high' : ' AND begins_with(sk, :prefix)';
  return new QueryCommand({
    TableName: TABLE,
    ConsistentRead: true,
    KeyConditionExpression: `pk = :pk${clause}`,
    ExpressionAttributeValues: {
      ':pk': pk,
      ...(isBetween ? { ':low': range[0], ':high': range[1] } : range !== undefined && { ':prefix': range }),
    },
    ScanIndexForward: !backwards,
    Limit: limit,
    // DynamoDB refuses a start outside the range. The code never sends one.
    ExclusiveStartKey: start !== undefined && range === undefined ? { pk, sk: start } : undefined,
  });
}
