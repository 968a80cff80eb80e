/** A message that is not acknowledged yet. */
export interface Unsent {
  readonly clientId: string;
  /** Who wrote it: another user of the same browser does not send it. */
  readonly userId: string;
  readonly conversation: string;
  readonly text: string;
  /** RFC 3339. Messages leave in this order. */
  readonly createdAt: string;
  /** The last `seq` that was shown when it was written; absent where nothing was. */
  readonly read?: number;
  /** The last `seq` held when it was first tried; it makes every retry safe. */
  readonly after?: number;
  /** Why the server refused it. */
  readonly reason?: { readonly code: string; readonly detail: string };
}

/** Where messages wait for their acknowledgement. */
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
