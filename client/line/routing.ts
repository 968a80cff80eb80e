import type { ChatMessage, Frame, MessageSent, ReadReply, ReceivedReply } from '../contract/frame-types.ts';
import type { StoredMessage } from '../contract/http-types.ts';
import type { ConversationStore } from '../conversation/conversation.ts';
import type { Inbox } from '../inbox.ts';
import type { MarkStore } from '../marks.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { PresenceBook } from '../presence.ts';

interface Options {
  readonly ownId: () => string;
  readonly conversations: ReadonlyMap<string, ConversationStore>;
  readonly storeOf: (conversation: string) => ConversationStore;
  readonly outbox: Outbox;
  readonly marks: MarkStore;
  readonly inbox: Inbox;
  readonly presence: PresenceBook;
  /** The server had lost this socket for a while. */
  readonly onRestored: () => void;
}

/** Of what somebody said, in whatever order it comes: the last message, and up to where they had read. */
function gist(said: readonly StoredMessage[], isBy: (senderId: string) => boolean) {
  const theirs = said.filter(({ sender_id }) => isBy(sender_id));
  return {
    last: theirs.reduce((last, one) => (last && last.seq > one.seq ? last : one), theirs[0]),
    read: Math.max(0, ...theirs.map(({ read = 0 }) => read)),
  };
}

/** What comes from the server goes to whom it concerns. */
export function createRouting(options: Options) {
  const { ownId, conversations, storeOf, outbox, marks, inbox, presence, onRestored } = options;

  /** Stored messages, from wherever they come, in any order and any number of times. */
  const learn = (messages: readonly StoredMessage[]) => {
    for (const message of messages) outbox.acknowledge(message);
    for (const [conversation, said] of Map.groupBy(messages, (message) => message.conversation)) {
      const [own, theirs] = [gist(said, (by) => by === ownId()), gist(said, (by) => by !== ownId())];
      inbox.hear(conversation, said);
      // A message counts as a mark for what its sender had seen, by the server's own rule: nobody needs to be told.
      marks.merge(conversation, { read: own.read, peerRead: theirs.read });
      if (theirs.last) marks.received(conversation, theirs.last.seq);
      for (const { last } of [own, theirs]) if (last) inbox.note(last);
    }
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

  const onMark = ({ type, conversation, user_id, seq, moved }: ReadReply | ReceivedReply) => {
    if (moved === false) return;
    const isOwn = user_id === ownId();
    if (type === 'conversation.read') marks.merge(conversation, isOwn ? { read: seq } : { peerRead: seq });
    else marks.merge(conversation, isOwn ? { received: seq } : { peerReceived: seq });
  };

  const onFrame = (frame: Frame) => {
    switch (frame.type) {
      case 'chat.message':
      case 'message.sent':
        return onMessage(frame);
      case 'conversation.read':
      case 'message.received':
        return onMark(frame);
      case 'typing':
        if (frame.user_id !== ownId()) storeOf(frame.conversation).typing.begin(frame.expires_in);
        return;
      case 'presence':
        return presence.learn(frame.users);
      case 'pong':
        if (frame.restored) onRestored();
        return;
      default:
    }
  };

  return { learn, receive, onFrame };
}
