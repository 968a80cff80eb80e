import { computed, signal } from '@preact/signals';
import { client } from './chat.ts';
import { paths, type Route, routeOf } from './paths.ts';

const hash = signal(location.hash);
let before: Route | undefined;
/** The last address within the chat, or the one that was opened before the login. */
let wanted: string = paths.inbox;
addEventListener('hashchange', () => {
  before = route.peek();
  if (!isAuthView(before) && !isLinkView(before)) wanted = hash.peek();
  hash.value = location.hash;
});

/** The view that is shown. */
export const route = computed(() => routeOf(hash.value));

/** The view that was shown before. */
export const previous = (): Route | undefined => before;

/** The views for users who are not logged in. */
export const isAuthView = ({ view }: Route): boolean =>
  view === 'log-in' || view === 'sign-up' || view === 'forgot';

/** The views that a link in a mail opens, whoever is logged in. */
export const isLinkView = ({ view }: Route): boolean =>
  view === 'reset' || view === 'verify' || view === 'confirm';

/** After the login, goes to the address that the user opened first. */
export const goToApp = (): void => goInstead(wanted);

/** Goes back to the conversations: in the tab's history if the user came from there. */
export function leave(): void {
  if (before?.view === 'inbox') history.back();
  else goInstead(paths.inbox);
}

export function go(path: string): void {
  location.hash = path;
}

/** Replaces the current address, so that the back button skips it. */
export const goInstead = (path: string): void => location.replace(path);

let userId: string | undefined;
client.session.subscribe(({ state, user }) => {
  // The next user must not start where this one stopped, or see who they talked to. A link in a mail is no such place.
  if (userId && (state === 'out' || (user && user.id !== userId))) {
    wanted = paths.inbox;
    if (!isLinkView(route.peek())) goInstead(paths.inbox);
  }
  userId = state === 'out' ? undefined : (user?.id ?? userId);
});
