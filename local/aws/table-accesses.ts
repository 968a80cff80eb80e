import { arn } from '../assembly/account.ts';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { Access } from './access-control.ts';

type Item = Readonly<Record<string, { readonly S?: string } | undefined>>;

interface Keyed {
  readonly TableName?: string;
  readonly Key?: Item;
  readonly Item?: Item;
}

type TransactItem = Readonly<Record<string, Keyed | undefined>>;

/** The members of DynamoDB's requests that name tables and keys. */
export interface TableInput extends Keyed {
  readonly KeyConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly RequestItems?: Readonly<Record<string, unknown>>;
  readonly TransactItems?: readonly TransactItem[];
}

/** The action for each kind of item in a transaction. */
const transactActions: Readonly<Record<string, string>> = {
  Get: 'GetItem',
  Put: 'PutItem',
  Update: 'UpdateItem',
  Delete: 'DeleteItem',
  ConditionCheck: 'ConditionCheckItem',
};

/**
 * The permissions that a request to DynamoDB needs.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html and
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 *
 * @param partitionKey the name of the table's partition key
 */
export function tableAccesses(
  operation: string,
  input: TableInput,
  partitionKey: string,
  assumed: Assumed = nothingAssumed,
): Access[] {
  const keyOf = ({ Key, Item }: Keyed) => textOf((Key ?? Item)?.[partitionKey]);
  const access = (action: string, table: string | undefined, keys: readonly string[] | undefined) => ({
    action: `dynamodb:${action}`,
    resource: tableArn(table),
    leadingKeys: keys,
  });
  const one = (action: string, keyed: Keyed) => access(action, keyed.TableName, all([keyOf(keyed)]));
  const inTransaction = (action: string, keyed: Keyed) =>
    assumed.has('no-leading-keys-in-transactions') ? access(action, keyed.TableName, []) : one(action, keyed);

  switch (operation) {
    case 'GetItem':
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem':
      return [one(operation, input)];
    case 'Query':
      return [access(operation, input.TableName, all([queriedKey(input, partitionKey)]))];
    case 'Scan':
      return [access(operation, input.TableName, [])];
    case 'TransactGetItems':
    case 'TransactWriteItems':
      return (input.TransactItems ?? []).flatMap((item) =>
        Object.entries(item).map(([member, keyed = {}]) =>
          inTransaction(transactActions[member] ?? member, keyed),
        ),
      );
    case 'BatchGetItem':
      return Object.entries(input.RequestItems ?? {}).map(([table, asked]) => {
        const { Keys = [] } = asked as { readonly Keys?: readonly Item[] };
        return access(operation, table, all(Keys.map((Key) => keyOf({ Key }))));
      });
    case 'BatchWriteItem':
      return Object.entries(input.RequestItems ?? {}).map(([table, asked]) => {
        const requests = (asked as readonly TransactItem[]).flatMap((request) => Object.values(request));
        return access(operation, table, all(requests.map((request) => request && keyOf(request))));
      });
    default:
      // The keys of other operations are unknown, so a statement with a condition on keys does not cover them.
      return [access(operation, input.TableName, undefined)];
  }
}

/** All keys, or undefined if one of them is unknown. */
function all(keys: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = keys.filter((key) => key !== undefined);
  return known.length === keys.length ? known : undefined;
}

/** The value in `pk = :value`, anywhere in the expression. DynamoDB accepts no other condition on a partition key. */
function queriedKey(input: TableInput, partitionKey: string): string | undefined {
  const {
    KeyConditionExpression = '',
    ExpressionAttributeNames = {},
    ExpressionAttributeValues = {},
  } = input;
  for (const [, name = '', value = ''] of KeyConditionExpression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)) {
    if ((ExpressionAttributeNames[name] ?? name) === partitionKey) {
      return textOf(ExpressionAttributeValues[value]);
    }
  }
  return undefined;
}

function textOf(value: Item[string]): string | undefined {
  return typeof value?.S === 'string' ? value.S : undefined;
}

/** Requests may name a table by its ARN. */
function tableArn(table: string | undefined): string {
  if (table === undefined) return '*';
  return table.startsWith('arn:') ? table : arn('dynamodb', `table/${table}`);
}
