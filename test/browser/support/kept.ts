import type { App } from './app.ts';

/** The rows of every IndexedDB of the page, as JSON. */
export const keptRows = (app: App): Promise<string> =>
  app.page.evaluate(async () => {
    const result = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const rows: unknown[] = [];
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        rows.push(...(await result(database.transaction(store).objectStore(store).getAll())));
      }
      database.close();
    }
    return JSON.stringify(rows);
  });
