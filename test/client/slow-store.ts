import { memoryOutbox, type OutboxStore } from '../../client/index.ts';

/** A store whose steps take 2 ms each, as those of IndexedDB do. */
export function slowly(store: Required<OutboxStore>): Required<OutboxStore> {
  const later = async <T>(work: () => Promise<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    return work();
  };
  return {
    load: () => later(() => store.load()),
    put: (one) => later(() => store.put(one)),
    remove: (clientId) => later(() => store.remove(clientId)),
    update: (clientId, next) => later(() => store.update(clientId, next)),
  };
}

/** A store that cannot change an entry in one step. */
export function withoutSteps(): OutboxStore {
  const { update, ...store } = memoryOutbox();
  return store;
}
