import type {
  ChatMessage,
  ChatMessages,
  Frame,
  MessageChanged,
  MessageResult,
  MessageSent,
  MessagesSent,
  ReadReply,
  ReceivedReply,
} from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { Conversations } from '../conversation/conversations.ts';
import { canBeIn, isGroupId } from '../ids.ts';
import type { Inbox } from '../inbox/inbox.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { PresenceStore } from '../presence.ts';
import type { ReceiptStore } from '../receipts.ts';
import type { SettingsStore } from '../settings.ts';

interface Options {
  readonly ownId: () => string;
  readonly conversations: Conversations;
  readonly outbox: Outbox;
  readonly receipts: ReceiptStore;
  readonly inbox: Inbox;
  readonly presence: PresenceStore;
  readonly settings: SettingsStore;
  /** The user is not in this group any more. */
  readonly onGone: (conversation: string, seq?: number) => void;
}

const READ = ['read', 'peerRead'] as const;
const RECEIVED = ['received', 'peerReceived'] as const;

/** The last of some messages, in whatever order they came, and the position that their senders had read up to. */
function lastAndRead(messages: readonly StoredMessage[]) {
  return {
    last: messages.reduce((last, one) => (last && last.seq > one.seq ? last : one), messages[0]),
    read: Math.max(0, ...messages.map(({ read = 0 }) => read)),
  };
}

/** Passes each frame from the server to the parts that it concerns. */
export function createFrameRouter(options: Options) {
  const { ownId, conversations, outbox, receipts, inbox, presence, settings, onGone } = options;

  /** Whether this library knows what to do with it. A newer server has further kinds of conversations. */
  const isKnown = (conversation: string) => canBeIn(conversation, ownId());

  /**
   * Whether the user has left the group or was removed, or the group was deleted, and that is the last that is known of it. Older pages may tell of an earlier
   * time in the group.
   */
  const isEnd = (id: string, received: readonly StoredMessage[]) => {
    const { last } = lastAndRead(received);
    const known = Math.max(inbox.lastOf(id) ?? 0, conversations.find(id)?.last() ?? 0);
    const { type = '', users = [] } = last?.event ?? {};
    const isOut =
      type === 'dissolved' || ((type === 'left' || type === 'removed') && users.includes(ownId()));
    return isOut && (last?.seq ?? 0) >= known;
  };

  /** Takes stored messages from any source, in any order and any number of times. */
  const receive = (all: readonly StoredMessage[]) => {
    const messages = all.filter(({ conversation }) => isKnown(conversation));
    for (const message of messages) outbox.acknowledge(message);
    for (const [id, received] of Map.groupBy(messages, ({ conversation }) => conversation)) {
      if (isEnd(id, received)) {
        onGone(id, lastAndRead(received).last?.seq);
        continue;
      }
      const own = lastAndRead(received.filter(({ sender_id }) => sender_id === ownId()));
      const theirs = lastAndRead(received.filter(({ sender_id }) => sender_id !== ownId()));
      inbox.count(id, received);
      // As on the server, a message is also a receipt for what its sender had seen. No other receipt is sent for that.
      receipts.merge(id, { read: own.read, ...(!isGroupId(id) && { peerRead: theirs.read }) });
      if (theirs.last) receipts.received(id, theirs.last.seq);
      for (const { last } of [own, theirs]) if (last) inbox.show(last);
      for (const message of received) if (message.event) inbox.hear(message);
      conversations.find(id)?.receive(received);
    }
    for (const message of messages) outbox.follow(message);
  };

  /** Messages of one sender in one conversation. */
  const onMessages = (conversation: string, senderId: string, messages: readonly StoredMessage[]) => {
    receive(messages);
    if (senderId !== ownId()) conversations.find(conversation)?.typing.end(senderId);
  };

  const onMessage = ({ type, sender, ...message }: ChatMessage | MessageSent) =>
    onMessages(message.conversation, message.sender_id, [message]);

  const onSeveral = ({ conversation, sender_id, messages }: ChatMessages) =>
    onMessages(
      conversation,
      sender_id,
      messages.map((message) => ({ conversation, sender_id, ...message })),
    );

  const onSent = ({ conversation, results }: MessagesSent) => {
    const stored = results.filter(({ seq }) => seq !== undefined) as Required<MessageResult>[];
    receive(
      stored.map(({ status, code, detail, retry_after, ...message }) => ({
        conversation,
        sender_id: ownId(),
        ...message,
      })),
    );
  };

  const onChanged = ({ conversation, change, changes = [change], message }: MessageChanged) => {
    receive([message]);
    conversations.find(conversation)?.tell(changes);
  };

  const onReceipt = ({ type, conversation, user_id, seq, moved }: ReadReply | ReceivedReply) => {
    if (moved === false || !isKnown(conversation)) return;
    const isOwn = user_id === ownId();
    // Those of many members are not followed.
    if (!isOwn && isGroupId(conversation)) return;
    const [own, peer] = type === 'conversation.read' ? READ : RECEIVED;
    receipts.merge(conversation, { [isOwn ? own : peer]: seq });
  };

  const onFrame = (frame: Frame) => {
    switch (frame.type) {
      case 'chat.message':
      case 'message.sent':
        return onMessage(frame);
      case 'chat.messages':
        return onSeveral(frame);
      case 'messages.sent':
        return onSent(frame);
      case 'message.changed':
        return onChanged(frame);
      case 'error':
        if (frame.present) receive([frame.present]);
        return;
      case 'conversation.read':
      case 'message.received':
        return onReceipt(frame);
      case 'conversation.settings':
        if (isKnown(frame.conversation)) settings.hear(frame.conversation, frame.settings);
        return;
      case 'typing':
        if (frame.user_id !== ownId() && isKnown(frame.conversation))
          conversations.of(frame.conversation).typing.begin(frame.user_id, frame.expires_in);
        return;
      case 'presence':
        return presence.update(frame.users);
      case 'pong':
        // The server had lost this socket, and with it the users that it watches.
        if (frame.restored) void presence.renew();
        return;
      default:
    }
  };

  return { receive, onFrame };
}
