import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { invalid } from './errors.ts';
import { Scope } from './operands.ts';
import type { State } from './state.ts';
import { compareText, copy, type Item } from './value.ts';

const KEY_CONDITION =
  /^pk = (?<pk>:\w+)(?: AND begins_with\(sk, (?<prefix>:\w+)\)| AND sk BETWEEN (?<low>:\w+) AND (?<high>:\w+))?$/;

export function query(state: State, input: QueryCommandInput, lag: number) {
  const { ScanIndexForward = true, Limit = Number.POSITIVE_INFINITY, ExclusiveStartKey } = input;
  const { pk, contains } = keyCondition(input);
  const inRange = state.partition(pk, lag).filter(({ sk }) => contains(sk as string));
  const ordered = ScanIndexForward ? inRange : inRange.toReversed();
  const isBehindStart = ({ sk }: Item) => {
    const order = compareText(sk as string, ExclusiveStartKey?.sk);
    return ScanIndexForward ? order > 0 : order < 0;
  };
  const left = ExclusiveStartKey ? ordered.filter(isBehindStart) : ordered;
  const Items: Item[] = [];
  let bytes = 0;
  // It stops at a limit without checking whether more items follow, as DynamoDB does.
  while (Items.length < left.length && Items.length < Limit && bytes < state.pageBytes) {
    const item = left[Items.length] as Item;
    bytes += sizeOf(item);
    Items.push(copy(item));
  }
  const last = Items.at(-1);
  const isCut = Items.length >= Limit || bytes >= state.pageBytes;
  return {
    ...(input.Select !== 'COUNT' && { Items }),
    Count: Items.length,
    ScannedCount: Items.length,
    ...(isCut && last && { LastEvaluatedKey: { pk: last.pk, sk: last.sk } }),
  };
}

function keyCondition(input: QueryCommandInput) {
  const { KeyConditionExpression = '', FilterExpression, ProjectionExpression, IndexName } = input;
  const names = KEY_CONDITION.exec(KeyConditionExpression)?.groups;
  if (!names || FilterExpression || ProjectionExpression || IndexName) {
    throw invalid(`the fake table does not know this Query: ${JSON.stringify(input)}`);
  }
  const scope = new Scope(input);
  const text = (token: string) => scope.value(token) as string;
  const pk = text(names.pk as string);
  const prefix = names.prefix && text(names.prefix);
  const range = names.low && names.high ? ([text(names.low), text(names.high)] as const) : undefined;
  scope.checkAllUsed();
  if (range && compareText(...range) > 0) throw invalid('BETWEEN with its bounds in the wrong order');
  return {
    pk,
    contains: (sk: string) =>
      prefix !== undefined
        ? sk.startsWith(prefix)
        : !range || (compareText(sk, range[0]) >= 0 && compareText(sk, range[1]) <= 0),
  };
}

/** Close enough to DynamoDB's own size to decide when a page is full. */
function sizeOf(item: Item): number {
  return Buffer.byteLength(JSON.stringify(item));
}
