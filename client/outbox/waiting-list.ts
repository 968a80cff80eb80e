import type { StoredMessage } from '../contract/http-types.ts';
import { type SharedStore, type Waiting, writerOf } from './outbox-store.ts';

export interface WaitingListOptions {
  readonly store: SharedStore;
  /** The store is being read. */
  readonly isLoading: () => boolean;
  /** Something has changed in a conversation. `stored` is set if a message of it has been stored. */
  readonly onChange: (conversation: string, stored?: StoredMessage) => void;
}

/** Unique across users: two users may use the same `client_id`. */
const keyOf = (writerId: string, clientId: string | undefined) => `${writerId} ${clientId}`;

/** What waits of one kind, messages or changes, in the order of their times. */
export function createWaitingList<T extends Waiting>({ store, isLoading, onChange }: WaitingListOptions) {
  let waiting: readonly T[] = [];
  /** What was sent or discarded while the store was being read. The result must not bring it back. */
  const settled = new Set<string>();
  /** Counts users: work that began for an earlier user stops. */
  let generation = 0;

  const get = (clientId: string) => waiting.find((one) => one.clientId === clientId);

  const settle = (writerId: string, clientId: string | undefined) => {
    if (isLoading()) settled.add(keyOf(writerId, clientId));
  };

  const forget = ({ clientId, conversation }: T, stored?: StoredMessage) => {
    waiting = waiting.filter((one) => one.clientId !== clientId);
    onChange(conversation, stored);
  };

  const take = (one: T) => {
    const { clientId } = one;
    settled.delete(keyOf(writerOf(one), clientId));
    waiting = get(clientId)
      ? waiting.map((before) => (before.clientId === clientId ? one : before))
      : [...waiting, one];
    onChange(one.conversation);
  };

  const put = async (one: T) => {
    take(one);
    await store.put(one);
  };

  return {
    get all() {
      return waiting;
    },
    of: (conversation: string) => waiting.filter((one) => one.conversation === conversation),
    get,
    settle,
    drop(one: T, stored?: StoredMessage): void {
      settle(writerOf(one), one.clientId);
      store.remove(one);
      forget(one, stored);
    },
    /** Takes one from the store. */
    take,
    /** Adds one, or replaces the one with the same id. Resolves when it is stored. */
    put,
    /**
     * Changes the stored version of one that still waits. Resolves with undefined if another tab has sent or discarded it, or if the
     * user has changed it meanwhile.
     */
    async update(one: T, next: (stored: T) => T | undefined): Promise<T | undefined> {
      const mine = generation;
      const before = get(one.clientId);
      const now = before && (await store.update(one, next));
      if (!before || mine !== generation || get(one.clientId) !== before) return undefined;
      if (now) take(now);
      else forget(before);
      return now;
    },
    /** Changes one at once here. Then changes the stored version in the same way, which may be that of another tab. */
    async change(clientId: string, next: (before: T | undefined) => T | undefined): Promise<void> {
      const mine = generation;
      const before = get(clientId);
      const now = next(before);
      const one = now ?? before;
      if (!one) return;
      if (now) take(now);
      else {
        settle(writerOf(one), clientId);
        forget(one);
      }
      const found = await store.update(one, next, now ?? next(undefined));
      if (mine !== generation || get(clientId) !== now) return;
      if (found) take(found);
      else if (now) forget(now);
    },
    /** The store decides: what is gone was sent or discarded by another tab, and what is new was left by another tab. */
    merge(found: readonly T[]): void {
      const added = new Map(found.map((one) => [one.clientId, one]));
      for (const one of found) {
        if (settled.has(keyOf(writerOf(one), one.clientId)) && added.delete(one.clientId)) store.remove(one);
      }
      const before = waiting.filter(({ clientId }) => !store.isGone(clientId, found));
      const touched = new Set([...waiting, ...added.values()].map((one) => one.conversation));
      for (const { clientId } of before) added.delete(clientId);
      waiting = [...before, ...added.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
      for (const conversation of touched) onChange(conversation);
    },
    /** The store has been read. */
    endLoading: () => settled.clear(),
    reset(): void {
      generation += 1;
      waiting = [];
    },
  };
}
