/** A value that changes. React's `useSyncExternalStore`, Svelte's stores, signals and plain code can all follow it. */
export interface Observable<T> {
  readonly value: T;
  /** Calls the listener at once, then at each change. Returns a function that ends this. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface Changeable<T> extends Observable<T> {
  /** Somebody listens. */
  readonly isFollowed: boolean;
  set(value: T): void;
}

export function observable<T>(initial: T): Changeable<T> {
  let value = initial;
  const listeners = new Set<{ readonly run: (value: T) => void }>();
  return {
    get value() {
      return value;
    },
    get isFollowed() {
      return listeners.size > 0;
    },
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const entry of [...listeners]) {
        // A listener may have set it again. Then all of them have already been called.
        if (!Object.is(value, next)) return;
        // A listener may have ended another one.
        if (listeners.has(entry)) isolated(() => entry.run(next));
      }
    },
    subscribe(listener) {
      // An object, because the same function may subscribe twice.
      const entry = { run: listener };
      listeners.add(entry);
      isolated(() => listener(value));
      return () => {
        listeners.delete(entry);
      };
    },
  };
}

/** Sets a list, unless it has the same items: then no listener is called. */
export function setList<T>(list: Changeable<readonly T[]>, next: readonly T[]): void {
  const { value } = list;
  if (next.length !== value.length || next.some((item, i) => item !== value[i])) list.set(next);
}

/** The error of one listener reaches the application, but does not stop the other listeners. */
function isolated(call: () => void): void {
  try {
    call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
