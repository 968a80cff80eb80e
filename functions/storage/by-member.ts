import type { Conversation } from '../core/conversations/conversation.ts';
import type { ByMember } from '../core/messages/message.ts';
import type { SendRate } from '../core/messages/send-rates.ts';
import type { ReadReceipt } from '../core/receipts/receipt.ts';
import { fromSigned, packNumbers, toSigned, unpackNumbers } from './packed-numbers.ts';

/**
 * What an entry of a log and a summary store about each member. A pair has a map by member number. A group may have a hundred
 * members: packed, their numbers fit beside a message of 200 characters into the 1 KB of one WRU.
 */
export interface MemberForms {
  readonly counts: Form<number>;
  readonly receipts: Form<ReadReceipt>;
  /** Of an entry of this time. */
  rates(createdAt: string): Form<SendRate>;
}

interface Form<T> {
  store(values: ByMember<T>): unknown;
  read(stored: unknown): ByMember<T>;
}

export function formsIn({ kind }: Pick<Conversation, 'kind'>): MemberForms {
  return kind === 'pair' ? MAPS : PACKED;
}

/** A map by member number. */
function map<T, S>(store: (value: T) => S, read: (stored: S) => T): Form<T> {
  return {
    store: (values) => mapMembers(values, store),
    read: (stored) => mapMembers((stored ?? {}) as ByMember<S>, read),
  };
}

const MAPS: MemberForms = {
  counts: map(
    (count) => count,
    (count: number) => count,
  ),
  receipts: map(
    ({ seq, others }): readonly [number, number] => [seq, others],
    ([seq, others]) => ({ seq, others }),
  ),
  rates: () =>
    map(
      ({ since, count }): readonly [number, number] => [since, count],
      ([since, count]) => ({ since, count }),
    ),
};

const PACKED: MemberForms = {
  // A member who has sent nothing counts 0.
  counts: {
    store: (counts) => packNumbers(upToLast(counts).map((number) => counts[number] ?? 0)),
    read: (stored) =>
      Object.fromEntries(
        unpackNumbers(stored).flatMap((count, number) => (count > 0 ? [[number, count]] : [])),
      ),
  },
  receipts: {
    store: (receipts) =>
      packNumbers(
        upToLast(receipts).flatMap((number) => [receipts[number]?.seq ?? 0, receipts[number]?.others ?? 0]),
      ),
    read: (stored) =>
      Object.fromEntries(
        chunks(unpackNumbers(stored), 2).flatMap(([seq = 0, others = 0], number) =>
          seq > 0 ? [[number, { seq, others }]] : [],
        ),
      ),
  },
  // Few members have sent something lately, so each comes with their number. A time is the seconds before the entry, which is near.
  rates(createdAt) {
    const now = Math.floor(Date.parse(createdAt) / 1000);
    return {
      store: (rates) =>
        packNumbers(
          Object.entries(rates).flatMap(([number, { since, count }]) => [
            Number(number),
            fromSigned(now - since),
            count,
          ]),
        ),
      read: (stored) =>
        Object.fromEntries(
          chunks(unpackNumbers(stored), 3).map(([number = 0, before = 0, count = 0]) => [
            number,
            { since: now - toSigned(before), count },
          ]),
        ),
    };
  },
};

/** All member numbers up to the last one that has a value. */
function upToLast(values: ByMember<unknown>): readonly number[] {
  const last = Math.max(-1, ...Object.keys(values).map(Number));
  return Array.from({ length: last + 1 }, (_, number) => number);
}

function chunks<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: list.length / size }, (_, i) => list.slice(i * size, (i + 1) * size));
}

function mapMembers<T, S>(values: ByMember<T>, change: (value: T) => S): ByMember<S> {
  return Object.fromEntries(Object.entries(values).map(([member, value]) => [member, change(value)]));
}
