import type { ConversationStore } from './conversation.ts';

export type Conversations = ReturnType<typeof createConversations>;

/** The conversations that the application has used: one store for each id. */
export function createConversations(create: (id: string) => ConversationStore) {
  const stores = new Map<string, ConversationStore>();
  return {
    of(id: string): ConversationStore {
      const known = stores.get(id);
      if (known) return known;
      const store = create(id);
      stores.set(id, store);
      store.render();
      return store;
    },
    find: (id: string) => stores.get(id),
    open: () => [...stores.values()].filter((store) => store.isOpen()),
    reset(): void {
      for (const store of stores.values()) store.reset();
    },
  };
}
