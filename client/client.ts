import { createAsking } from './asking.ts';
import { createCatchingUp } from './catching-up.ts';
import { type ConversationStore, createConversation } from './conversation.ts';
import { ParleyError } from './errors.ts';
import type { Action, Frame } from './frame-types.ts';
import { createHistory } from './history.ts';
import { type Fetch, http } from './http.ts';
import type {
  Account,
  Credentials,
  Profile,
  ProfileChange,
  Registration,
  User,
  UserWithPresence,
} from './http-types.ts';
import { conversationOf } from './ids.ts';
import { createInbox } from './inbox.ts';
import { indexedOutbox, pageDatabase } from './indexed-outbox.ts';
import { createLine, type Limits } from './line.ts';
import type { SocketConstructor } from './link.ts';
import { createMarks } from './marks.ts';
import { type Observable, observable } from './observable.ts';
import { createOutbox } from './outbox.ts';
import { memoryOutbox, type OutboxStore } from './outbox-store.ts';
import { createPauses } from './pauses.ts';
import { createPeople } from './people.ts';
import { createPresence } from './presence.ts';
import { createRouting } from './routing.ts';
import { createSession } from './session.ts';
import { memoryTokens, type TokenStore } from './token-store.ts';
import { pageWakeUps, type WakeUps } from './wake-ups.ts';

export interface ClientOptions {
  /** Such as `https://chat.example.com`; in a page that the deployment serves, `location.origin`. */
  readonly baseUrl: string;
  /** `baseUrl` with `ws` for `http`, and `/ws`, by default. */
  readonly socketUrl?: string;
  /** In memory by default: who reloads the page logs in again. */
  readonly tokens?: TokenStore;
  /** IndexedDB by default where there is one, else memory. */
  readonly outbox?: OutboxStore;
  readonly fetch?: Fetch;
  readonly WebSocket?: SocketConstructor;
  /** In ms. */
  readonly now?: () => number;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
  readonly wakeUps?: WakeUps;
  readonly limits?: Partial<Limits>;
}

export type Client = ReturnType<typeof createClient>;
export type Conversation = ConversationStore['face'];

const API_GATEWAY: Limits = { idleMs: 10 * 60_000, connectionMs: 2 * 60 * 60_000 };

