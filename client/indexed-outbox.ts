import { memoryOutbox, type OutboxStore } from './outbox-store.ts';

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
  transaction(name: string, mode: 'readonly' | 'readwrite'): { objectStore(name: string): ObjectStore };
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

/**
 * Survives a reload. Where the browser refuses a database (private windows, a full disk), messages wait in memory: to say
 * nothing would be worse than to lose them at a reload.
 */
export function indexedOutbox(name = 'parley.outbox', indexedDB = pageDatabase()): OutboxStore {
  const memory = memoryOutbox();
  const database = indexedDB ? openDatabase(indexedDB, name) : Promise.reject(new Error('no IndexedDB'));
  database.catch(() => undefined);
  const run = async (
    mode: 'readonly' | 'readwrite',
    work: (store: ObjectStore) => Asked<unknown>,
  ): Promise<unknown> => settled(work((await database).transaction(STORE, mode).objectStore(STORE)));
  return {
    load: () =>
      run('readonly', (store) => store.getAll()).catch(memory.load) as ReturnType<OutboxStore['load']>,
    put: async (message) => {
      await run('readwrite', (store) => store.put(message)).catch(() => memory.put(message));
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

function openDatabase(indexedDB: IndexedDb, name: string): Promise<Database> {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: 'clientId' });
  return settled(opening);
}

function settled<T>(asked: Asked<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(new Error('IndexedDB refused.'));
  });
}
