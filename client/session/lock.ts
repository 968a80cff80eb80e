/** Runs one piece of work at a time. */
export type Lock = <T>(work: () => Promise<T>) => Promise<T>;

/** Within this page. */
export function pageLock(): Lock {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => undefined);
    return mine;
  };
}

/** What this library needs of the Web Locks API. */
export interface LockManager {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** What this library needs of `localStorage`. */
export interface KeyValues {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const LEASE_MS = 20_000;
const SETTLE_MS = 50;

/**
 * Over all tabs without Web Locks (they need a secure origin): a lease in storage. Who finds its own name there after a
 * pause has it: of several that wrote at once, the last one. The lease outlasts the deadline of a request, so a tab that
 * was closed with it stops the others for {@link LEASE_MS} at most.
 */
export function leaseLock(storage: KeyValues, key: string, random: () => number = Math.random): Lock {
  const inPage = pageLock();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const holder = () => {
    const [until = '', name = ''] = (storage.getItem(key) ?? '').split(' ');
    const left = Number(until) - Date.now();
    // A lease from a clock that has since been set back would last for ever.
    return left > 0 && left <= LEASE_MS ? name : '';
  };
  return (work) =>
    inPage(async () => {
      const own = random().toString(36).slice(2) + random().toString(36).slice(2);
      const take = () => {
        try {
          storage.setItem(key, `${Date.now() + LEASE_MS} ${own}`);
          return true;
        } catch {
          // Full: then there is nothing either that another tab could have from it.
          return false;
        }
      };
      while (holder() !== own) {
        if (holder() === '' && !take()) break;
        await pause(SETTLE_MS * (1 + random()));
      }
      try {
        return await work();
      } finally {
        if (holder() === own) storage.removeItem(key);
      }
    });
}
