import type { ClientOptions } from './client-options.ts';
import type {
  Account,
  Credentials,
  Profile,
  ProfileChange,
  Registration,
  User,
  UserWithPresence,
} from './contract/http-types.ts';
import { fieldsOf } from './contract/request-fields.ts';
import type { ConversationStore } from './conversation/conversation.ts';
import { ParleyError } from './errors.ts';
import { conversationOf } from './ids.ts';
import type { Observable } from './observable.ts';
import { wire } from './wiring.ts';

export type Client = ReturnType<typeof createClient>;
export type Conversation = ConversationStore['face'];

/**
 * A client of one Parley deployment, for one user at a time.
 * @throws TypeError when there is no WebSocket, or `baseUrl` is none
 */
export function createClient(options: ClientOptions) {
  const { ask, session, asking, profile, presence, inbox, people, outbox, line, ownId, storeOf, forgetUser } =
    wire(options);

  let userId: string | undefined;
  /** Whose messages may wait here: a session that the server ends takes none of them away. */
  let writer: string | undefined;
  let discarding: Promise<void> | undefined;
  let isClosed = false;
  session.state.subscribe(({ state, user }) => {
    if (state === 'out' && writer !== undefined) {
      const gone = writer;
      writer = undefined;
      discarding = outbox.discardAll((id) => id === gone);
    }
    if (user?.id === userId) return;
    userId = user?.id;
    forgetUser();
    if (!user || isClosed) return;
    writer = user.id;
    void outbox.discardAll((id) => id !== user.id);
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
      /** In all conversations together; `isComplete` once those that `items` does not have are counted too. */
      unread: inbox.unread,
      hasMore: inbox.hasMore,
      isLoaded: inbox.isLoaded,
      loadMore: inbox.loadMore,
    },
    presence: { of: presence.of, watch: presence.watch },
    people: { state: people.state, search: people.search, more: people.more },
    profile: profile.state,

    /** @throws ParleyError with `errors` by field */
    register: (registration: Registration) =>
      ask<Account>('POST', '/users/register', { body: fieldsOf('Registration', registration) }),
    /** @throws ParleyError `wrong_credentials`, `too_many_attempts` */
    logIn: (credentials: Credentials): Promise<User> => session.logIn(credentials),
    /** Goes on with the tokens of an earlier page; undefined when there are none. */
    resume: (): Promise<User | undefined> => session.resume(),
    /** By itself it happens before the access token expires; this does it now. */
    async refresh(): Promise<void> {
      await session.refresh(await session.access());
    },
    /** How many own messages wait to be sent or were refused, in all tabs: `logOut` discards them. */
    countUnsent: async (): Promise<number> => (userId ? outbox.count(userId) : 0),
    /** At once, with or without a network. Nothing of the user's stays on this device. */
    async logOut(): Promise<void> {
      await session.logOut();
      await discarding;
    },
    /** Only what is given is changed. */
    changeProfile: (change: ProfileChange): Promise<Profile> => profile.change(change),
    /** As it is by now: no frame tells what another device has changed, so ask when it is looked at. */
    loadProfile: (): Promise<Profile> => profile.load(),
    async user(id: string): Promise<UserWithPresence> {
      const user = await asking.get<UserWithPresence>(`/users/${encodeURIComponent(id)}`);
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
    /** Ends the line and every timer; this client is over. The session lives on in the store of tokens, for the next one. */
    close(): void {
      isClosed = true;
      session.close();
      forgetUser();
    },
  };
}
