import { type KeyValues, type Lock, type LockManager, leaseLock, pageLock } from './lock.ts';

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** By the clock of this device, in ms: when the access token came, and how long it lives. */
  readonly since: number;
  readonly lifetime: number;
}

/**
 * What is kept: tokens; `ended` when the server has ended their session, so that other tabs and the next page know that
 * nobody has logged out; or nothing.
 */
export type KeptTokens = Tokens | 'ended' | undefined;

/** Where tokens are kept. Refreshing holds `lock`, since a refresh token that two tabs use ends the session. */
export interface TokenStore {
  load(): Promise<KeptTokens>;
  save(tokens: KeptTokens): Promise<void>;
  /** Tells that somebody else, such as another tab, may have saved. Returns what ends it. */
  onChange?(listener: () => void): () => void;
  readonly lock: Lock;
}

/** Until the page is reloaded. No script that comes later can find them. */
export function memoryTokens(): TokenStore {
  let held: KeptTokens;
  return {
    load: async () => held,
    save: async (tokens) => {
      held = tokens;
    },
    lock: pageLock(),
  };
}

type Listener = (event: { readonly key?: string | null; readonly persisted?: boolean }) => void;

interface Page {
  readonly localStorage?: KeyValues;
  readonly navigator?: { readonly locks?: LockManager };
  addEventListener?(type: 'storage' | 'pageshow', listener: Listener): void;
  removeEventListener?(type: 'storage' | 'pageshow', listener: Listener): void;
}

/**
 * Over reloads and for all tabs. Whatever script runs on the origin can read it: serve no foreign ones. In memory where the
 * browser forbids storage.
 */
export function localTokens(key = 'parley.tokens', page: Page = globalThis as Page): TokenStore {
  const storage = storageOf(page);
  if (storage === 'forbidden') return memoryTokens();
  if (!storage) throw new Error('localTokens needs localStorage: elsewhere pass a TokenStore of your own.');
  const locks = page.navigator?.locks;
  return {
    load: async () => {
      try {
        return JSON.parse(storage.getItem(key) ?? 'null') ?? undefined;
      } catch {
        return undefined;
      }
    },
    save: async (tokens) => {
      if (!tokens) return storage.removeItem(key);
      try {
        storage.setItem(key, JSON.stringify(tokens));
      } catch (error) {
        // Full. What is there is used up, and another tab that tried it would end the session. Nobody has logged out.
        storage.removeItem(key);
        try {
          storage.setItem(key, '"ended"');
        } catch {}
        throw error;
      }
    },
    onChange: (listener) => {
      // Without a key: all of it was cleared.
      const heard: Listener = (event) => {
        if (event.key === key || event.key === null) listener();
      };
      // A page in the back/forward cache hears nothing.
      const shown: Listener = ({ persisted }) => {
        if (persisted) listener();
      };
      page.addEventListener?.('storage', heard);
      page.addEventListener?.('pageshow', shown);
      return () => {
        page.removeEventListener?.('storage', heard);
        page.removeEventListener?.('pageshow', shown);
      };
    },
    lock: locks ? (work) => locks.request(key, work) : leaseLock(storage, `${key}.lease`),
  };
}

/** Reading it throws where cookies are blocked. */
function storageOf(page: Page): KeyValues | undefined | 'forbidden' {
  try {
    return page.localStorage;
  } catch {
    return 'forbidden';
  }
}
