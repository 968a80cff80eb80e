import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { condition } from './condition.ts';
import { cancelled, conditionFailed, invalid } from './errors.ts';
import { type Placeholders, Scope } from './operands.ts';
import type { Key, State } from './state.ts';
import { update } from './update.ts';
import type { Item } from './value.ts';

/** A Put, Update or Delete, alone or within a transaction. */
export interface WriteInput extends Placeholders {
  readonly Item?: Item | undefined;
  readonly Key?: Item | undefined;
  readonly UpdateExpression?: string | undefined;
  readonly ConditionExpression?: string | undefined;
  readonly ReturnValues?: string | undefined;
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined;
}

export type WriteKind = 'Put' | 'Update' | 'Delete';

interface Prepared {
  readonly key: Key;
  readonly before: Item | undefined;
  readonly passes: boolean;
  readonly after: () => Item | undefined;
}

/** The effect that a write would have now. */
function prepare(state: State, kind: WriteKind, input: WriteInput): Prepared {
  const { Item, Key, UpdateExpression, ConditionExpression } = input;
  const { pk, sk } = (kind === 'Put' ? Item : Key) as Item;
  if (typeof pk !== 'string' || typeof sk !== 'string' || pk === '' || sk === '') {
    throw invalid(`no key: ${JSON.stringify({ pk, sk })}`);
  }
  const key = { pk, sk };
  const scope = new Scope(input);
  const passes = condition(ConditionExpression, scope);
  const change = kind === 'Update' ? update(UpdateExpression, scope) : undefined;
  scope.checkAllUsed();
  const before = state.get(key);
  return {
    key,
    before,
    passes: passes(before ?? {}),
    after: () => (change ? change(before ?? key) : kind === 'Put' ? Item : undefined),
  };
}

export function write(state: State, kind: WriteKind, input: WriteInput) {
  const { key, before, passes, after } = prepare(state, kind, input);
  if (!passes) {
    const wantsItem = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
    throw conditionFailed(wantsItem ? before : undefined);
  }
  const { ReturnValues = 'NONE' } = input;
  state.set(key, after());
  if (ReturnValues === 'NONE') return {};
  if (ReturnValues === 'ALL_OLD') return before ? { Attributes: before } : {};
  if (ReturnValues !== 'ALL_NEW') throw invalid(`the fake table does not know ReturnValues ${ReturnValues}`);
  return { Attributes: state.get(key) };
}

/** All or nothing. */
export function transact(state: State, { TransactItems = [] }: TransactWriteCommandInput) {
  const prepared = TransactItems.map((item) => {
    const [[kind, input] = [], ...more] = Object.entries(item);
    if (more.length > 0 || (kind !== 'Put' && kind !== 'Update' && kind !== 'Delete')) {
      throw invalid(`the fake table does not know ${kind} in a transaction`);
    }
    return prepare(state, kind, input as WriteInput);
  });
  const keys = prepared.map(({ key }) => `${key.pk}\n${key.sk}`);
  if (new Set(keys).size < keys.length) throw invalid('a transaction names one item twice');
  if (prepared.some(({ passes }) => !passes)) {
    throw cancelled(prepared.map(({ passes }) => (passes ? 'None' : 'ConditionalCheckFailed')));
  }
  for (const { key, after } of prepared) state.set(key, after());
  return {};
}
