import type { KeyValues } from '../../client/locks.ts';

type Listener = (event: { readonly key?: string | null; readonly persisted?: boolean }) => void;

/** The storage of one origin. As in a browser, other tabs learn of a change a little later. */
export function browser({ hasLocks = true } = {}) {
  const held = new Map<string, string>();
  const tabs = new Set<Set<Listener>>();
  let last: Promise<unknown> = Promise.resolve();
  const locks = {
    request: <T>(_name: string, work: () => Promise<T>) => {
      const mine = last.then(work);
      last = mine.catch(() => undefined);
      return mine;
    },
  };
  return {
    held,
    /** The number of listeners of all tabs. */
    listeners: () => [...tabs].reduce((sum, { size }) => sum + size, 0),
    tab() {
      const listeners = new Set<Listener>();
      tabs.add(listeners);
      const tell = (key: string | null) => {
        for (const others of tabs) {
          if (others === listeners) continue;
          setTimeout(() => {
            for (const listener of others) listener({ key });
          }, 3);
        }
      };
      const localStorage: KeyValues = {
        getItem: (key) => held.get(key) ?? null,
        setItem: (key, value) => {
          held.set(key, value);
          tell(key);
        },
        removeItem: (key) => {
          if (held.delete(key)) tell(key);
        },
      };
      return {
        localStorage,
        ...(hasLocks && { navigator: { locks } }),
        addEventListener: (_type: string, listener: Listener) => void listeners.add(listener),
        removeEventListener: (_type: string, listener: Listener) => void listeners.delete(listener),
      };
    },
  };
}
