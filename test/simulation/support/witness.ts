import { isGroupId, pairId } from '../../../functions/core/conversations/conversation.ts';
import type { GroupEvent, Message } from '../../../functions/core/messages/message.ts';
import { membershipKey, messageKey, profileKey, sessionKey } from '../../../functions/storage/keys.ts';
import type { State } from '../../support/table/state.ts';
import { changeOf, type MessageStates } from './message-states.ts';
import type { Rosters } from './rosters.ts';
import type { ServerFrame, Socket } from './sockets.ts';

/** A message as a client sees it. */
export interface Shown {
  readonly conversation: string;
  readonly seq: number;
  readonly id: string;
  readonly senderId: string;
  readonly text: string;
  /** The number of its last change; 0 for a message as it was written. */
  readonly change: number;
  readonly version: number;
  /** `seq` of the message that it answers. */
  readonly replyTo: number | undefined;
  /** Who has reacted with what, in order. */
  readonly reactions: string;
  /** What its sender has done to the group, in words. */
  readonly event: string;
}

/** A message in a reply, as a client sees it. */
export function shownOf(message: Message): Shown {
  const { conversation, seq, id, senderId, text, changed, replyTo } = message;
  return {
    ...{ conversation, seq, id, senderId, text, replyTo },
    change: changeOf(message),
    version: changed?.version ?? 1,
    reactions: reactionsTo(message),
    event: eventInWords(message.event),
  };
}

function eventInWords(event: GroupEvent | undefined): string {
  if (!event) return '';
  const {
    type,
    title = '',
    users = [],
    role = '',
    fields = [],
  } = event as GroupEvent & Partial<GroupEventFields>;
  return [type, title, ...users, role, ...fields].join(' ');
}

interface GroupEventFields {
  readonly title: string;
  readonly users: readonly string[];
  readonly role: string;
  readonly fields: readonly string[];
}

export function reactionsTo({ changed }: Pick<Message, 'changed'>): string {
  const all = Object.entries(changed?.reactions ?? {});
  return inWords(all.map(([emoji, users]) => ({ emoji, users })));
}

const inWords = (reactions: readonly ToldReaction[]): string =>
  reactions.map(({ emoji, users }) => `${emoji} ${users.join(' ')}`).join(' ');

/** The message of a `message.changed` frame. */
export function changedBy({ message }: ServerFrame): Shown & { readonly isNamed: boolean } {
  const told = message as ToldMessage & { readonly conversation: string; readonly sender_id: string };
  return {
    ...shownAs(told.conversation, told.sender_id, told),
    isNamed: told.client_id !== undefined,
  };
}

/** The messages of a `chat.message` or `chat.messages` frame. */
export function shownBy(frame: ServerFrame): readonly Shown[] {
  const told = frame as unknown as Told;
  const { conversation, sender_id, messages = [told] } = told;
  return messages.map((one) => shownAs(conversation, sender_id, one));
}

function shownAs(
  conversation: string,
  senderId: string,
  { id, seq, message, change = 0, version = 1, reply_to: replyTo, reactions = [], event }: ToldMessage,
): Shown {
  const told = { conversation, seq, id, senderId, text: message, change, version, replyTo };
  return { ...told, reactions: inWords(reactions), event: eventInWords(event) };
}

interface Told extends ToldMessage {
  readonly conversation: string;
  readonly sender_id: string;
  readonly messages?: readonly ToldMessage[];
}

interface ToldMessage {
  readonly id: string;
  readonly seq: number;
  readonly message: string;
  readonly change?: number;
  readonly version?: number;
  readonly client_id?: string;
  readonly reply_to?: number;
  readonly reactions?: readonly ToldReaction[];
  readonly event?: GroupEvent;
}

interface ToldReaction {
  readonly emoji: string;
  readonly users: readonly string[];
}

/** What the table has, and what each message was there. */
interface Stored {
  readonly state: State;
  readonly states: MessageStates;
  readonly rosters: Rosters;
}

/** Stored, then shown: returns the fault if this message may not be shown now. A frame may be late, and so show a former state. */
export function faultOfMessage(stored: Pick<Stored, 'states'>, told: Shown | Message): string | undefined {
  const shown = 'change' in told ? told : shownOf(told);
  const { conversation, seq, id, senderId, text, change, replyTo, reactions, event } = shown;
  const states = stored.states.of(conversation, seq);
  const isKnown = states.some(
    (one) =>
      changeOf(one) === change &&
      one.id === id &&
      one.senderId === senderId &&
      one.text === text &&
      one.replyTo === replyTo &&
      reactionsTo(one) === reactions &&
      eventInWords(one.event) === event,
  );
  if (isKnown) return undefined;
  const present = states.at(-1);
  const stands = present ? described(shownOf(present)) : 'undefined';
  return `${described(shown)} is shown as ${seq} of ${conversation}, where the table has ${stands}`;
}

