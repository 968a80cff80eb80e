import { Partition } from './partition.ts';
import { copy, type Item } from './value.ts';

export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/** The effect of one write on one item. */
export interface Written {
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** A Query reads at most this much, for any limit. */
const PAGE_BYTES = 1024 * 1024;

interface Options {
  readonly onWrite?: (written: Written) => void;
  readonly now?: () => number;
  /** Smaller than DynamoDB's, so that Queries end early without megabytes of data. */
  readonly pageBytes?: number | undefined;
}

/** The table's items. It reports each effective write, in order. */
export class State {
  readonly #partitions = new Map<string, Partition>();
  readonly #onWrite: (written: Written) => void;

  readonly #now: () => number;
  readonly pageBytes: number;

  constructor({ onWrite = () => undefined, now = Date.now, pageBytes = PAGE_BYTES }: Options = {}) {
    this.#onWrite = onWrite;
    this.#now = now;
    this.pageBytes = pageBytes;
  }

  get({ pk, sk }: Key, lag = 0): Item | undefined {
    return copy(this.#partitions.get(pk)?.get(sk, lag));
  }

  /** The items of a partition, sorted. They are not copies. */
  partition(pk: string, lag = 0): readonly Item[] {
    return this.#partitions.get(pk)?.sorted(lag) ?? [];
  }

  set({ pk, sk }: Key, item: Item | undefined): void {
    let partition = this.#partitions.get(pk);
    if (!partition) {
      partition = new Partition(this.#now);
      this.#partitions.set(pk, partition);
    }
    const before = partition.get(sk);
    const after = copy(item);
    if (partition.set(sk, after)) this.#onWrite({ key: { pk, sk }, before, after });
  }

  partitionKeys(): readonly string[] {
    return [...this.#partitions.keys()];
  }

  /** Deletes expired items, as DynamoDB's TTL does sooner or later. The stream reports it like any other deletion. */
  expire(nowSeconds: number): void {
    for (const pk of this.#partitions.keys()) {
      for (const { sk, ttl } of this.partition(pk)) {
        if (typeof ttl === 'number' && ttl < nowSeconds) this.set({ pk, sk: sk as string }, undefined);
      }
    }
  }
}
