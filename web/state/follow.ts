import { type ReadonlySignal, signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Observable } from '../../client/index.ts';

/** The library's observable as a signal, for as long as the page lives. */
export function follow<T>(source: Observable<T>): ReadonlySignal<T> {
  const held = signal(source.value);
  source.subscribe((value) => {
    held.value = value;
  });
  return held;
}

/** The same for as long as a component is shown. */
export function useFollowed<T>(source: Observable<T>): T {
  const held = useSignal(source.value);
  useEffect(
    () =>
      source.subscribe((value) => {
        held.value = value;
      }),
    [source, held],
  );
  return held.value;
}
