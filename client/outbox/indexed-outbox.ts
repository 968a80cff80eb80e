import { inTime, memoryOutbox, type OutboxStore, type Waiting } from './outbox-store.ts';

/** The part of IndexedDB that this library needs. */
interface Request<T> {
  readonly result: T;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface Opening extends Request<Database> {
  onupgradeneeded: (() => void) | null;
}
interface Database {
  createObjectStore(name: string, options: { keyPath: string }): unknown;
  transaction(name: string, mode: 'readonly' | 'readwrite'): Transaction;
}
interface Transaction {
  objectStore(name: string): ObjectStore;
  oncomplete: (() => void) | null;
  onabort: (() => void) | null;
  commit?(): void;
}
interface ObjectStore {
  get(key: string): Request<unknown>;
  getAll(): Request<unknown>;
  put(value: unknown): Request<unknown>;
  delete(key: string): Request<unknown>;
}
export interface IndexedDb {
  open(name: string, version: number): Opening;
}

const STORE = 'unsent';

/**
 * Keeps messages across reloads. If the browser refuses a database (in private windows, on a full disk), messages wait
 * in memory and a reload loses them.
 */
export function indexedOutbox(name = 'parley.outbox', indexedDB = pageDatabase()): Required<OutboxStore> {
  const memory = memoryOutbox();
  /** Once it has opened, it may hold messages, so later failures are errors. */
  let hasOpened = false;
  let database: Promise<Database> | undefined;
  const open = () => {
    database ??= openDatabase(indexedDB, name).then((opened) => {
      hasOpened = true;
      return opened;
    });
    return database;
  };
  const begin = async (mode: 'readonly' | 'readwrite'): Promise<Transaction> => {
    try {
      return (await open()).transaction(STORE, mode);
    } catch (error) {
      if (!hasOpened) throw error;
      // Browsers close the database of a page that they suspend.
      database = undefined;
      return (await open()).transaction(STORE, mode);
    }
  };
  const run = async (
    mode: 'readonly' | 'readwrite',
    work: (store: ObjectStore) => Request<unknown>,
    then?: (store: ObjectStore, result: unknown) => void,
  ): Promise<unknown> => {
    const transaction = await begin(mode);
    const store = transaction.objectStore(STORE);
    const request = work(store);
    // Without a commit, closing the page would abort the transaction.
    const commit = () => transaction.commit?.();
    if (!then) commit();
    else {
      request.onsuccess = () => {
        then(store, request.result);
        commit();
      };
    }
    // A full disk may refuse as late as here.
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(new Error('IndexedDB refused.'));
    });
  };
  return {
    load: async () => {
      const stored = run('readonly', (store) => store.getAll()).catch((error: unknown) => {
        if (hasOpened) throw error;
        return [];
      });
      const rows = [...((await stored) as Waiting[]), ...(await memory.load())];
      return [...new Map(rows.map((row) => [row.clientId, row])).values()];
    },
    put: async (message) => {
      await run('readwrite', (store) => store.put(message)).then(
        () => memory.remove(message.clientId),
        () => memory.put(message),
      );
    },
    remove: async (clientId) => {
      await memory.remove(clientId);
      await run('readwrite', (store) => store.delete(clientId)).catch(() => undefined);
    },
    update: async (clientId, next) => {
      const kept = (await memory.load()).find((one) => one.clientId === clientId);
      let read: { readonly next: Waiting | undefined } | undefined;
      const write = (store: ObjectStore, stored: unknown) => {
        read = { next: next(kept ?? (stored as Waiting | undefined)) };
        if (read.next) store.put(read.next);
        else store.delete(clientId);
      };
      try {
        await run('readwrite', (store) => store.get(clientId), write);
        await memory.remove(clientId);
      } catch (error) {
        // Nothing is known of what it holds.
        if (hasOpened && !read) throw error;
        await memory.update(clientId, read ? () => read?.next : next);
      }
    },
  };
}

/** The browser's IndexedDB, if there is one. */
export function pageDatabase(): IndexedDb | undefined {
  return (globalThis as { readonly indexedDB?: IndexedDb }).indexedDB;
}

async function openDatabase(indexedDB: IndexedDb | undefined, name: string): Promise<Database> {
  if (!indexedDB) throw new Error('There is no IndexedDB.');
  const opening = indexedDB.open(name, 1);
  return inTime(
    () =>
      new Promise((resolve, reject) => {
        opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'clientId' });
        opening.onerror = () => reject(new Error('IndexedDB refused.'));
        opening.onsuccess = () => resolve(opening.result);
      }),
  );
}
