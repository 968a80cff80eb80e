import { newId } from './ids.ts';

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

/** Shares work that is under way: a caller that comes meanwhile gets the same promise. */
export function singleFlight() {
  let current: Promise<void> | undefined;
  return {
    run(work: () => Promise<void>): Promise<void> {
      if (current) return current;
      const mine = work().finally(() => {
        // After a reset, `current` may already be the next run.
        if (current === mine) current = undefined;
      });
      current = mine;
      return mine;
    },
    reset(): void {
      current = undefined;
    },
  };
}

/** The part of the Web Locks API that this library needs. */
export interface LockManager {
  request<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** The part of `localStorage` that this library needs. */
export interface KeyValues {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const LEASE_MS = 20_000;
const SETTLE_MS = 50;

/**
 * Across all tabs, for pages without Web Locks (which need a secure origin): a lease in storage. A tab writes its name, pauses, and
 * holds the lease if its name is still there: when several tabs write at once, the last one wins. The lease outlasts the deadline
 * of a request, so a tab that was closed with it blocks the others for {@link LEASE_MS} at most.
 */
export function leaseLock(storage: KeyValues, key: string): Lock {
  const inPage = pageLock();
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const holder = () => {
    const [until = '', name = ''] = (storage.getItem(key) ?? '').split(' ');
    const left = Number(until) - Date.now();
    // If the clock was set back after the lease was taken, the lease would never end.
    return left > 0 && left <= LEASE_MS ? name : '';
  };
  return (work) =>
    inPage(async () => {
      const own = newId();
      const take = () => {
        try {
          storage.setItem(key, `${Date.now() + LEASE_MS} ${own}`);
          return true;
        } catch {
          // The storage is full, so it holds no tokens that another tab could use.
          return false;
        }
      };
      while (holder() !== own) {
        if (holder() === '' && !take()) break;
        await pause(SETTLE_MS * (1 + Math.random()));
      }
      try {
        return await work();
      } finally {
        if (holder() === own) storage.removeItem(key);
      }
    });
}
