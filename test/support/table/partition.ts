import { compareText, type Item, same } from './value.ts';

/** AWS says "usually within one second". An eventually consistent read is never further behind than this here. */
const MOST_BEHIND_MS = 5_000;

interface Former {
  readonly at: number;
  readonly sk: string;
  readonly item: Item | undefined;
}

/**
 * The items of one partition key, and their states before the last writes, which eventually consistent reads may see.
 */
export class Partition {
  readonly #items = new Map<string, Item>();
  readonly #former: Former[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The item as it was `lag` writes ago. */
  get(sk: string, lag = 0): Item | undefined {
    const undone = this.#undone(lag).find((former) => former.sk === sk);
    return undone ? undone.item : this.#items.get(sk);
  }

  /** All items in the order of their sort keys, as they were `lag` writes ago. */
  sorted(lag = 0): Item[] {
    const items = new Map(this.#items);
    for (const { sk, item } of this.#undone(lag).reverse()) {
      if (item) items.set(sk, item);
      else items.delete(sk);
    }
    return [...items.entries()].sort(([one], [other]) => compareText(one, other)).map(([, item]) => item);
  }

  /** Returns false if the write changes nothing. The stream then has no record of it. */
  set(sk: string, item: Item | undefined): boolean {
    const before = this.#items.get(sk);
    if (same(before, item)) return false;
    this.#former.push({ at: this.#now(), sk, item: before });
    if (item) this.#items.set(sk, item);
    else this.#items.delete(sk);
    return true;
  }

  /** Oldest first: the first write of an item has its oldest state. */
  #undone(lag: number): Former[] {
    const recent = this.#now() - MOST_BEHIND_MS;
    return lag === 0 ? [] : this.#former.slice(-lag).filter(({ at }) => at >= recent);
  }
}
