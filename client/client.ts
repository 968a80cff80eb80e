import { type Account, fieldsOf, type Registration, type UserWithPresence } from './contract/http-types.ts';
import type { ConversationStore } from './conversation/conversation.ts';
import { notLoggedIn } from './errors.ts';
import { conversationOf } from './ids.ts';
import type { Observable } from './observable.ts';
import type { ClientOptions } from './options.ts';
import { wire } from './wiring.ts';

export type Client = ReturnType<typeof createClient>;
export type Conversation = ConversationStore['handle'];

/**
 * A client of one Parley deployment, for one user at a time.
 * @throws TypeError if there is no WebSocket, or if `baseUrl` is not an http URL
 */
export function createClient(options: ClientOptions) {
  const { http, session, api, profile, presence, inbox, people, outbox, ...parts } = wire(options);
  const { connection, conversations, ownId, forgetUser } = parts;

  let userId: string | undefined;
  /** The user whose messages may wait here. They stay if the server ends the session. */
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
    connection.start();
  });

  return {
    /** Who is logged in. */
    session: session.state as Observable<typeof session.state.value>,
    /** The state of the connection to the server. */
    connection: connection.state as Observable<typeof connection.state.value>,
    inbox: inbox.handle,
    presence: { of: presence.of, watch: presence.watch },
    people: { state: people.state, search: people.search, more: people.more },
    profile: profile.state,

    /** @throws ParleyError with `errors` by field */
    register: (registration: Registration) =>
      http<Account>('POST', '/users/register', { body: fieldsOf('Registration', registration) }),
    /** @throws ParleyError `wrong_credentials`, `too_many_attempts` */
    logIn: session.logIn,
    /** Continues with the tokens of an earlier page. Resolves with undefined if there are none. */
    resume: session.resume,
    /** Replaces the tokens now. By itself, this happens before the access token expires. */
    async refresh(): Promise<void> {
      await session.refresh(await session.access());
    },
    /** The number of the user's unsent and refused messages, in all tabs. `logOut` discards them. */
    countUnsent: async (): Promise<number> => (userId ? outbox.count(userId) : 0),
    /** Logs out at once, even without a network. No data of the user stays on this device. */
    async logOut(): Promise<void> {
      await session.logOut();
      await discarding;
    },
    /** Changes only the given fields. */
    changeProfile: profile.change,
    /** Reads the profile. Call it when the profile is shown: no frame reports the changes of other devices. */
    loadProfile: profile.load,
    async user(id: string): Promise<UserWithPresence> {
      const user = await api.get<UserWithPresence>(`/users/${encodeURIComponent(id)}`);
      presence.update([{ user_id: user.id, online: user.online, last_seen: user.last_seen }]);
      return user;
    },
    conversation: (id: string): Conversation => conversations.of(id).handle,
    /** The conversation with a user. It begins with its first message. */
    conversationWith(user: string): Conversation {
      if (!ownId()) throw notLoggedIn();
      return conversations.of(conversationOf(ownId(), user)).handle;
    },
    /** Checks the connection at once, or tries to open one: for a button. */
    reconnect: (): void => connection.wake(),
    /** Closes the connection and stops all timers. The session stays in the token store for the next client. */
    close(): void {
      isClosed = true;
      session.close();
      forgetUser();
    },
  };
}
