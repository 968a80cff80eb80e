import type { Connection, ConnectionStore } from '../core/connections/connection.ts';
import { restore, restoreIfLost } from '../core/connections/open-and-close.ts';
import { type RenewDependencies, renew } from '../core/connections/renew.ts';
import { asConversationNotFound, pairWith } from '../core/conversations/conversation.ts';
import { type RosterReader, resolve } from '../core/conversations/roster.ts';
import { tellDevices } from '../core/delivery/deliver.ts';
import { TokenExpired, TokenInvalid, UserNotFound } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import type { Draft, NewMessage } from '../core/messages/append.ts';
import type { MessagePlace, Telling } from '../core/messages/apply-change.ts';
import { deleteMessage, type EditDependencies, editMessage } from '../core/messages/edit-message.ts';
import type { Message } from '../core/messages/message.ts';
import { react, unreact } from '../core/messages/react.ts';
import {
  type Origin,
  type SendDependencies,
  sendMessage,
  sendMessages,
} from '../core/messages/send-message.ts';
import { type WatchDependencies, watchPresence } from '../core/presence/presence.ts';
import { forwardTyping, TYPING_SECONDS, type TypingTimes } from '../core/presence/typing.ts';
import { markRead, markReceived, type ReceiptDependencies } from '../core/receipts/move-receipt.ts';
import type { Identity } from '../core/sessions/session.ts';
import { catchUp, type SyncDependencies } from '../core/sync/catch-up.ts';
import type { ActionFrame, ActionInput, ActionName } from '../protocol/actions.ts';
import type { MessageFrame } from '../protocol/frames.ts';
import { toNewMessage, toNewMessages } from '../protocol/new-messages.ts';
import {
  changedFrame,
  framesOf,
  messageFrame,
  presenceFrame,
  receiptFrame,
  refreshedFrame,
  sentFrame,
  sentMessagesFrame,
  syncFrame,
  tellingChanges,
  typingFrame,
} from '../protocol/server-frames.ts';

/** The user who sent a frame, and the socket that it came over. */
export interface Caller {
  readonly connection: Connection;
  readonly username: string;
}

interface Dependencies {
  readonly rosters: RosterReader;
  readonly sending: SendDependencies;
  readonly changing: EditDependencies;
  readonly receipts: ReceiptDependencies;
  readonly inbox: SyncDependencies;
  readonly watching: WatchDependencies;
  readonly restoring: RenewDependencies & { readonly connections: Pick<ConnectionStore, 'of'> };
  /** Verifies an access token. It throws TokenExpired or TokenInvalid. */
  readonly verify: (token: string) => Promise<Identity>;
}

/** Does what a frame asks for, and returns the reply. */
type Action<N extends ActionName> = (caller: Caller, input: ActionInput<N>) => Promise<object>;

