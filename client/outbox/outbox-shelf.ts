import type { OutboxStore, Unsent } from './outbox-store.ts';

/** Browsers have been seen never to answer. */
const ANSWER_MS = 3_000;

async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error('The store did not answer in time.')), ANSWER_MS);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(deadline));
}

/**
 * The outbox's store as all tabs of a user share it. What one of them has removed, since it was stored or discarded, is gone
 * for the others as well: they ask before they keep it again. A store that fails is none, and nothing waits for it.
 */
export function createShelf(store: OutboxStore) {
  /** Of these the store has had a copy: where there is none, another tab has removed it. */
  const kept = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other, whatever becomes of the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const mine = last.then(() => inTime(work)).catch(() => undefined);
    last = mine;
    return mine;
  };

  const put = (unsent: Unsent) =>
    inTurn(async () => {
      await store.put(unsent);
      kept.add(unsent.clientId);
    });

  /** Of this user; undefined when it cannot be known. */
  const all = (userId: string) =>
    inTurn(async () => {
      const found = (await store.load()).filter((one) => one.userId === userId);
      for (const { clientId } of found) kept.add(clientId);
      return found;
    });

  const isGone = (clientId: string, found: readonly Unsent[]) =>
    kept.has(clientId) && !found.some((one) => one.clientId === clientId);

  return {
    put,
    all,
    isGone,
    remove(clientId: string): void {
      void inTurn(async () => {
        kept.delete(clientId);
        await store.remove(clientId);
      });
    },
    /** Removes what is kept of some; what is known of theirs first, since the page may be closed at once. */
    removeAll: (isTheirs: (unsent: Unsent) => boolean, known: readonly Unsent[]) =>
      inTurn(async () => {
        const remove = (all: readonly Unsent[]) =>
          Promise.all(all.filter(isTheirs).map(({ clientId }) => store.remove(clientId)));
        await remove(known);
        await remove(await store.load());
      }),
    /** As it is kept by now; undefined when it is gone. */
    async latest(unsent: Unsent): Promise<Unsent | undefined> {
      const found = (await all(unsent.userId)) ?? [unsent];
      if (isGone(unsent.clientId, found)) return undefined;
      return found.find((one) => one.clientId === unsent.clientId) ?? unsent;
    },
  };
}
