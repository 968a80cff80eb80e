const SURROGATE = /[\ud800-\udfff]/;

export type Item = Readonly<Record<string, unknown>>;

/** A deep copy without undefined attributes, because marshalling drops them. */
export function copy<T>(value: T): T {
  if (value instanceof Uint8Array) return Uint8Array.from(value) as T;
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, copy(part)])) as T;
}

/** Whether two values are the same attribute value. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof Uint8Array || other instanceof Uint8Array) {
    return one instanceof Uint8Array && other instanceof Uint8Array && Buffer.compare(one, other) === 0;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [Object.entries(one), other as Record<string, unknown>];
  return left.length === Object.keys(right).length && left.every(([key, part]) => same(part, right[key]));
}

/** DynamoDB sorts strings by their bytes in UTF-8. */
export function compareText(one: string, other: string): number {
  // UTF-16 sorts differently only if there are surrogates.
  if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other ? -1 : one > other ? 1 : 0;
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Below 0, 0, or above 0. Undefined for types that DynamoDB does not order. */
export function compare(one: unknown, other: unknown): number | undefined {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  if (typeof one === 'string' && typeof other === 'string') return compareText(one, other);
  return undefined;
}
