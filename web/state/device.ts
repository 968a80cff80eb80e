/** The part of `localStorage` that this needs. */
type Store = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'parley.device';

/**
 * A secret of this browser, which it tells at each log-in. Who guesses a user's password cannot keep a browser out that was in
 * before. It names nobody, so it stays after a log-out. Undefined if the browser forbids storage.
 */
export function deviceId(open: () => Store = () => localStorage): string | undefined {
  try {
    const store = open();
    const stored = store.getItem(KEY);
    if (stored) return stored;
    const made = crypto.randomUUID();
    store.setItem(KEY, made);
    return made;
  } catch {
    return undefined;
  }
}
