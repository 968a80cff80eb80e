import { createClient, localTokens, memoryTokens, type TokenStore } from '@parley/client';
import { computed } from '@preact/signals';
import { createDrafts } from './drafts.ts';
import { follow } from './follow.ts';

/** The one client of this page; the deployment that serves the page is the one it talks to. */
export const client = createClient({ baseUrl: location.origin, tokens: tokens() });

export const session = follow(client.session);
export const connection = follow(client.connection);
export const profile = follow(client.profile);
export const inbox = {
  items: follow(client.inbox.items),
  unread: follow(client.inbox.unread),
  hasMore: follow(client.inbox.hasMore),
  isLoaded: follow(client.inbox.isLoaded),
};
export const people = follow(client.people.state);
export const drafts = createDrafts(client.session, tabStorage());

export const me = computed(() => session.value.user);

function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** A browser that keeps nothing for sites refuses the very mention of storage: then a reload asks for the password. */
function tokens(): TokenStore {
  try {
    return localTokens();
  } catch {
    return memoryTokens();
  }
}