/** The actions of a device's frames, and the one of a conversation's socket. */
export function createActions(dependencies: Dependencies) {
  const { sending, changing, receipts, inbox, watching, restoring, verify } = dependencies;
  const typingTimes: TypingTimes = new Map();

  const origin = (connection: Connection): Origin => ({
    connection,
    restore: () => restore(restoring, connection),
  });

  const send = ({ connection, username }: Caller, message: Omit<Draft, 'messages'> & NewMessage) =>
    sendMessage(sending, message, framesOf(username), origin(connection));

  const sendAll = ({ connection, username }: Caller, draft: Draft) =>
    sendMessages(sending, draft, framesOf(username), origin(connection));

  /** The user's other devices are told, and the devices of the other members. */
  const receipt =
    <N extends 'conversation.read' | 'message.received'>(type: N, move: typeof markRead): Action<N> =>
    async ({ connection }, { conversation: id, seq }) => {
      const { userId, connectionId } = connection;
      const conversation = await resolve(dependencies, id, userId);
      const { moved, tells, retryAfter } = await move(receipts, { conversation, seq });
      const frame = receiptFrame(type, { conversation: id, userId, seq });
      if (tells.length > 0) await tellDevices(sending, tells, JSON.stringify(frame), connectionId);
      return { ...frame, moved, ...(retryAfter !== undefined && { retry_after: retryAfter }) };
    };

  /** A change of a message. All other devices of both members are told. */
  const change =
    <T extends MessagePlace>(
      apply: (changing: EditDependencies, what: T, telling: Telling) => Promise<Message>,
    ) =>
    async (
      { connection: { userId, connectionId } }: Caller,
      { conversation: id, ...what }: Omit<T, 'conversation'> & { readonly conversation: string },
    ) => {
      const place = { ...what, conversation: await resolve(dependencies, id, userId) } as unknown as T;
      return changedFrame(await apply(changing, place, tellingChanges(connectionId)), userId);
    };

  const actions: { readonly [N in ActionName]: Action<N> } = {
    async 'message.send'(caller, input) {
      const { to, conversation: id, messages, after, read } = input;
      const { userId } = caller.connection;
      const conversation =
        id === undefined ? pairWith(userId, otherUser(to, userId)) : await resolve(dependencies, id, userId);
      const place = { conversation, after };
      const explain = (error: unknown) => {
        if (id === undefined) throw error;
        return asConversationNotFound(id)(error);
      };
      if (messages === undefined) {
        const { message } = await send(caller, { ...place, ...toNewMessage(input) }).catch(explain);
        return sentFrame(message, caller.username);
      }
      const tried = toNewMessages(messages, read);
      const sent = await sendAll(caller, { ...place, messages: tried }).catch(explain);
      return sentMessagesFrame(conversation.id, tried, sent);
    },

    'message.edit': change(editMessage),
    'message.delete': change(deleteMessage),
    'message.react': change(react),
    'message.unreact': change(unreact),

    'conversation.read': receipt('conversation.read', markRead),
    'message.received': receipt('message.received', markReceived),

    async typing({ connection }, { conversation: id }) {
      const conversation = await resolve(dependencies, id, connection.userId);
      const { forwarded, tells } = await forwardTyping({ ...receipts, times: typingTimes }, conversation);
      const frame = typingFrame(id, connection.userId, TYPING_SECONDS);
      if (tells.length > 0) await tellDevices(sending, tells, JSON.stringify(frame));
      return { ...frame, forwarded };
    },

    /** A page of what the device missed: `sync.done` if nothing is missing behind it. */
    async sync({ connection }, { conversations, since }) {
      const { userId } = connection;
      const held = Object.entries(conversations).map(([id, one]) => ({ id, ...one }));
      return syncFrame(await catchUp(inbox, { userId, held, since }), userId);
    },

    async 'presence.watch'({ connection }, { users }) {
      const { userId, connectionId } = connection;
      return presenceFrame(await watchPresence(watching, { userId, connectionId }, users));
    },

    /** The socket goes on until the end of a newer token. If it is refused, the socket keeps its old one. */
    async 'auth.refresh'({ connection }, { token }) {
      const identity = await verify(token).catch(explainToken);
      return refreshedFrame(await renew(restoring, connection, identity));
    },

    /** Keeps the socket from idling out, and lists it again if it was lost. */
    async ping({ connection }) {
      const restored = await restoreIfLost(restoring, connection);
      return { type: 'pong', time: restoring.now().toISOString(), ...(restored && { restored }) };
    },
  };

  return {
    /** Does what a device's frame asks for, and returns its reply. */
    perform(caller: Caller, { action, input }: ActionFrame): Promise<object> {
      return (actions[action] as Action<ActionName>)(caller, input as never);
    },

    /** A message on the socket of one conversation. In the original protocol, the sender's own copy is the acknowledgement. */
    async sendOriginal(caller: Caller, peerId: string, frame: MessageFrame): Promise<object> {
      const { message: text, clientId, after } = frame;
      const conversation = pairWith(caller.connection.userId, peerId);
      const { message } = await send(caller, { conversation, text, clientId, after });
      return messageFrame(message, caller.username, 'sender');
    },
  };
}

/** On a socket, `token_expired` means that the socket closes. The token of this frame is only refused. */
function explainToken(error: unknown): never {
  throw error instanceof TokenExpired ? new TokenInvalid('This token has expired.') : error;
}

function otherUser(to: string | undefined, userId: string): string {
  if (to === undefined || !isId(to) || to === userId) throw new UserNotFound(to ?? '');
  return to;
}