function described({ text, replyTo, reactions, event }: Shown): string {
  const answer = replyTo === undefined ? '' : ` in answer to ${replyTo}`;
  return `"${text}${event}"${answer}${reactions === '' ? '' : ` with ${reactions}`}`;
}

/** The memberships and receipts of a deleted account are deleted, while its last frames are under way. */
const isDeleted = (state: State, userId: string): boolean =>
  state.get(profileKey(userId))?.deletedAt !== undefined;

/**
 * Returns the fault if this frame may not be posted to this socket now. Nobody may get other users' data or unstored
 * data.
 */
export function faultOfFrame(stored: Stored, socket: Socket, frame: ServerFrame): string | undefined {
  const { state } = stored;
  const { type } = frame;
  const { userId, sessionId, connectionId } = socket;
  const outsider = `a frame ${JSON.stringify(frame)} reaches ${connectionId} of ${userId}, whom it does not concern`;
  if (type === 'presence') {
    const users = frame.users as readonly { user_id: string }[];
    const isShared = ({ user_id }: { user_id: string }) =>
      state.get(
        isDeleted(state, userId)
          ? messageKey(pairId(userId, user_id), 1)
          : membershipKey(userId, pairId(userId, user_id)),
      ) !== undefined;
    return socket.conversation === '' && users.every(isShared) ? undefined : outsider;
  }
  if (type === 'session.ended') {
    if (socket.conversation !== '') return outsider;
    const isLive = !isDeleted(state, userId) && state.get(sessionKey(userId, sessionId)) !== undefined;
    return isLive ? `${connectionId} is told that its session has ended, which lives` : undefined;
  }
  if (type === 'connection.replaced') return socket.conversation === '' ? undefined : outsider;
  const conversation = String(frame.conversation);
  if (!stored.rosters.wasEverIn(userId, conversation)) return outsider;
  if (type === 'chat.message' || type === 'chat.messages') {
    // The original protocol knows one message a frame, of one conversation a socket.
    const isKnown = type === 'chat.message' && socket.conversation === conversation;
    if (socket.conversation !== '' && !isKnown) return outsider;
    const faults = shownBy(frame).map((shown) => faultOfMessage(stored, shown));
    return faults.find((fault) => fault !== undefined);
  }
  if (socket.conversation !== '') return outsider;
  if (type === 'message.changed') {
    const { isNamed, ...shown } = changedBy(frame);
    const isRight = shown.conversation === conversation && shown.change === frame.change && shown.change > 0;
    // Other members do not learn the client's own name of a message.
    if (!isRight || (isNamed && shown.senderId !== userId)) return outsider;
    return faultOfMessage(stored, shown);
  }
  if (type === 'typing') return frame.user_id === userId ? outsider : undefined;
  if (type === 'conversation.read' || type === 'message.received') {
    return faultOfMark(state, type, conversation, frame as unknown as MarkFrame);
  }
  return `a frame of an unknown type reaches ${connectionId}: ${JSON.stringify(frame)}`;
}

interface MarkFrame {
  readonly user_id: string;
  readonly seq: number;
}

function faultOfMark(
  state: State,
  type: 'conversation.read' | 'message.received',
  conversation: string,
  { user_id, seq }: MarkFrame,
): string | undefined {
  if (isDeleted(state, user_id)) return undefined;
  const membership = state.get(membershipKey(user_id, conversation));
  const isOfGroup = isGroupId(conversation);
  // Whoever leaves a group has no receipts any more. Whoever comes back has read all, in a new membership.
  if (isOfGroup && !membership) return undefined;
  const [read, received] = [Number(membership?.readSeq ?? 0), Number(membership?.receivedSeq ?? 0)];
  const stored = type === 'conversation.read' ? read : isOfGroup ? Math.max(read, received) : received;
  if (!state.get(messageKey(conversation, seq)))
    return `a receipt at ${seq} of ${conversation} is past its end`;
  return stored >= seq ? undefined : `a receipt at ${seq} of ${conversation} is posted but not stored`;
}
