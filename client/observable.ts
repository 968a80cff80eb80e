/** A value that changes: what React's `useSyncExternalStore`, Svelte's stores, signals and plain code can all follow. */
export interface Observable<T> {
  readonly value: T;
  /** Calls at once with the value, then at each change; returns what ends it. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Changeable<T> extends Observable<T> {
  set(value: T): void;
}

export function observable<T>(initial: T): Changeable<T> {
  let value = initial;
  const listeners = new Set<{ readonly tell: (value: T) => void }>();
  return {
    get value() {
      return value;
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const entry of [...listeners]) {
        // A listener may have changed it once more, and all of them know of that by now.
        if (!Object.is(value, next)) return;
        // Or ended another one.
        if (listeners.has(entry)) apart(() => entry.tell(next));
      }
    },
    subscribe(listener) {
      // The same function may subscribe twice.
      const entry = { tell: listener };
      listeners.add(entry);
      apart(() => listener(value));
      return () => {
        listeners.delete(entry);
      };
    },
  };
}

/** Sets a list, unless it has the very same items: then nobody is told. */
export function setList<T>(list: Changeable<readonly T[]>, next: readonly T[]): void {
  const { value } = list;
  if (next.length !== value.length || next.some((item, i) => item !== value[i])) list.set(next);
}

/** A listener's fault is the application's to see, and must not stop the others. */
function apart(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
