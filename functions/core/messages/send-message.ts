import type { Connection } from '../connections/connection.ts';
import { type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { type DeliveryDependencies, deliver, type TellDependencies } from '../delivery/deliver.ts';
import { RateLimited, secondsUntil } from '../errors.ts';
import { type AppendDependencies, type Appended, append, type Draft } from './append.ts';
import type { Message, RetryCounter } from './message.ts';

/** A retry within this time is delivered again, in case the first try crashed before its posts. Later, clients learn of it by `sync`. */
const REDELIVER_MS = 30_000;

export interface SendDependencies extends AppendDependencies, TellDependencies {
  readonly retries: RetryCounter;
  readonly wait: DeliveryDependencies['wait'];
}

/** The socket that a message came over, and how to list it again. */
export interface Origin {
  readonly connection: Connection;
  readonly restore: () => Promise<unknown>;
}

/** A stored message as a frame for its sender's other devices, or for the other members. */
export type FrameFor = (message: Message, reader: 'sender' | 'others') => string;

/**
 * The hot path. In parallel it reads the log's tail with the append, and the connections of all members. Only after the append it
 * delivers the message to every other socket of the conversation. The sender's own socket gets the returned message as reply.
 *
 * A retry gets the stored message as its answer. It is delivered again only if the message is younger than
 * {@link REDELIVER_MS}: clients recognise a repeat by its `seq`. Retries count toward a flood limit of their own.
 * @throws RateLimited for too many retries, and what `append` throws; then nothing was stored and nobody was told
 */
export async function sendMessage(
  dependencies: SendDependencies,
  draft: Draft,
  frameFor: FrameFor,
  origin?: Origin,
): Promise<Appended> {
  const { connections, onConnectionsFailure, now } = dependencies;
  const { conversation } = draft;
  const [appended, found] = await Promise.all([
    append(dependencies, draft),
    connections.of(conversation.members, now()).catch((error: unknown) => {
      onConnectionsFailure(error);
      return [];
    }),
  ]);
  const { message, repeated } = appended;
  if (repeated) await countRetry(dependencies, message);
  const isOrigin = (connection: Connection) => connection.connectionId === origin?.connection.connectionId;
  const hears = (connection: Connection) => ['', conversation.id].includes(connection.conversation);
  const others = found.flat().filter((one) => hears(one) && !isOrigin(one));
  const own = found[conversation.self];
  await Promise.all([
    isToBeDelivered(appended, now())
      ? deliverToMembers(dependencies, others, message, conversation, frameFor)
      : undefined,
    // A false 410 may have removed a live socket from the list.
    origin && own && !own.some(isOrigin) ? origin.restore().catch(onConnectionsFailure) : undefined,
  ]);
  return appended;
}

/** Builds each of the two frames once, however many devices there are. */
async function deliverToMembers(
  dependencies: DeliveryDependencies,
  to: readonly Connection[],
  message: Message,
  conversation: OwnConversation,
  frameFor: FrameFor,
): Promise<void> {
  const byReader = Map.groupBy(to, ({ userId }) => (userId === selfOf(conversation) ? 'sender' : 'others'));
  const posts = [...byReader].flatMap(([reader, devices]) => {
    const frame = frameFor(message, reader);
    return devices.map((connection) => ({ connection, frame }));
  });
  await deliver(dependencies, posts);
}

async function countRetry(
  { retries, sendLimit, now }: Pick<SendDependencies, 'retries' | 'sendLimit' | 'now'>,
  { senderId, conversation }: Message,
): Promise<void> {
  const allowedAt = await retries.count(senderId, conversation, sendLimit, now());
  if (allowedAt) throw new RateLimited(secondsUntil(allowedAt, now()));
}

function isToBeDelivered({ message, repeated }: Appended, now: Date): boolean {
  return !repeated || now.getTime() - Date.parse(message.createdAt) < REDELIVER_MS;
}
