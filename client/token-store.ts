import { type KeyValues, type Lock, type LockManager, leaseLock, pageLock } from './lock.ts';

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** By the clock of this device, in ms: when the access token came, and how long it lives. */
  readonly since: number;
  readonly lifetime: number;
}

/** Where tokens are kept. Refreshing holds `lock`, since a refresh token that two tabs use ends the session. */
export interface TokenStore {
  load(): Promise<Tokens | undefined>;
  save(tokens: Tokens | undefined): Promise<void>;
  readonly lock: Lock;
}

/** Until the page is reloaded. No script that comes later can find them. */
export function memoryTokens(): TokenStore {
  let held: Tokens | undefined;
  return {
    load: async () => held,
    save: async (tokens) => {
      held = tokens;
    },
    lock: pageLock(),
  };
}

interface Page {
  readonly localStorage?: KeyValues;
  readonly navigator?: { readonly locks?: LockManager };
}

/** Over reloads and for all tabs. Whatever script runs on the origin can read it: serve no foreign ones. */
export function localTokens(key = 'parley.tokens', page: Page = globalThis as Page): TokenStore {
  const { localStorage: storage, navigator } = page;
  if (!storage) throw new Error('localTokens needs localStorage.');
  const locks = navigator?.locks;
  return {
    load: async () => {
      try {
        return JSON.parse(storage.getItem(key) ?? 'null') ?? undefined;
      } catch {
        return undefined;
      }
    },
    save: async (tokens) => {
      if (tokens) storage.setItem(key, JSON.stringify(tokens));
      else storage.removeItem(key);
    },
    lock: locks ? (work) => locks.request(key, work) : leaseLock(storage, `${key}.lease`),
  };
}