/** A client of one Parley deployment, for one user at a time. */
export function createClient(options: ClientOptions) {
  const { now = Date.now, random = Math.random, wakeUps = pageWakeUps } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const ask = http(baseUrl, options.fetch ?? ((url, init) => fetch(url, init)));
  const session = createSession({ ask, store: options.tokens ?? memoryTokens(), now });
  const asking = createAsking(ask, session);
  const { get } = asking;
  const profile = observable<Profile | undefined>(undefined);
  const conversations = new Map<string, ConversationStore>();

  const ownId = () => session.state.value.user?.id ?? '';
  const request = (action: Action): Promise<Frame> => line.request(action);
  const isOnline = () => line.state.value === 'online';

  const { pause, end: endPauses } = createPauses();
  const presence = createPresence({ request, isOnline, random, pause });
  const marks = createMarks({
    isOnline,
    request,
    onChange: (conversation) => {
      conversations.get(conversation)?.render();
      inbox.render();
    },
  });
  const inbox = createInbox({ get, marks, presence, ownId });
  const people = createPeople(get);
  const history = createHistory(get);
  const outbox = createOutbox({
    store: options.outbox ?? (pageDatabase() ? indexedOutbox() : memoryOutbox()),
    isOnline,
    request,
    lastOf: async (conversation) =>
      conversations.get(conversation)?.last() ??
      inbox.lastOf(conversation) ??
      (await history.newest(conversation)),
    newestOf: history.newest,
    behind: history.behind,
    onChange: (conversation, stored) => {
      const store = conversations.get(conversation);
      if (stored) store?.stored(stored);
      store?.render();
    },
    now,
    random,
    pause,
  });

  const storeOf = (id: string): ConversationStore => {
    const known = conversations.get(id);
    if (known) return known;
    const store = createConversation({
      id,
      ownId,
      get,
      outbox,
      marks,
      isKnown: () => inbox.lastOf(id) !== undefined,
      onEntry: (entry) => inbox.merge([entry]),
      onMessages: (messages) => routing.learn(messages),
      tellTyping: () => request({ action: 'typing', conversation: id }),
      now,
      random,
    });
    conversations.set(id, store);
    store.render();
    return store;
  };

  const routing = createRouting({
    ownId,
    conversations,
    storeOf,
    outbox,
    marks,
    inbox,
    presence,
    // And with the socket it had lost whom it watches.
    onRestored: () => void presence.renew(),
  });

  const catchingUp = createCatchingUp({
    request,
    isOnline,
    conversations,
    inbox,
    receive: routing.receive,
    onSynced: () => void outbox.load(ownId()),
    loadProfile: async () => {
      if (!profile.value) profile.set(await get<Profile>('/users/me'));
    },
    random,
    pause,
  });

  const line = createLine({
    url: options.socketUrl ?? `${baseUrl.replace(/^http/, 'ws')}/ws`,
    session,
    WebSocket: options.WebSocket ?? (globalThis.WebSocket as unknown as SocketConstructor),
    now,
    random,
    limits: { ...API_GATEWAY, ...options.limits },
    wakeUps,
    probe: () => get('/users/me'),
    onFrame: routing.onFrame,
    onOpen: (isRenewal) => {
      marks.flush();
      void presence.renew();
      void catchingUp.run(isRenewal);
    },
    onAlive: () => void catchingUp.sync(),
  });

  const forgetUser = () => {
    line.stop();
    asking.reset();
    catchingUp.reset();
    outbox.reset();
    for (const store of conversations.values()) store.reset();
    marks.reset();
    inbox.reset();
    presence.reset();
    people.reset();
    profile.set(undefined);
    endPauses();
  };

  let userId: string | undefined;
  let isClosed = false;
  session.state.subscribe(({ user }) => {
    if (user?.id === userId) return;
    userId = user?.id;
    forgetUser();
    if (!user || isClosed) return;
    void outbox.load(user.id);
    line.start();
  });

  return {
    /** Who is logged in. */
    session: session.state as Observable<typeof session.state.value>,
    /** The line to the server. */
    connection: line.state as Observable<typeof line.state.value>,
    inbox: {
      items: inbox.items,
      /** In all conversations together. */
      unread: inbox.unread,
      hasMore: inbox.hasMore,
      isLoaded: inbox.isLoaded,
      loadMore: inbox.loadMore,
    },
    presence: { of: presence.of, watch: presence.watch },
    people: { state: people.state, search: people.search, more: people.more },
    profile: profile as Observable<Profile | undefined>,

    /** @throws ParleyError with `errors` by field */
    register: (registration: Registration) => ask<Account>('POST', '/users/register', { body: registration }),
    /** @throws ParleyError `wrong_credentials`, `too_many_attempts` */
    logIn: (credentials: Credentials): Promise<User> => session.logIn(credentials),
    /** Goes on with the tokens of an earlier page; undefined when there are none. */
    resume: (): Promise<User | undefined> => session.resume(),
    /** By itself it happens before the access token expires; this does it now. */
    async refresh(): Promise<void> {
      await session.refresh(await session.access());
    },
    logOut: (): Promise<void> => session.logOut(),
    async changeProfile(change: ProfileChange): Promise<Profile> {
      const changed = await asking.as<Profile>('PATCH', '/users/me', change);
      profile.set(changed);
      return changed;
    },
    async user(id: string): Promise<UserWithPresence> {
      const user = await get<UserWithPresence>(`/users/${encodeURIComponent(id)}`);
      presence.learn([{ user_id: user.id, online: user.online, last_seen: user.last_seen }]);
      return user;
    },
    conversation: (id: string): Conversation => storeOf(id).face,
    /** It begins with its first message. */
    conversationWith(user: string): Conversation {
      if (!ownId()) throw new ParleyError('not_logged_in', 'Log in first.');
      return storeOf(conversationOf(ownId(), user)).face;
    },
    /** Looks at once whether the line lives, or tries for a new one; for a button. */
    reconnect: (): void => line.wake(),
    /** Ends the line and every timer. The session lives on in the store of tokens. */
    close(): void {
      isClosed = true;
      session.close();
      forgetUser();
    },
  };
}
