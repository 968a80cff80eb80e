import { type ConversationStore, createConversation } from './conversation.ts';
import { hasCode, ParleyError } from './errors.ts';
import type { Action, ChatMessage, Frame, MessageSent, SyncDone, SyncPage } from './frame-types.ts';
import { type Fetch, http } from './http.ts';
import type {
  Account,
  Credentials,
  MessageWindow,
  Profile,
  ProfileChange,
  Registration,
  StoredMessage,
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
import { createPeople } from './people.ts';
import { persist } from './persist.ts';
import { createPresence } from './presence.ts';
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
const SYNCED_AT_ONCE = 50;

/** A client of one Parley deployment, for one user at a time. */
export function createClient(options: ClientOptions) {
  const { now = Date.now, random = Math.random, wakeUps = pageWakeUps } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const ask = http(baseUrl, options.fetch ?? ((url, init) => fetch(url, init)));
  const session = createSession({ ask, store: options.tokens ?? memoryTokens(), now });
  const profile = observable<Profile | undefined>(undefined);
  const conversations = new Map<string, ConversationStore>();
  /** Of the last `sync.done`. */
  let position: string | undefined;
  let syncs = 0;
  /** There was a time without a line since the inbox was loaded. */
  let isInboxStale = true;

  const ownId = () => session.state.value.user?.id ?? '';

  /** A token that the server refuses is replaced, once. */
  const askAs = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const token = await session.access();
    try {
      return await ask<T>(method, path, { token, body });
    } catch (error) {
      if (!hasCode(error, 'token_expired', 'token_invalid', 'not_authenticated')) throw error;
      return ask<T>(method, path, { token: await session.refresh(token), body });
    }
  };
  const get = <T>(path: string) => askAs<T>('GET', path);
  const request = (action: Action): Promise<Frame> => line.request(action);
  const isOnline = () => line.state.value === 'online';

  const presence = createPresence((users) => request({ action: 'presence.watch', users }));
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
  const outbox = createOutbox({
    store: options.outbox ?? (pageDatabase() ? indexedOutbox() : memoryOutbox()),
    isOnline,
    request,
    lastOf: async (conversation) =>
      conversations.get(conversation)?.last() ?? inbox.lastOf(conversation) ?? (await newest(conversation)),
    behind: async (conversation, after) => {
      const found: StoredMessage[] = [];
      for (let last = after; ; ) {
        const { results } = await messagesOf(conversation, `after=${last}&limit=100`);
        found.push(...results);
        last = results.at(-1)?.seq ?? last;
        if (results.length < 100) return found;
      }
    },
    onChange: (conversation, stored) => {
      const store = conversations.get(conversation);
      if (stored) store?.stored(stored);
      store?.render();
    },
    now,
    random,
  });

  const messagesOf = (conversation: string, query: string) =>
    get<MessageWindow>(`/conversations/${conversation}/messages?${query}`);

  const newest = async (conversation: string): Promise<number> => {
    try {
      return (await messagesOf(conversation, 'limit=1')).last_seq;
    } catch (error) {
      if (hasCode(error, 'conversation_not_found')) return 0;
      throw error;
    }
  };

  /** Stored messages, from wherever they come, in any order and any number of times. */
  const learn = (messages: readonly StoredMessage[]) => {
    for (const message of messages) {
      const { conversation, seq, sender_id } = message;
      const isOwnSend = outbox.acknowledge(message);
      if (sender_id !== ownId()) marks.received(conversation, seq);
      // Who answers has read what was before: the mark follows, and never past what they have not seen.
      else if (marks.of(conversation).read === seq - 1) {
        if (isOwnSend) marks.read(conversation, seq);
        else marks.merge(conversation, { read: seq });
      }
      inbox.note(message);
    }
  };

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
      onMessages: learn,
      tellTyping: () => request({ action: 'typing', conversation: id }),
      now,
      random,
    });
    conversations.set(id, store);
    store.render();
    return store;
  };

  const receive = (messages: readonly StoredMessage[]) => {
    learn(messages);
    for (const [id, news] of Map.groupBy(messages, (message) => message.conversation)) {
      conversations.get(id)?.receive(news);
    }
  };

  const onMessage = (frame: ChatMessage | MessageSent) => {
    const { type, sender, ...message } = frame;
    receive([message]);
    if (message.sender_id !== ownId()) conversations.get(message.conversation)?.typing.end();
  };

  const onFrame = (frame: Frame) => {
    switch (frame.type) {
      case 'chat.message':
      case 'message.sent':
        return onMessage(frame);
      case 'conversation.read':
      case 'message.received': {
        if (frame.moved === false) return;
        const isOwn = frame.user_id === ownId();
        const isRead = frame.type === 'conversation.read';
        const name = isRead ? (isOwn ? 'read' : 'peerRead') : isOwn ? 'received' : 'peerReceived';
        return marks.merge(frame.conversation, { [name]: frame.seq });
      }
      case 'typing':
        if (frame.user_id !== ownId()) storeOf(frame.conversation).typing.begin(frame.expires_in);
        return;
      case 'presence':
        return presence.learn(frame.users);
      case 'pong':
        // The server had lost this socket, and with it whom it watches.
        if (frame.restored) void presence.renew();
        return;
      case 'session.ended':
        return void session.end();
      default:
    }
  };

  const syncSome = async (batch: readonly ConversationStore[], from: string | undefined) => {
    for (let since = from; ; ) {
      const held = batch.map((store) => [store.face.id, store.last() ?? 0] as const);
      const reply = (await request({
        action: 'sync',
        conversations: Object.fromEntries(held),
        ...(since !== undefined && { since }),
      })) as SyncPage | SyncDone;
      receive(reply.messages);
      inbox.merge(reply.conversations);
      if (reply.type === 'sync.done') return reply.position;
      if (since !== undefined) since = reply.position;
    }
  };

  /** What was missed in open conversations, and which others are new; a day away costs what was said in them. */
  const sync = async () => {
    const since = position;
    const live = [...conversations.values()].filter((store) => store.isOpen() && store.last() !== undefined);
    const positions: string[] = [];
    for (let from = 0; from === 0 || from < live.length; from += SYNCED_AT_ONCE) {
      positions.push(await syncSome(live.slice(from, from + SYNCED_AT_ONCE), since));
    }
    // The earliest: what happened while the others were asked for is told again.
    position = positions[0];
  };

  const catchUp = async (isRenewal: boolean) => {
    syncs += 1;
    const mine = syncs;
    isInboxStale ||= !isRenewal;
    const still = { isWanted: () => mine === syncs && isOnline(), random };
    marks.flush();
    void presence.renew();
    await persist(sync, still);
    outbox.pumpAll();
    if (isInboxStale) await persist(loadInbox, still);
    const unloaded = [...conversations.values()].filter((store) => store.isOpen());
    await Promise.all(unloaded.map((store) => persist(store.ensureLoaded, still)));
    if (!profile.value) await persist(loadProfile, still);
  };

  const loadInbox = async () => {
    await inbox.load();
    isInboxStale = false;
  };

  const loadProfile = async () => {
    profile.set(await get<Profile>('/users/me'));
  };

  const line = createLine({
    url: options.socketUrl ?? `${baseUrl.replace(/^http/, 'ws')}/ws`,
    session,
    WebSocket: options.WebSocket ?? (globalThis.WebSocket as unknown as SocketConstructor),
    random,
    limits: { ...API_GATEWAY, ...options.limits },
    wakeUps,
    probe: () => get('/users/me'),
    onFrame,
    onOpen: (isRenewal) => void catchUp(isRenewal),
    onAlive: () => void sync().catch(() => undefined),
  });

  const forgetUser = () => {
    line.stop();
    syncs += 1;
    position = undefined;
    isInboxStale = true;
    outbox.reset();
    for (const store of conversations.values()) store.reset();
    marks.reset();
    inbox.reset();
    presence.reset();
    people.reset();
    profile.set(undefined);
  };

  let userId: string | undefined;
  let isClosed = false;
  session.state.subscribe(({ user }) => {
    if (user?.id === userId) return;
    userId = user?.id;
    forgetUser();
    if (!user || isClosed) return;
    void outbox.load(user.id).then(outbox.pumpAll);
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
      const changed = await askAs<Profile>('PATCH', '/users/me', change);
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
    reconnect: line.wake,
    /** Ends the line and every timer. The session lives on in the store of tokens. */
    close(): void {
      isClosed = true;
      forgetUser();
    },
  };
}
