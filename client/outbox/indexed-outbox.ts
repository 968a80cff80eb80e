import { memoryOutbox, type OutboxStore, type Unsent } from './outbox-store.ts';

/** What this library needs of IndexedDB. */
interface Asked<T> {
  readonly result: T;
  onsuccess: (() => void) | null;
  onerror: (() => void) | null;
}
interface Opening extends Asked<Database> {
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
  getAll(): Asked<unknown>;
  put(value: unknown): Asked<unknown>;
  delete(key: string): Asked<unknown>;
}
export interface IndexedDb {
  open(name: string, version: number): Opening;
}

const STORE = 'unsent';
/** Browsers have been seen never to answer. */
const OPENING_MS = 3_000;

/**
 * Survives a reload. Where the browser refuses a database (private windows, a full disk), messages wait in memory: to say
 * nothing would be worse than to lose them at a reload.
 */
export function indexedOutbox(name = 'parley.outbox', indexedDB = pageDatabase()): OutboxStore {
  const memory = memoryOutbox();
  /** What is there may be in it: without it, nobody knows. */
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
      // Browsers end the connection of a page that they suspend.
      database = undefined;
      return (await open()).transaction(STORE, mode);
    }
  };
  const run = async (
    mode: 'readonly' | 'readwrite',
    work: (store: ObjectStore) => Asked<unknown>,
  ): Promise<unknown> => {
    const transaction = await begin(mode);
    const asked = work(transaction.objectStore(STORE));
    // A page that is closed before the answer comes aborts what it has not committed.
    transaction.commit?.();
    // A disk that is full may refuse as late as at the end.
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(new Error('IndexedDB refused.'));
    });
  };
  return {
    load: async () => {
      const stored = run('readonly', (store) => store.getAll()).catch((error: unknown) => {
        if (hasOpened) throw error;
        return [];
      });
      const rows = [...((await stored) as Unsent[]), ...(await memory.load())];
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
  };
}

/** The browser's database, where there is one. */
export function pageDatabase(): IndexedDb | undefined {
  return (globalThis as { readonly indexedDB?: IndexedDb }).indexedDB;
}

async function openDatabase(indexedDB: IndexedDb | undefined, name: string): Promise<Database> {
  if (!indexedDB) throw new Error('There is no IndexedDB.');
  const opening = indexedDB.open(name, 1);
  return new Promise((resolve, reject) => {
    const refuse = () => {
      clearTimeout(deadline);
      reject(new Error('IndexedDB refused.'));
    };
    const deadline = setTimeout(refuse, OPENING_MS);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'clientId' });
    opening.onerror = refuse;
    opening.onsuccess = () => {
      clearTimeout(deadline);
      resolve(opening.result);
    };
  });
}
