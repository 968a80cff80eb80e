import { computed, signal } from '@preact/signals';
import { client } from './chat.ts';
import { paths, type Route, routeOf } from './paths.ts';

const hash = signal(location.hash);
let before: Route | undefined;
/** Where one was last, or wanted to go, behind the door. */
let inside: string = paths.inbox;
addEventListener('hashchange', () => {
  before = route.peek();
  if (!isDoor(before)) inside = hash.peek();
  hash.value = location.hash;
});

/** Where in the app one is now. */
export const route = computed(() => routeOf(hash.value));

/** Where one was before: whoever comes back to a list goes on where they left it. */
export const previous = (): Route | undefined => before;

/** Before one is in. */
export const isDoor = ({ view }: Route): boolean => view === 'log-in' || view === 'sign-up';

/** Who has come in through the door goes on to where they wanted to go. */
export const goInside = (): void => goInstead(inside);

/** Out of a view, to the conversations: by the way one came, if one came from there. */
export function leave(): void {
  if (before?.view === 'inbox') history.back();
  else goInstead(paths.inbox);
}

export function go(path: string): void {
  location.hash = path;
}

/** To where one is sent on from: it is no place for the way back. */
export const goInstead = (path: string): void => location.replace(path);

let visitor: string | undefined;
client.session.subscribe(({ state, user }) => {
  // Whoever logs in next does not begin where somebody else stopped, and does not see whom they talked to.
  if (visitor && (state === 'out' || (user && user.id !== visitor))) {
    inside = paths.inbox;
    goInstead(paths.inbox);
  }
  visitor = state === 'out' ? undefined : (user?.id ?? visitor);
});
