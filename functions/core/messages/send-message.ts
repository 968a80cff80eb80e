import type { Connection } from '../connections/connection.ts';
import type { ConnectionStore } from '../connections/ports.ts';
import { conversationIdOf } from '../conversations/conversation-id.ts';
import type { Appended, Draft } from './append.ts';
import type { Message } from './message.ts';

interface Dependencies {
  readonly append: (draft: Draft) => Promise<Appended>;
  readonly connections: Pick<ConnectionStore, 'of' | 'put'>;
  readonly deliver: (to: readonly Connection[], message: Message) => Promise<void>;
  readonly now: () => Date;
}

export interface Outgoing {
  /** The socket that the message came by. */
  readonly from: Connection;
  readonly peerId: string;
  readonly text: string;
  readonly clientId?: string | undefined;
  readonly after?: number | undefined;
}

/**
 * The hot path: in parallel read the log's tail and both members' connections; append; only then deliver to every
 * other socket of the conversation. The sender's own socket gets the returned message as its reply.
 *
 * A repeated message is delivered again: the first try may have died between the write and the posts, and clients
 * tell a repeat by its `seq`.
 * @throws ClientIdConflict, AfterInvalid, Busy; then nothing was stored and nobody was told
 */
export async function sendMessage(
  { append, connections, deliver, now }: Dependencies,
  outgoing: Outgoing,
): Promise<Message> {
  const { from, peerId, text, clientId, after } = outgoing;
  const conversation = conversationIdOf(from.userId, peerId);
  const [{ message }, own, peers] = await Promise.all([
    append({ conversation, senderId: from.userId, text, clientId, after }),
    connections.of(from.userId, now()),
    connections.of(peerId, now()),
  ]);
  const isSender = (connection: Connection) => connection.connectionId === from.connectionId;
  const others = [...own, ...peers].filter((one) => one.conversation === conversation && !isSender(one));
  await Promise.all([
    deliver(others, message),
    // A live socket whose row was removed by a false 410 gets it back here: its frame proves that it lives.
    own.some(isSender) ? undefined : connections.put(from),
  ]);
  return message;
}
