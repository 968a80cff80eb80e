import { expect, it, vi } from 'vitest';
import { type IndexedDb, indexedOutbox } from '../../client/outbox/indexed-outbox.ts';
import type { OutboxStore, Unsent } from '../../client/outbox/outbox-store.ts';

/** The part of IndexedDB that the outbox uses. Requests settle later, and stores exist only after an upgrade. */
function database({
  isRefusing = false,
  isFull = (): boolean => false,
  isLost = (_opening: number): boolean => false,
} = {}): IndexedDb {
  const rows = new Map<string, unknown>();
  let hasStore = false;
  let openings = 0;
  const asked = (
    result: unknown,
    before?: (request: { result: unknown; onupgradeneeded: (() => void) | null }) => void,
  ) => {
    const request = {
      result,
      onsuccess: null as (() => void) | null,
      onerror: null as (() => void) | null,
      onupgradeneeded: null as (() => void) | null,
    };
    queueMicrotask(() => {
      if (isRefusing) return request.onerror?.();
      before?.(request);
      request.onsuccess?.();
    });
    return request;
  };
  const store = {
    // Read when its turn comes: transactions that write come one after the other.
    get: (key: string) =>
      asked(undefined, (request) => {
        request.result = structuredClone(rows.get(key));
      }),
    getAll: () => asked([...rows.values()]),
    put: (row: unknown) => asked(rows.set((row as Unsent).clientId, structuredClone(row))),
    delete: (key: string) => asked(rows.delete(key)),
  };
  const openedAs = (opening: number) => ({
    createObjectStore: () => {
      hasStore = true;
    },
    transaction: () => {
      if (isLost(opening)) throw new Error('InvalidStateError');
      const transaction = {
        oncomplete: null as (() => void) | null,
        onabort: null as (() => void) | null,
        objectStore: () => {
          if (!hasStore) throw new Error('NotFoundError');
          setTimeout(() => (isFull() ? transaction.onabort?.() : transaction.oncomplete?.()));
          return store;
        },
      };
      return transaction;
    },
  });
  return {
    open: () => {
      openings += 1;
      return asked(openedAs(openings), (request) => !hasStore && request.onupgradeneeded?.());
    },
  } as unknown as IndexedDb;
}

const unsent = (clientId: string): Unsent => ({
  clientId,
  userId: 'ada',
  conversation: 'ada.bob',
  text: 'hello',
  createdAt: '2026-11-23T09:00:00.000Z',
});

it('keeps unsent messages for the next page and removes sent ones', async () => {
  const indexedDB = database();
  const before = indexedOutbox('o', indexedDB);
  await before.put(unsent('a'));
  await before.put({ ...unsent('a'), after: 7 });
  await before.put(unsent('b'));
  await before.remove('b');
  expect(await indexedOutbox('o', indexedDB).load()).toEqual([{ ...unsent('a'), after: 7 }]);
});

it.each([
  ['refuses', database({ isRefusing: true })],
  ['has none', undefined],
])('keeps messages in memory if the browser %s', async (_why, indexedDB) => {
  const outbox = indexedOutbox('o', indexedDB);
  await outbox.put(unsent('a'));
  expect(await outbox.load()).toEqual([unsent('a')]);
  await outbox.remove('a');
  expect(await outbox.load()).toEqual([]);
});

it('opens the database again after the browser has closed it', async () => {
  let lost = 0;
  const outbox = indexedOutbox('o', database({ isLost: (opening) => opening <= lost }));
  await outbox.put(unsent('a'));
  lost = 1;
  expect(await outbox.load()).toEqual([unsent('a')]);
});

it('rejects instead of claiming to be empty when it cannot read', async () => {
  let isLost = false;
  const outbox = indexedOutbox('o', database({ isLost: () => isLost }));
  await outbox.put(unsent('a'));
  isLost = true;
  await expect(outbox.load()).rejects.toThrow('InvalidStateError');
  isLost = false;
  expect(await outbox.load()).toEqual([unsent('a')]);
});

it('keeps messages in memory that a full disk refuses, beside the stored ones', async () => {
  let isFull = false;
  const outbox = indexedOutbox('o', database({ isFull: () => isFull }));
  await outbox.put(unsent('a'));
  isFull = true;
  await outbox.put(unsent('b'));
  isFull = false;
  expect(await outbox.load()).toEqual([unsent('a'), unsent('b')]);
  await outbox.put({ ...unsent('b'), after: 1 });
  expect(await outbox.load()).toEqual([unsent('a'), { ...unsent('b'), after: 1 }]);
});

it('changes a message in one step, however many pages do it at once', async () => {
  const indexedDB = database();
  const pages = [1, 2, 3].map(() => indexedOutbox('o', indexedDB));
  await Promise.all(
    pages.map((page, i) =>
      page.update('a', (stored) => ({ ...unsent('a'), text: `${(stored as Unsent)?.text ?? ''}${i}` })),
    ),
  );
  expect(await indexedOutbox('o', indexedDB).load()).toMatchObject([{ text: '012' }]);
  await pages[0]?.update('a', () => undefined);
  expect(await indexedOutbox('o', indexedDB).load()).toEqual([]);
});

it('changes a message in memory that a full disk or the browser refuses, but none that it cannot read', async () => {
  const texts = async (outbox: OutboxStore) => (await outbox.load()).map((one) => (one as Unsent).text);
  const next = (stored: unknown) => ({
    ...unsent('a'),
    text: `${(stored as Unsent | undefined)?.text ?? 'new'}!`,
  });
  for (const indexedDB of [database({ isRefusing: true }), undefined]) {
    const outbox = indexedOutbox('o', indexedDB);
    for (let times = 0; times < 2; times += 1) await outbox.update('a', next);
    expect(await texts(outbox)).toEqual(['new!!']);
    await outbox.update('a', () => undefined);
    expect(await texts(outbox)).toEqual([]);
  }
  let isFull = false;
  let isLost = false;
  const outbox = indexedOutbox('o', database({ isFull: () => isFull, isLost: () => isLost }));
  await outbox.put(unsent('a'));
  isFull = true;
  for (let times = 0; times < 2; times += 1) await outbox.update('a', next);
  isFull = false;
  expect(await texts(outbox)).toEqual(['hello!!']);
  isLost = true;
  let isAsked = false;
  const ask = () => {
    isAsked = true;
    return undefined;
  };
  await expect(outbox.update('b', ask)).rejects.toThrow('InvalidStateError');
  expect(isAsked).toBe(false);
});

it('does not wait for a browser that never answers or throws', async () => {
  vi.useFakeTimers();
  try {
    const never = { open: () => ({}) } as unknown as IndexedDb;
    const throwing = {
      open: () => {
        throw new Error('SecurityError');
      },
    } as unknown as IndexedDb;
    for (const indexedDB of [never, throwing]) {
      const outbox = indexedOutbox('o', indexedDB);
      const put = outbox.put(unsent('a'));
      await vi.advanceTimersByTimeAsync(3000);
      await put;
      expect(await outbox.load()).toEqual([unsent('a')]);
    }
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});
