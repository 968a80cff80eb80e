/** A message that the server has not acknowledged yet. */
export interface Unsent {
  readonly clientId: string;
  /** The writer. Another user of the same browser does not send it. */
  readonly userId: string;
  readonly conversation: string;
  readonly text: string;
  /** RFC 3339. Messages are sent in this order. */
  readonly createdAt: string;
  /** The last `seq` on the screen when it was written. Absent if the conversation was not open. */
  readonly read?: number;
  /** The last `seq` that was known at the first attempt. It makes every retry safe. */
  readonly after?: number;
  /** Why the server refused it. */
  readonly reason?: { readonly code: string; readonly detail: string };
}

/** Where messages are stored until they are acknowledged. */
export interface OutboxStore {
  load(): Promise<readonly Unsent[]>;
  put(message: Unsent): Promise<void>;
  remove(clientId: string): Promise<void>;
}

export function memoryOutbox(): OutboxStore {
  const held = new Map<string, Unsent>();
  return {
    load: async () => [...held.values()],
    put: async (message) => {
      held.set(message.clientId, message);
    },
    remove: async (clientId) => {
      held.delete(clientId);
    },
  };
}

/** Some browsers never answer. */
const ANSWER_MS = 3_000;

/** Rejects if the browser does not answer. */
export async function inTime<T>(work: () => Promise<T>): Promise<T> {
  let deadline: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    deadline = setTimeout(() => reject(new Error('Too slow.')), ANSWER_MS);
  });
  return Promise.race([work(), late]).finally(() => clearTimeout(deadline));
}

/**
 * Shares a store among all tabs of a user. A message that one tab has removed, because it was sent or discarded, is
 * gone for the others too: they look before they put it back. If the store fails or does not answer, messages are only
 * in memory.
 */
export function shareStore(store: OutboxStore) {
  /** Client ids that the store once held. If one is missing now, another tab has removed it. */
  const saved = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();

  /** One at a time. Goes on after a failure. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T | undefined> => {
    const mine = last.then(() => inTime(work)).catch(() => undefined);
    last = mine;
    return mine;
  };

  const put = (unsent: Unsent) =>
    inTurn(async () => {
      await store.put(unsent);
      saved.add(unsent.clientId);
    });

  /** All messages of a user. Undefined if the store fails. */
  const all = (userId: string) =>
    inTurn(async () => {
      const found = (await store.load()).filter((one) => one.userId === userId);
      for (const { clientId } of found) saved.add(clientId);
      return found;
    });

  const isGone = (clientId: string, found: readonly Unsent[]) =>
    saved.has(clientId) && !found.some((one) => one.clientId === clientId);

  return {
    put,
    all,
    isGone,
    remove(clientId: string): void {
      void inTurn(async () => {
        saved.delete(clientId);
        await store.remove(clientId);
      });
    },
    /** Removes all matching messages: first the known ones, because the page may be closed at any moment. */
    removeAll: (matches: (unsent: Unsent) => boolean, known: readonly Unsent[]) =>
      inTurn(async () => {
        const remove = (all: readonly Unsent[]) =>
          Promise.all(all.filter(matches).map(({ clientId }) => store.remove(clientId)));
        await remove(known);
        await remove(await store.load());
      }),
    /** The stored version of a message. Undefined if another tab has removed it. */
    async latest(unsent: Unsent): Promise<Unsent | undefined> {
      const found = (await all(unsent.userId)) ?? [unsent];
      if (isGone(unsent.clientId, found)) return undefined;
      return found.find((one) => one.clientId === unsent.clientId) ?? unsent;
    },
  };
}
