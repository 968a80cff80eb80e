import type { Connection, ConnectionStore } from '../connections/connection.ts';
import { conversationIdOf } from '../conversations/conversation.ts';
import { RateLimited, secondsUntil } from '../errors.ts';
import type { Appended, Draft } from './append.ts';
import type { Message, PaceLimit, RepeatCounter } from './message.ts';

/** A try that died between the write and the posts is followed by the next one within this; later others know the message by a sync. */
const REDELIVER_MS = 30_000;

interface Dependencies {
  readonly append: (draft: Draft) => Promise<Appended>;
  readonly repeats: RepeatCounter;
  readonly paceLimit: PaceLimit;
  readonly connections: Pick<ConnectionStore, 'of'>;
  /** Gives a live socket its row back. */
  readonly restore: (connection: Connection) => Promise<unknown>;
  readonly deliver: (to: readonly Connection[], message: Message) => Promise<void>;
  /** Told of what went wrong beside the append: the message is stored, and that is what its sender is told. */
  readonly onFailure: (error: unknown) => void;
  readonly now: () => Date;
}

export interface Outgoing {
  readonly senderId: string;
  readonly peerId: string;
  readonly text: string;
  readonly clientId?: string | undefined;
  readonly after?: number | undefined;
  readonly read?: number | undefined;
  /** The socket that the message came by; a message may also come by HTTP. */
  readonly from?: Connection | undefined;
}

/**
 * The hot path: in parallel read the log's tail and both members' connections; append; only then deliver to every
 * other socket of the conversation. The sender's own socket gets the returned message as its reply.
 *
 * A repeat is answered with what is stored. While that is young it is delivered again, too: the first try may have died
 * between the write and the posts, and clients tell a repeat by its `seq`. Repeats have a flood limit as messages have.
 * @throws RateLimited for too many repeats, and what `append` throws; then nothing was stored and nobody was told
 */
export async function sendMessage(dependencies: Dependencies, outgoing: Outgoing): Promise<Appended> {
  const { append, connections, restore, deliver, onFailure, now } = dependencies;
  const { senderId, peerId, text, clientId, after, read, from } = outgoing;
  const conversation = conversationIdOf(senderId, peerId);
  const connectionsOf = (userId: string) =>
    connections.of(userId, now()).catch((error: unknown) => {
      onFailure(error);
      return undefined;
    });
  const [appended, own, peers] = await Promise.all([
    append({ conversation, senderId, text, clientId, after, read }),
    connectionsOf(senderId),
    connectionsOf(peerId),
  ]);
  const { message, repeated } = appended;
  if (repeated) await countRepeat(dependencies, message);
  const isSender = (connection: Connection) => connection.connectionId === from?.connectionId;
  const hears = (connection: Connection) => ['', conversation].includes(connection.conversation);
  const others = [...(own ?? []), ...(peers ?? [])].filter((one) => hears(one) && !isSender(one));
  await Promise.all([
    isToBeDelivered(appended, now()) ? deliver(others, message) : undefined,
    // A live socket whose row was removed by a false 410 gets it back here.
    from && own && !own.some(isSender) ? restore(from).catch(onFailure) : undefined,
  ]);
  return appended;
}

async function countRepeat(
  { repeats, paceLimit, now }: Pick<Dependencies, 'repeats' | 'paceLimit' | 'now'>,
  { senderId, conversation }: Message,
): Promise<void> {
  const until = await repeats.count(senderId, conversation, paceLimit, now());
  if (until) throw new RateLimited(secondsUntil(until, now()));
}

function isToBeDelivered({ message, repeated }: Appended, now: Date): boolean {
  return !repeated || now.getTime() - Date.parse(message.createdAt) < REDELIVER_MS;
}
