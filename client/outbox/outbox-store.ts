import type { Custom, Mentions } from '../contract/http-types.ts';

/** Why the server refused something. */
export interface Reason {
  readonly code: string;
  readonly detail: string;
}

/** What a message may have beside its text. */
export interface Extras {
  /** The `seq` of the message that it answers. */
  readonly replyTo?: number | undefined;
  /** In groups: whom it mentions. */
  readonly mentions?: Mentions | undefined;
  /** The product's own data. */
  readonly custom?: Custom | undefined;
}

/** A message that the server has not acknowledged yet. */
export interface Unsent extends Extras {
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
  readonly reason?: Reason;
}

/** An edit or the removal of an own message that the server has not acknowledged yet. At most one for each message. */
export interface UnsentChange {
  /** Of the change: `change` and the key of the message. */
  readonly clientId: string;
  /** The writer. Not named `userId`: a tab with an earlier version of this library would send the text as a message. */
  readonly changerId: string;
  readonly conversation: string;
  /** Absent until the message is known to be stored. */
  readonly seq?: number;
  /** The version that is changed. */
  readonly version: number;
  /** The new text. Absent for a removal. */
  readonly text?: string;
  /** A text that the server may have stored already. It is repeated until the server answers, and `text` follows. */
  readonly tried?: string;
  /** RFC 3339. Changes are sent in this order. */
  readonly createdAt: string;
  /** Why the server refused it. */
  readonly reason?: Reason;
}

/** A reaction that is to be added or taken back. At most one for each message and emoji. */
export interface UnsentReaction {
  /** `reaction`, the key of the message and the emoji. */
  readonly clientId: string;
  /** Who reacts. Not named `changerId`: a tab with an earlier version of this library would delete the message. */
  readonly reactorId: string;
  readonly conversation: string;
  /** Of the message. */
  readonly key: string;
  readonly seq: number;
  readonly emoji: string;
  readonly wish: 'react' | 'unreact';
  /** What was sent last. The server may have done it already. */
  readonly tried?: 'react' | 'unreact';
  /** RFC 3339. Changes are sent in this order. */
  readonly createdAt: string;
  /** Why the server refused it. */
  readonly reason?: Reason;
}

/** What an outbox stores. */
export type Waiting = Unsent | UnsentChange | UnsentReaction;

export const isMessage = (one: Waiting): one is Unsent => 'userId' in one;
export const isReaction = (one: Waiting): one is UnsentReaction => 'reactorId' in one;
export const isChange = (one: Waiting): one is UnsentChange => 'changerId' in one;

export function writerOf(one: Waiting): string {
  if (isReaction(one)) return one.reactorId;
  return isChange(one) ? one.changerId : one.userId;
}

/** What the user wants. Undefined for a removal. */
export const wishOf = (one: Waiting): string | undefined => (isReaction(one) ? one.wish : one.text);

/** Where messages and changes are stored until they are acknowledged. It reads nothing of them but `clientId`. */
export interface OutboxStore {
  load(): Promise<readonly Waiting[]>;
  put(one: Waiting): Promise<void>;
  remove(clientId: string): Promise<void>;
  /**
   * Replaces one by what `next` makes of it, or removes it, in one step: nothing is written in between. Without this method, tabs
   * that share the store may undo what another one does at the same moment.
   */
  update?(clientId: string, next: (stored: Waiting | undefined) => Waiting | undefined): Promise<void>;
}

export function memoryOutbox(): Required<OutboxStore> {
  const held = new Map<string, Waiting>();
  return {
    load: async () => [...held.values()],
    put: async (one) => {
      held.set(one.clientId, one);
    },
    remove: async (clientId) => {
      held.delete(clientId);
    },
    update: async (clientId, next) => {
      const one = next(held.get(clientId));
      if (one) held.set(clientId, one);
      else held.delete(clientId);
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

export type SharedStore = ReturnType<typeof shareStore>;

/**
 * Shares a store among all tabs of a user. If one tab has removed an entry, because it was sent or discarded, it is gone
 * for the others too: they look before they put it back. If the store fails or does not answer, messages and changes are only
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

  const put = (one: Waiting) =>
    inTurn(async () => {
      await store.put(one);
      saved.add(one.clientId);
    });

  /** All that waits of a user. Undefined if the store fails. */
  const all = (userId: string) =>
    inTurn(async () => {
      const found = (await store.load()).filter((one) => writerOf(one) === userId);
      for (const { clientId } of found) saved.add(clientId);
      return found;
    });

  const isGone = (clientId: string, found: readonly Waiting[]) =>
    saved.has(clientId) && !found.some((one) => one.clientId === clientId);

  const updateStored: Required<OutboxStore>['update'] = async (clientId, next) => {
    if (store.update) return store.update(clientId, next);
    const one = next((await store.load()).find((each) => each.clientId === clientId));
    await (one ? store.put(one) : store.remove(clientId));
  };

  /**
   * Changes the stored one, or this one if it is not stored. If another tab has removed it, it becomes `ifGone`. What other tabs do
   * at the same moment comes before this or after it. Resolves with what is stored then.
   */
  const update = async <T extends Waiting>(one: T, next: (stored: T) => T | undefined, ifGone?: T) => {
    const { clientId } = one;
    let result: readonly [T | undefined] | undefined;
    await inTurn(async () => {
      await updateStored(clientId, (found) => {
        const stored = found && writerOf(found) === writerOf(one) ? (found as T) : undefined;
        const now = stored ?? (saved.has(clientId) ? undefined : one);
        result = [now ? next(now) : ifGone];
        return result[0];
      });
      if (result?.[0]) saved.add(clientId);
      else saved.delete(clientId);
    });
    return result ? result[0] : next(one);
  };

  return {
    put,
    all,
    isGone,
    update,
    remove(one: Waiting): void {
      const { clientId } = one;
      // Another tab may have changed the message once more. That is still to be sent.
      const isOther = (stored: Waiting) => wishOf(stored) !== wishOf(one);
      if (!isMessage(one)) return void update(one, (stored) => (isOther(stored) ? stored : undefined));
      void inTurn(async () => {
        saved.delete(clientId);
        await store.remove(clientId);
      });
    },
    /** Removes all that matches: first what is known, because the page may be closed at any moment. */
    removeAll: (matches: (one: Waiting) => boolean, known: readonly Waiting[]) =>
      inTurn(async () => {
        const remove = (all: readonly Waiting[]) =>
          Promise.all(all.filter(matches).map(({ clientId }) => store.remove(clientId)));
        await remove(known);
        await remove(await store.load());
      }),
  };
}
