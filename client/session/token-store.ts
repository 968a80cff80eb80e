import { type KeyValues, type Lock, type LockManager, leaseLock, pageLock } from '../locks.ts';

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** When the access token came, in ms by this device's clock. */
  readonly since: number;
  /** In ms. */
  readonly lifetime: number;
}

/**
 * What a store holds: tokens, or nothing, or `ended` after the server has ended their session. So other tabs and the
 * next page know that nobody has logged out.
 */
export type KeptTokens = Tokens | 'ended' | undefined;

/** Where tokens are stored. A refresh holds `lock`: a refresh token that is used twice may end the session. */
export interface TokenStore {
  load(): Promise<KeptTokens>;
  save(tokens: KeptTokens): Promise<void>;
  /** Calls the listener when another tab may have saved. Returns a function that ends this. */
  onChange?(listener: () => void): () => void;
  readonly lock: Lock;
}

/** Keeps tokens until the page reloads. No other script can read them. */
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

const EVENTS = ['storage', 'pageshow'];

type Listener = (event: { readonly key?: string | null; readonly persisted?: boolean }) => void;

interface Page {
  readonly localStorage?: KeyValues;
  readonly navigator?: { readonly locks?: LockManager };
  addEventListener?(type: string, listener: Listener): void;
  removeEventListener?(type: string, listener: Listener): void;
}

/**
 * Keeps tokens across reloads and for all tabs. Any script on the origin can read them, so serve no foreign scripts.
 * Keeps them in memory if the browser forbids storage.
 */
export function localTokens(key = 'parley.tokens', page: Page = globalThis as Page): TokenStore {
  const storage = storageOf(page);
  if (storage === 'forbidden') return memoryTokens();
  if (!storage) throw new Error('localTokens needs localStorage. Elsewhere, pass your own TokenStore.');
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
        // The storage is full. The tokens in it are used up: another tab that tried them would end the session.
        storage.removeItem(key);
        try {
          storage.setItem(key, '"ended"');
        } catch {}
        throw error;
      }
    },
    onChange: (listener) => {
      // `key` is null when the whole storage was cleared. A page that was in the back/forward cache got no storage
      // events.
      const onEvent: Listener = (event) => {
        if (event.key === key || event.key === null || event.persisted) listener();
      };
      for (const type of EVENTS) page.addEventListener?.(type, onEvent);
      return () => {
        for (const type of EVENTS) page.removeEventListener?.(type, onEvent);
      };
    },
    lock: locks ? (work) => locks.request(key, work) : leaseLock(storage, `${key}.lease`),
  };
}

/** Where cookies are blocked, even reading `localStorage` throws. */
function storageOf(page: Page): KeyValues | undefined | 'forbidden' {
  try {
    return page.localStorage;
  } catch {
    return 'forbidden';
  }
}
