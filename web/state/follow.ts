import type { Observable } from '@parley/client';
import { type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

/** The library's observable as a signal, for as long as the page lives. */
export function follow<T>(source: Observable<T>): ReadonlySignal<T> {
  const held = signal(source.value);
  source.subscribe((value) => {
    held.value = value;
  });
  return held;
}

/** Its value for as long as a component is shown; of another source from its first drawing on. */
export function useFollowed<T>(source: Observable<T>): T {
  const [, draw] = useState<T>(source.value);
  // A value may be a function: it is not one that makes the next.
  useEffect(() => source.subscribe((value) => draw(() => value)), [source]);
  return source.value;
}
