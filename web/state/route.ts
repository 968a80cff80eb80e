import { computed, signal } from '@preact/signals';
import { routeOf } from './paths.ts';

const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

/** Where in the app one is now. */
export const route = computed(() => routeOf(hash.value));

export function go(path: string): void {
  location.hash = path;
}
