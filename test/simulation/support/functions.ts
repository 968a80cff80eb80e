import type { Connection } from '../../../functions/core/connections/connection.ts';
import { admit } from '../../../functions/core/connections/connection.ts';
import {
  openConnection,
  restore,
  restoreIfLost,
} from '../../../functions/core/connections/open-and-close.ts';
import { peerIn } from '../../../functions/core/conversations/conversation.ts';
import { deliver, deliverToEach, tellDevices } from '../../../functions/core/delivery/deliver.ts';
import { UserNotFound } from '../../../functions/core/errors.ts';
import { readConversation, readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import { append, type Draft } from '../../../functions/core/messages/append.ts';
import { readHistory } from '../../../functions/core/messages/read-messages.ts';
import { type Outgoing, sendMessage } from '../../../functions/core/messages/send-message.ts';
import { watchPresence } from '../../../functions/core/presence/presence.ts';
import { TYPING_SECONDS, type TypingTimes, typing } from '../../../functions/core/presence/typing.ts';
import { markRead, markReceived } from '../../../functions/core/receipts/move-receipt.ts';
import { logOut, openSession } from '../../../functions/core/sessions/log-in-and-out.ts';
import { refreshSession } from '../../../functions/core/sessions/refresh-session.ts';
import { catchUp, type SyncRequest } from '../../../functions/core/sync/catch-up.ts';
import {
  markFrame,
  messageFrame,
  presenceFrame,
  sessionEndedFrame,
  typingFrame,
} from '../../../functions/protocol/server-frames.ts';
import type { Capabilities } from './capabilities.ts';

/** The configuration of the stage. */
const PACE_LIMIT = { messages: 20, seconds: 10 };

/** Longer than any schedule, so a session ends only if somebody ends it. */
const REFRESH_SECONDS = 365 * 24 * 60 * 60;

interface Surroundings {
  /** The memory of one running function. */
  readonly typingTimes: TypingTimes;
  /** Gets the errors that `deliver` swallows. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * The work of the entries in functions/websocket and functions/http between request and reply, over the given capabilities.
 * functions/runtime wires the entries themselves to AWS and accepts no other store. So this file mirrors them, and the
 * end-to-end suite tests them.
 */
export function functionsWith(capabilities: Capabilities, { typingTimes, onFailure }: Surroundings) {
  const { log, connections, gateway, profiles, sessions, marks, inbox, presences, system } = capabilities;
  const { memberships, watches, refreshTokens, repeats } = capabilities;
  const { now } = system;
  const sending = {
    log,
    paceLimit: PACE_LIMIT,
    connections,
    gateway,
    onFailure: (_: Connection, error: unknown) => onFailure(error),
    ...system,
    async beforeFirst({ senderId, conversation }: Draft) {
      const peerId = peerIn(conversation, senderId);
      if (!(await profiles.profileOf(peerId))) throw new UserNotFound(peerId);
    },
  };
  const devices = {
    connections,
    deliver: (to: readonly Connection[], frame: string) => deliver(sending, to, frame),
    now,
  };
  const restoring = { connections, sessions, gateway, now, farewell: JSON.stringify(sessionEndedFrame) };
  const login = {
    profiles,
    sessions,
    refreshTokens,
    accessTokens: { sign: async () => 'access' },
    refreshSeconds: REFRESH_SECONDS,
    newId: system.newId,
    now,
  };
  const marking = { history: log, marks, presences, now };

  const mark =
    (type: 'conversation.read' | 'message.received', move: typeof markRead) =>
    async ({ userId, connectionId }: Connection, conversation: string, seq: number) => {
      const { moved, tells } = await move(marking, { userId, conversation, seq });
      const frame = markFrame(type, { conversation, userId, seq });
      if (tells.length > 0) await tellDevices(devices, tells, JSON.stringify(frame), connectionId);
      return { moved };
    };

  return {
    async connect(connection: Connection, peerId: string) {
      const verdict = await admit(profiles, connection.userId, peerId);
      if (verdict !== 'admitted') throw new Error(`not admitted: ${verdict}`);
      await openConnection({ connections, sessions, now }, connection);
    },

    disconnect: ({ userId, connectionId }: Connection) => connections.remove(userId, connectionId),

    /** `message.send`, the original protocol's frame, and `POST …/messages`, which has no socket. */
    send: (username: string, outgoing: Outgoing) =>
      sendMessage(
        {
          append: (draft) => append(sending, draft),
          repeats,
          paceLimit: PACE_LIMIT,
          connections,
          restore: (connection) => restore(restoring, connection),
          deliver: (to, stored) =>
            deliverToEach(sending, to, (readerId) =>
              JSON.stringify(messageFrame(stored, username, readerId)),
            ),
          onFailure: () => {},
          now,
        },
        outgoing,
      ),

    read: mark('conversation.read', markRead),
    received: mark('message.received', markReceived),

    async typing({ userId }: Connection, conversation: string) {
      const peerId = await typing({ history: log, times: typingTimes, now }, { userId, conversation });
      const frame = typingFrame(conversation, userId, TYPING_SECONDS);
      if (peerId !== undefined) await tellDevices(devices, [peerId], JSON.stringify(frame));
    },

    sync: (request: SyncRequest) => catchUp({ log, inbox, presences, now }, request),

    async watch({ userId, connectionId }: Connection, users: readonly string[]) {
      const watcher = { userId, connectionId };
      return presenceFrame(await watchPresence({ memberships, presences, watches, now }, watcher, users));
    },

    ping: (connection: Connection) => restoreIfLost(restoring, connection),

    logIn: (userId: string) => openSession(login, userId),
    logOut: (userId: string, token: string) => logOut({ sessions, refreshTokens }, userId, token),
    refresh: (token: string) => refreshSession(login, token),

    /** The effect of `PATCH /users/me` on the presence. */
    hide: (userId: string, hidden: boolean) => presences.hide(userId, hidden),

    history: (userId: string, peerId: string, offset: number) =>
      readHistory({ profiles, history: log }, { userId, peerId, window: { limit: 3, offset } }),

    inbox: (request: Parameters<typeof readInbox>[1]) => readInbox({ inbox, presences }, request),

    conversation: (userId: string, conversation: string) =>
      readConversation({ inbox, presences, history: log, profiles }, { userId, conversation }),
  };
}

export type Functions = ReturnType<typeof functionsWith>;
