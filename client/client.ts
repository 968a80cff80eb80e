import {
  type Account,
  fieldsOf,
  type GroupConversation,
  type NewGroup,
  type OpenInvitation,
  type PasswordChange,
  type Registration,
  type SessionList,
  type SignUp,
  type UserSession,
  type UserWithPresence,
} from './contract/http-types.ts';
import type { ConversationStore } from './conversation/conversation.ts';
import { notInvited, notLoggedIn, ParleyError } from './errors.ts';
import { conversationOf, isId, isPathPart } from './ids.ts';
import type { Observable } from './observable.ts';
import type { ClientOptions } from './options.ts';
import { type IssuerToken, subjectToken } from './session/refresh.ts';
import { wire } from './wiring.ts';

export type Client = ReturnType<typeof createClient>;
export type Conversation = ConversationStore['handle'];

/**
 * A client of one Parley deployment, for one user at a time.
 * @throws TypeError if there is no WebSocket, or if `baseUrl` is not an http URL
 */
export function createClient(options: ClientOptions) {
  const { http, session, api, profile, presence, inbox, people, blocks, moderation, outbox, ...parts } =
    wire(options);
  const { connection, conversations, ownId, exportData, forgetUser } = parts;

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

    /**
     * Creates an account. Without an `id` in the result, there is no account yet: a link is mailed to the address.
     * @throws ParleyError with `errors` by field
     */
    register: (registration: Registration) =>
      http<SignUp & { readonly id?: string }>('POST', '/users/register', {
        body: fieldsOf('Registration', registration),
      }),
    /**
     * Creates the account of a sign-up by the token of such a link, and its password.
     * @throws ParleyError `link_invalid`, `wrong_password`, `too_many_attempts`, or `validation_failed` with `errors` by field
     */
    confirmSignUp: (token: string, password: string) =>
      http<Account>('POST', '/users/register/confirm', { body: { token, password } }),
    /** @throws ParleyError `wrong_credentials`, `too_many_attempts` */
    logIn: session.logIn,
    /** Continues with the tokens of an earlier page. Resolves with undefined if there are none. */
    resume: session.resume,
    /** Replaces the tokens now. By itself, this happens before the access token expires. */
    async refresh(): Promise<void> {
      await session.refresh(await session.access());
    },
    /** The number of the user's unsent and refused messages, edits and removals, in all tabs. `logOut` discards them. */
    countUnsent: async (): Promise<number> => (userId ? outbox.count(userId) : 0),
    /** Logs out at once, even without a network. No data of the user stays on this device. */
    async logOut(): Promise<void> {
      await session.logOut();
      await discarding;
    },
    /** Where the user is logged in, the newest log-in first. */
    sessions: async (): Promise<readonly UserSession[]> =>
      (await api.get<SessionList>('/users/me/sessions')).results,
    /**
     * Logs another device out. With the id of the current session, this one.
     * @throws ParleyError `session_not_found`
     */
    async endSession(id: string): Promise<void> {
      // Without an id, or with a dot, the path would be that of all other sessions.
      if (!isId(id)) throw new ParleyError('session_not_found', 'This is not the id of a session.');
      await api.request('DELETE', `/users/me/sessions/${id}`);
    },
    /** Logs all other devices out. */
    endOtherSessions: (): Promise<void> => api.request('DELETE', '/users/me/sessions'),
    /**
     * Changes the password, and logs all other devices out. If it fails without the server's answer, call it again with the same.
     * @throws ParleyError `wrong_password`, `too_many_attempts`, or `validation_failed` with `errors` by field
     */
    changePassword: (change: PasswordChange): Promise<void> =>
      api.request('POST', '/users/me/password', fieldsOf('PasswordChange', change)),
    /**
     * Has a link to a new password mailed to the owner of this address. Nothing tells whether it is that of an account.
     * @throws ParleyError `too_many_mails`, `mail_off`
     */
    requestPasswordReset: (email: string): Promise<void> =>
      http('POST', '/users/password/reset', { body: { email } }),
    /**
     * Sets a new password by the token of such a link. All sessions of the account end.
     * @throws ParleyError `link_invalid`, or `validation_failed` with `errors` by field
     */
    resetPassword: (token: string, password: string): Promise<void> =>
      http('POST', '/users/password/reset/confirm', { body: { token, password } }),
    /**
     * Has a link mailed to the user that confirms their address.
     * @throws ParleyError `too_many_mails`, `mail_off`
     */
    requestEmailVerification: (): Promise<void> => api.request('POST', '/users/me/email/verification'),
    /**
     * Confirms an address by the token of such a link. It needs no log-in.
     * @throws ParleyError `link_invalid`
     */
    verifyEmail: (token: string): Promise<void> =>
      http('POST', '/users/email/verification', { body: { token } }),
    /**
     * Deletes the account, and logs out: no data of the user stays on this device. The messages stay, as those of a deleted account.
     * @param proof the password. For a user of another log-in, the function that returns its token, as in the options
     * @throws ParleyError `wrong_password` or `too_many_attempts`. With a token `subject_token_invalid` or `subject_token_expired`, or
     * `not_logged_in` if the function returns none. After `session_ended`, an earlier try may have deleted the account
     */
    async deleteAccount(proof: string | IssuerToken): Promise<void> {
      const given = typeof proof === 'string' ? proof : await proof();
      if (given === undefined) throw notLoggedIn();
      const body = proof === given ? { password: given } : subjectToken(given);
      // The server closes the socket before it answers, which would look like a session that was ended elsewhere.
      connection.stop();
      try {
        await api.request('DELETE', '/users/me', body);
      } catch (error) {
        if (session.state.value.user) connection.start();
        throw error;
      }
      await session.erase();
      await discarding;
    },
    /**
     * All that the server stores about the user, line by line: profile, sessions, and conversations with their messages. The last line
     * is of type `end`. It takes minutes if there is much, and waits where the server asks to.
     * @throws ParleyError `session_ended` if the user logs out meanwhile
     */
    exportData,
    /** Changes only the given fields. */
    changeProfile: profile.change,
    /** Reads the profile. Call it when the profile is shown: no frame reports the changes of other devices. */
    loadProfile: profile.load,
    async user(id: string): Promise<UserWithPresence> {
      const user = await api.get<UserWithPresence>(`/users/${encodeURIComponent(id)}`);
      presence.update([{ user_id: user.id, online: user.online, last_seen: user.last_seen }]);
      blocks.update(user);
      return user;
    },
    /**
     * Blocks a user: neither can write to the other any more, nor see the other online, typing, or what they received or read.
     * The other one is not told.
     * @throws ParleyError `user_not_found`, `too_many_blocks`
     */
    block: blocks.add,
    /** Ends a block. Without one, it has no effect. */
    unblock: blocks.remove,
    /** Whom the user blocks, by name. */
    blocked: blocks.list,
    /** Whether the user blocks another one. It follows what this device does or hears of; undefined until then. */
    isBlocked: blocks.of,
    /**
     * Reports a user, or one of their messages, to the moderators. A repetition is the same report.
     * @throws ParleyError `message_not_found`, `rate_limited`
     */
    report: moderation.report,
    /**
     * For staff: a page of the open or resolved reports.
     * @throws ParleyError `staff_only`, as all methods for staff
     */
    reports: moderation.list,
    /** For staff: takes a report from the open ones, and keeps what was done about it. */
    resolveReport: moderation.resolve,
    /**
     * For staff: the user cannot log in until they are restored, and their sockets close.
     * @throws ParleyError `cannot_suspend_staff`
     */
    suspend: moderation.suspend,
    /** For staff: ends a suspension. */
    restore: moderation.restore,
    /** For staff: a page of the security events of a user, oldest first. */
    securityEvents: moderation.events,
    conversation: (id: string): Conversation => conversations.of(id).handle,
    /**
     * Creates a group, of which the user is the owner and the others are members. With a `key`, it may be called again after a failure:
     * it then creates none twice.
     * @throws ParleyError `user_not_found`, `cannot_write_to_user`, `not_allowed`, or `validation_failed` with `errors` by field
     */
    async createGroup(group: Omit<NewGroup, 'kind'>): Promise<Conversation> {
      const body = fieldsOf('NewGroup', { ...group, kind: 'group' });
      const created = await api.request<GroupConversation>('POST', '/conversations', body);
      inbox.merge([created]);
      return conversations.of(created.id).handle;
    },
    /**
     * Shows the group that an invitation is for.
     * @throws ParleyError `invitation_not_found`
     */
    invitation: async (token: string): Promise<OpenInvitation> =>
      api.request('POST', '/invitations/preview', invited(token)),
    /**
     * Joins that group. A member of it stays one.
     * @throws ParleyError `invitation_not_found`, `group_full`
     */
    async join(token: string): Promise<Conversation> {
      const joined = await api.request<GroupConversation>('POST', '/invitations/join', invited(token));
      inbox.merge([joined]);
      return conversations.of(joined.id).handle;
    },
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

/** A token stands in no path: servers log paths. */
function invited(token: string): { readonly token: string } {
  if (!isPathPart(token)) throw notInvited();
  return { token };
}
