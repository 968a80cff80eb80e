import { computed, signal } from '@preact/signals';
import { client } from './chat.ts';
import { paths, type Route, routeOf } from './paths.ts';

const hash = signal(location.hash);
let before: Route | undefined;
addEventListener('hashchange', () => {
  before = route.peek();
  hash.value = location.hash;
});

/** Where in the app one is now. */
export const route = computed(() => routeOf(hash.value));

/** Where one was before: whoever comes back to a list goes on where they left it. */
export const previous = (): Route | undefined => before;

export function go(path: string): void {
  location.hash = path;
}

/** To where one is sent on from: it is no place for the way back. */
export const goInstead = (path: string): void => location.replace(path);

let visitor: string | undefined;
client.session.subscribe(({ user }) => {
  // Whoever logs in next does not begin where somebody else stopped.
  if (user && visitor && user.id !== visitor) goInstead(paths.inbox);
  visitor = user?.id ?? visitor;
});
