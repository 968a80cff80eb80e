import fc from 'fast-check';

interface Conditional {
  readonly condition: string | undefined;
  readonly value: unknown;
}

export interface Place {
  readonly pk: string;
  readonly sk: string;
}

export type Write = Conditional & { readonly place: Place } & (
    | { readonly kind: 'put'; readonly item: Record<string, unknown> }
    | { readonly kind: 'update'; readonly update: string; readonly wantsNew: boolean }
    | { readonly kind: 'delete' }
  );

export type RawCommand =
  | Write
  | { readonly kind: 'get'; readonly place: Place }
  | {
      readonly kind: 'query';
      readonly pk: string;
      readonly range: readonly [string, string] | string | undefined;
      readonly limit: number | undefined;
      readonly backwards: boolean;
      readonly start: string | undefined;
    }
  | { readonly kind: 'batch-get'; readonly places: readonly Place[] }
  | { readonly kind: 'batch-write'; readonly places: readonly Place[] }
  | { readonly kind: 'transact'; readonly writes: readonly Write[] };

/** No two differ only in letter case: dynoxide's `begins_with` ignores case, DynamoDB's does not. */
const SORT_KEYS = ['A#1', 'A#2', 'A#3', 'B', 'B#', 'c', 'é', '\u{1f600}', '\uffee'];
const pk = fc.constantFrom('x', 'y');
const sk = fc.constantFrom(...SORT_KEYS);
const place = fc.record({ pk, sk });
const value = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.constantFrom('', 'a', 'b'), fc.boolean());
const item = fc.record(
  { a: value, b: value, c: fc.uint8Array({ minLength: 1, maxLength: 3 }) },
  { requiredKeys: [] },
);

const comparison = fc.constantFrom('=', '<>', '<', '<=', '>', '>=').map((sign) => `a ${sign} :value`);
const term = fc.oneof(
  comparison,
  fc.constantFrom(
    'attribute_exists(pk)',
    'attribute_not_exists(pk)',
    'attribute_exists(b)',
    'attribute_not_exists(a)',
  ),
);
const condition = fc.oneof(
  fc.constant(undefined),
  term,
  fc
    .tuple(term, fc.constantFrom('AND', 'OR'), term, fc.constantFrom('AND', 'OR'), term)
    .map((parts) => parts.join(' ')),
);
const conditional = { condition, value, place };
const update = fc.constantFrom(
  'SET a = :value',
  'SET a = :value, b = :value',
  'SET a = :value REMOVE b',
  'SET a = if_not_exists(a, :value)',
  'SET b = if_not_exists(a, :value), c = :value',
  'REMOVE a',
  'ADD n :one',
  'SET a = :value ADD n :one',
);

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), item, ...conditional }),
  fc.record({ kind: fc.constant('update' as const), update, wantsNew: fc.boolean(), ...conditional }),
  fc.record({ kind: fc.constant('delete' as const), ...conditional }),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const range = fc.oneof(fc.constantFrom('A#', 'B', 'é'), fc.tuple(sk, sk));

export const rawCommands: fc.Arbitrary<readonly RawCommand[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: write },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('get' as const), place }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('query' as const),
        pk,
        range: optional(range),
        limit: optional(fc.integer({ min: 1, max: 4 })),
        backwards: fc.boolean(),
        start: optional(sk),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constantFrom('batch-get' as const, 'batch-write' as const),
        places: fc.array(place, { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('transact' as const),
        writes: fc.array(write, { minLength: 1, maxLength: 3 }),
      }),
    },
  ),
  { maxLength: 25, size: 'max' },
);
