import { compareText, type Item, same } from './value.ts';

/** "Usually within one second", says AWS; an eventually consistent read is never further behind than this. */
const MOST_BEHIND_MS = 5_000;

interface Former {
  readonly at: number;
  readonly sk: string;
  readonly item: Item | undefined;
}

/** The items of one partition key, and what they were before the last writes: an eventually consistent read may see those. */
export class Partition {
  readonly #items = new Map<string, Item>();
  readonly #former: Former[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** As it was `lag` writes ago. */
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

  /** False when it changes nothing: then the stream says nothing either. */
  set(sk: string, item: Item | undefined): boolean {
    const before = this.#items.get(sk);
    if (same(before, item)) return false;
    this.#former.push({ at: this.#now(), sk, item: before });
    if (item) this.#items.set(sk, item);
    else this.#items.delete(sk);
    return true;
  }

  /** Oldest first: of several writes of one item the first tells what it was. */
  #undone(lag: number): Former[] {
    const recent = this.#now() - MOST_BEHIND_MS;
    return lag === 0 ? [] : this.#former.slice(-lag).filter(({ at }) => at >= recent);
  }
}
