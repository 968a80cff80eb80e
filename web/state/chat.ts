import {
  type Credentials,
  createClient,
  localTokens,
  memoryTokens,
  type Observable,
  type TokenStore,
} from '@parley/client';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { deviceId } from './device.ts';
import { createDrafts } from './drafts.ts';

/** The only client of this page. It talks to the deployment that serves the page. */
export const client = createClient({ baseUrl: location.origin, tokens: tokens() });

/** Logs in, and tells the server which device this is. */
export const logIn = (credentials: Credentials) => {
  const id = deviceId();
  return client.logIn({ ...credentials, ...(id && { device_id: id }) });
};

export const session = toSignal(client.session);
export const connection = toSignal(client.connection);
export const profile = toSignal(client.profile);
const items = toSignal(client.inbox.items);
const archived = toSignal(client.inbox.archived);
export const inbox = {
  items,
  archived,
  all: computed(() => [...items.value, ...archived.value]),
  unread: toSignal(client.inbox.unread),
  hasMore: toSignal(client.inbox.hasMore),
  isLoaded: toSignal(client.inbox.isLoaded),
};
export const people = toSignal(client.people.state);
export const drafts = createDrafts(client.session, tabStorage());

export const me = computed(() => session.value.user);

export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** In memory if the browser forbids storage: then a reload asks for the password again. */
function tokens(): TokenStore {
  try {
    return localTokens();
  } catch {
    return memoryTokens();
  }
}

/** Follows an observable of the library for as long as the page lives. */
function toSignal<T>(source: Observable<T>): ReadonlySignal<T> {
  const held = signal(source.value);
  source.subscribe((value) => {
    held.value = value;
  });
  return held;
}

/** The value of an observable. The component renders again when it changes. */
export function useObservable<T>(source: Observable<T>): T {
  const [, setState] = useState<T>(source.value);
  // As a function, because the value itself may be one, and `setState` would call it.
  useEffect(() => source.subscribe((value) => setState(() => value)), [source]);
  return source.value;
}
