import { changePassword } from '../../../functions/core/accounts/change-password.ts';
import { deleteAccount } from '../../../functions/core/accounts/delete-account.ts';
import { block, unblock } from '../../../functions/core/blocks/block.ts';
import type { Connection } from '../../../functions/core/connections/connection.ts';
import { admit } from '../../../functions/core/connections/connection.ts';
import {
  openConnection,
  restore,
  restoreIfLost,
} from '../../../functions/core/connections/open-and-close.ts';
import { type KnownEnds, renew } from '../../../functions/core/connections/renew.ts';
import {
  isGroupId,
  type OwnConversation,
  pairFor,
} from '../../../functions/core/conversations/conversation.ts';
import { resolve } from '../../../functions/core/conversations/roster.ts';
import { tellDevices } from '../../../functions/core/delivery/deliver.ts';
import { SESSION_ENDED, TokenInvalid, UserNotFound } from '../../../functions/core/errors.ts';
import type { Actor } from '../../../functions/core/groups/change-group.ts';
import { createGroup, type NewGroup } from '../../../functions/core/groups/create-group.ts';
import { dissolveGroup } from '../../../functions/core/groups/dissolve.ts';
import { putMember, removeMember } from '../../../functions/core/groups/members.ts';
import { type AskedSettings, changeSettings } from '../../../functions/core/groups/settings.ts';
import { readConversation, readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import { invite, type NewInvitation, revokeInvitation } from '../../../functions/core/invitations/invite.ts';
import { joinGroup, previewInvitation } from '../../../functions/core/invitations/join.ts';
import type { Draft } from '../../../functions/core/messages/append.ts';
import type { MessagePlace, Telling } from '../../../functions/core/messages/apply-change.ts';
import {
  deleteMessage,
  type EditDependencies,
  editMessage,
} from '../../../functions/core/messages/edit-message.ts';
import type { Message } from '../../../functions/core/messages/message.ts';
import { react, unreact } from '../../../functions/core/messages/react.ts';
import { readHistory, readMessages, type Window } from '../../../functions/core/messages/read-messages.ts';
import {
  type SendDependencies,
  type Sent,
  sendMessages,
} from '../../../functions/core/messages/send-message.ts';
import { watchPresence } from '../../../functions/core/presence/presence.ts';
import { forwardTyping, TYPING_SECONDS, type TypingTimes } from '../../../functions/core/presence/typing.ts';
import { markRead, markReceived } from '../../../functions/core/receipts/move-receipt.ts';
import { logIn, logOut } from '../../../functions/core/sessions/log-in-and-out.ts';
import type { Caller } from '../../../functions/core/sessions/own-sessions.ts';
import { refreshSession } from '../../../functions/core/sessions/refresh-session.ts';
import type { PinReader } from '../../../functions/core/settings/settings.ts';
import { catchUp, type SyncRequest } from '../../../functions/core/sync/catch-up.ts';
import {
  eventFrameOf,
  framesOf,
  lastFrames,
  presenceFrame,
  receiptFrame,
  tellingChanges,
  typingFrame,
} from '../../../functions/protocol/server-frames.ts';
import type { Capabilities } from './capabilities.ts';
import type { Person } from './world.ts';

/** The configuration of the stage. */
const SEND_LIMIT = { messages: 20, seconds: 10 };

/** Longer than any schedule, so a session ends only if somebody ends it. */
const REFRESH_SECONDS = 365 * 24 * 60 * 60;

/** More than any schedule has: guesses are another subject. */
const WRONG_PASSWORDS = 1_000_000;

const CLIENT = { device: 'simulated', address: '192.0.2.1' };

/** With the id of its conversation, as a client sends it. */
/** Nobody pins a conversation here. */
const NO_PINS: PinReader = { pinsOf: async () => [] };

type Named<T extends { readonly conversation: unknown }> = Omit<T, 'conversation'> & {
  readonly conversation: string;
};

type User = Pick<Person, 'id' | 'username'>;

interface Surroundings {
  /** The memory of one running function. */
  readonly typingTimes: TypingTimes;
  readonly knownEnds: KnownEnds;
  readonly resetBehind: number | undefined;
  /** Hears of each log-in that came to its end. */
  readonly onLogIn: (sessionId: string, password: string) => void;
  /** Gets the errors that `deliver` swallows. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The work of the entries in functions/websocket and functions/http between request and reply, over the given capabilities.
 * functions/runtime wires the entries themselves to AWS and accepts no other store. So this file mirrors them, and the
 * end-to-end suite tests them.
 */
export function functionsWith(
  capabilities: Capabilities,
  { typingTimes, knownEnds, resetBehind, onLogIn, onFailure }: Surroundings,
) {
  const { log, connections, gateway, profiles, sessions, receipts, inbox, presences, system } = capabilities;
  const { rosters, abouts, memberships, watches, refreshTokens, retries, blocks, inboxProjection } =
    capabilities;
  const { credentials, attempts, devices, accounts, people } = capabilities;
  const { now } = system;
  const audit = { note: () => {} };
  const passwords = {
    hash: async (password: string) => hashOf(password, system.randomBytes(4).toString('hex')),
    verify: async (password: string, hash: string) => passwordIn(hash) === password,
    isOutdated: () => false,
  };
  const checking = {
    ...{ audit, credentials, attempts, devices, passwords, profiles, sessions, accounts },
    decoyHash: 'none',
    wrongPasswords: WRONG_PASSWORDS,
    wrongPasswordsPerAddress: undefined,
    breaches: undefined,
    onBreachFailure: () => {},
    ...system,
  };
  /** As the middleware of all operations of a user. */
  const requireSession = async ({ userId, sessionId }: Caller) => {
    if (!(await sessions.isLive(userId, sessionId, now()))) throw new TokenInvalid(SESSION_ENDED);
  };
  const sending: SendDependencies = {
    log,
    profiles,
    retries,
    sendLimit: SEND_LIMIT,
    connections,
    gateway,
    onDeliveryFailure: (_, error) => onFailure(error),
    onConnectionsFailure: () => {},
    onFault: () => {},
    // Some groups have more, and some have not: so both ways of telling are used.
    mostDevices: 3,
    lastFrames,
    ...system,
  };
  const changing: EditDependencies = {
    ...sending,
    log,
    summaries: inboxProjection,
    editSeconds: undefined,
  };
  const restoring = { connections, sessions, gateway, now, lastFrames, knownEnds };
  const login = {
    ...checking,
    refreshTokens,
    accessTokens: { sign: async () => 'access' },
    refreshSeconds: REFRESH_SECONDS,
    sessionSeconds: 10 * REFRESH_SECONDS,
  };
  const moving = { log, receipts, presences, now };
  const groups = {
    ...sending,
    log,
    rosters,
    abouts,
    people,
    presences,
    ...system,
    groupCreation: 'anyone',
  } as const;
  const inviting = {
    ...groups,
    invitations: capabilities.invitations,
    tokens: capabilities.invitationTokens,
  };
  const actor = ({ id, username }: User): Actor => ({ userId: id, frameFor: eventFrameOf(username) });

  const receipt =
    (type: 'conversation.read' | 'message.received', move: typeof markRead) =>
    async ({ userId, connectionId }: Connection, id: string, seq: number) => {
      const conversation = await resolve({ rosters }, id, userId);
      const { moved, tells } = await move(moving, { conversation, seq });
      const frame = receiptFrame(type, { conversation: id, userId, seq });
      if (tells.length > 0) await tellDevices(sending, tells, JSON.stringify(frame), connectionId);
      return { moved };
    };

  const change =
    <T extends MessagePlace>(
      apply: (dependencies: EditDependencies, place: T, telling: Telling) => Promise<Message>,
    ) =>
    async (userId: string, { conversation, ...what }: Named<T>, from?: Connection) => {
      const own = await resolve({ rosters }, conversation, userId);
      const place = { ...what, conversation: own } as unknown as T;
      return apply(changing, place, tellingChanges(from?.connectionId));
    };

  return {
    async connect(connection: Connection, peerId: string) {
      const verdict = await admit(profiles, connection.userId, peerId);
      if (verdict !== 'admitted') throw new UserNotFound(peerId);
      await openConnection({ connections, sessions, now }, connection);
    },

    disconnect: ({ userId, connectionId }: Connection) => connections.remove(userId, connectionId),

    /** `message.send`, the original protocol's frame, and `POST …/messages`, which has no socket. */
    send({ id, username }: User, { conversation, ...draft }: Named<Draft>, from?: Connection): Promise<Sent> {
      const sendIn = (own: OwnConversation) =>
        sendMessages(
          sending,
          { ...draft, conversation: own },
          framesOf(username),
          from && { connection: from, restore: () => restore(restoring, from) },
        );
      // A pair needs no turn.
      if (!isGroupId(conversation)) return sendIn(pairFor(conversation, id));
      return resolve({ rosters }, conversation, id).then(sendIn);
    },

    /** `message.edit`, and `PATCH …/messages/{seq}`, which has no socket. */
    edit: change(editMessage),

    /** `message.delete`, and `DELETE …/messages/{seq}`. */
    remove: change(deleteMessage),

    /** `message.react` and `message.unreact`, and `PUT` and `DELETE …/messages/{seq}/reactions/{emoji}`. */
    react: change(react),
    unreact: change(unreact),

    /** `POST /conversations/` */
    createGroup: (by: User, group: NewGroup) => createGroup(groups, actor(by), group),
    /** `PATCH /conversations/{id}/` */
    changeSettings: (by: User, id: string, asked: AskedSettings) =>
      changeSettings(groups, id, actor(by), asked),
    /** `PUT` and `DELETE /conversations/{id}/members/{id}/` */
    putMember: (by: User, id: string, member: Parameters<typeof putMember>[3]) =>
      putMember(groups, id, actor(by), member),
    removeMember: (by: User, id: string, userId: string) => removeMember(groups, id, actor(by), userId),

    /** `DELETE /conversations/{id}/` */
    dissolve: (by: User, id: string) => dissolveGroup(groups, id, actor(by)),

    /** `POST /conversations/{id}/invitations/`, and `DELETE …/{invitation}/` */
    invite: (userId: string, id: string, invitation: NewInvitation) =>
      invite(inviting, id, userId, invitation),
    revokeInvitation: (userId: string, id: string, invitation: string) =>
      revokeInvitation(inviting, id, userId, invitation),
    /** `POST /invitations/preview/` and `…/join/` */
    preview: (by: User, token: string) => previewInvitation(inviting, token, by.id),
    join: (by: User, token: string) => joinGroup(inviting, token, actor(by)),

    read: receipt('conversation.read', markRead),
    received: receipt('message.received', markReceived),

    async typing({ userId }: Connection, id: string) {
      const conversation = await resolve({ rosters }, id, userId);
      const { tells } = await forwardTyping({ log, presences, times: typingTimes, now }, conversation);
      const frame = typingFrame(id, userId, TYPING_SECONDS);
      if (tells.length > 0) await tellDevices(sending, tells, JSON.stringify(frame));
    },

    sync: (request: SyncRequest) => catchUp({ log, rosters, inbox, presences, now, resetBehind }, request),

    async watch({ userId, connectionId }: Connection, users: readonly string[]) {
      const watcher = { userId, connectionId };
      return presenceFrame(await watchPresence({ memberships, presences, watches, now }, watcher, users));
    },

    ping: (connection: Connection) => restoreIfLost(restoring, connection),

    /** `auth.refresh` with a token of the socket's own session. */
    renew: (connection: Connection, username: string, expiresAt: Date) =>
      renew(restoring, connection, { ...connection, username, staff: false, expiresAt }),

    async logIn(email: string, password: string, deviceId: string) {
      const tokens = await logIn(login, { email, password, deviceId }, CLIENT);
      onLogIn(sessionIn(tokens.refresh), password);
      return tokens;
    },
    logOut: (userId: string, token: string) => logOut({ sessions, refreshTokens, audit }, userId, token),
    refresh: (token: string) => refreshSession(login, token, CLIENT),

    async changePassword(caller: Caller, change: Parameters<typeof changePassword>[2]) {
      await requireSession(caller);
      await changePassword(checking, caller, change);
    },
    async deleteAccount(caller: Caller, password: string) {
      await requireSession(caller);
      await deleteAccount(checking, caller, password);
    },

    /** The effect of `PATCH /users/me` on the presence. */
    hide: (userId: string, hidden: boolean) => presences.hide(userId, hidden),

    block: (userId: string, otherId: string) =>
      block({ blocks, profiles, audit: login.audit }, userId, otherId),
    unblock: (userId: string, otherId: string) =>
      unblock({ blocks, profiles, audit: login.audit }, userId, otherId),

    history: (userId: string, peerId: string, offset: number) =>
      readHistory({ profiles, history: log }, { userId, peerId, window: { limit: 3, offset } }),

    messages: async (userId: string, id: string, window: Window) =>
      readMessages(log, { conversation: await resolve({ rosters }, id, userId), window }),

    inbox: (request: Parameters<typeof readInbox>[1]) =>
      readInbox({ inbox, presences, pins: NO_PINS, now }, request),

    conversation: async (userId: string, id: string) =>
      readConversation({ inbox, presences, log, profiles, now }, await resolve({ rosters }, id, userId)),
  };
}

export type Functions = ReturnType<typeof functionsWith>;

/** Readable, and with a salt, as hashes have one. bcrypt is tested elsewhere. */
export const hashOf = (password: string, salt: string): string => `${salt}:${password}`;
export const passwordIn = (hash: string): string => hash.slice(hash.indexOf(':') + 1);

export const sessionIn = (refreshToken: string): string => refreshToken.split('.')[1] ?? '';
