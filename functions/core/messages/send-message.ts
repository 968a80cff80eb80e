import { type Connection, isDevice, OF_DELETED_ACCOUNT } from '../connections/connection.ts';
import { maySee, missedIn, type OwnConversation, selfOf } from '../conversations/conversation.ts';
import {
  type DeliveryDependencies,
  deliver,
  type Post,
  reachable,
  type TellDependencies,
  tellerOf,
} from '../delivery/deliver.ts';
import {
  AccountDeleted,
  AfterInvalid,
  ParleyError,
  RateLimited,
  secondsUntil,
  Unavailable,
  UserNotFound,
} from '../errors.ts';
import {
  type AppendDependencies,
  type Appended,
  append,
  type Draft,
  type NewMessage,
  type RequireAll,
} from './append.ts';
import type { Message, RetryCounter } from './message.ts';

/** A retry within this time is delivered again, in case the first try crashed before its posts. Later, clients learn of it by `sync`. */
const REDELIVER_MS = 30_000;

export interface SendDependencies extends AppendDependencies, TellDependencies {
  readonly retries: RetryCounter;
  readonly wait: DeliveryDependencies['wait'];
  /** Called when the store fails behind the first messages of several: the sender is told in their results. */
  readonly onFault: (error: Unavailable) => void;
}

/** The socket that a message came over, and how to list it again. */
export interface Origin {
  readonly connection: Connection;
  readonly restore: () => Promise<unknown>;
}

/** Stored messages as the frames for one kind of reader: the sender's other sockets, or those of the other members. */
export type FramesFor = (
  messages: readonly Message[],
  reader: 'sender' | 'others',
  socket: 'device' | 'conversation',
) => readonly string[];

export interface Sent {
  /** In the order of the draft. If there is a refusal, it belongs to the next message of the draft, and the rest was not tried. */
  readonly messages: readonly Appended[];
  readonly refusal?: ParleyError | undefined;
}

/**
 * The hot path. In parallel it reads the log's tail, and the connections of all members, then it appends. Only after the append it
 * delivers the messages to every other socket of the conversation. The sender's own socket gets the returned messages as reply. If
 * very many sockets are open, it marks the messages, and the stream delivers them: see `tell-by-stream.ts`.
 *
 * A retry gets the stored message as its answer. It is delivered again only if the message is younger than
 * {@link REDELIVER_MS}: clients recognise a repeat by its `seq`. Retries count toward a flood limit of their own.
 * @throws RateLimited for too many retries, and what `append` throws before it stores anything; then nobody was told
 */
export async function sendMessages(
  dependencies: SendDependencies,
  draft: Draft,
  framesFor: FramesFor,
  origin?: Origin,
): Promise<Sent> {
  const sent = await appendAndTell(dependencies, draft, framesFor, origin);
  if (sent.refusal instanceof Unavailable) dependencies.onFault(sent.refusal);
  return sent;
}

async function appendAndTell(
  dependencies: SendDependencies,
  draft: Draft,
  framesFor: FramesFor,
  origin?: Origin,
): Promise<Sent> {
  const { onConnectionsFailure, now } = dependencies;
  const { conversation } = draft;
  const reading = reachable(dependencies, conversation.members);
  // A deleted account is seen by its list of connections, which is read anyway. If it cannot be read, the message goes on.
  const requireAll = async () => {
    const found = await reading;
    const gone = missedIn(conversation, (member) => found[member] === OF_DELETED_ACCOUNT);
    if (gone !== undefined) throw new AccountDeleted(gone);
    return tellerOf(dependencies, found);
  };
  const [sent, found] = await Promise.all([appendAll(dependencies, draft, requireAll), reading]);
  if (sent.messages.length === 0) return sent;
  await countRetries(dependencies, draft, sent.messages);
  const isOrigin = (connection: Connection) => connection.connectionId === origin?.connection.connectionId;
  const hears = (connection: Connection) => ['', conversation.id].includes(connection.conversation);
  const others = found.flat().filter((one) => hears(one) && !isOrigin(one));
  const own = found[conversation.members.indexOf(selfOf(conversation))];
  const fresh = sent.messages
    .filter((one) => one.message.told !== 'stream' && isToBeDelivered(one, now()))
    .map(({ message }) => message)
    // Somebody may have joined since the first try. The others have `sync`.
    .filter(({ seq }) => conversation.members.every((userId) => maySee(conversation, userId, seq)));
  await Promise.all([
    deliver(dependencies, postsTo(others, fresh, conversation, framesFor)),
    // A false 410 may have removed a live socket from the list.
    origin && own && !own.some(isOrigin) ? origin.restore().catch(onConnectionsFailure) : undefined,
  ]);
  return sent;
}

/** Sends one message. It throws what {@link sendMessages} returns as a refusal. */
export async function sendMessage(
  dependencies: SendDependencies,
  { conversation, after, ...message }: Omit<Draft, 'messages'> & NewMessage,
  framesFor: FramesFor,
  origin?: Origin,
): Promise<Appended> {
  const { messages: appended, refusal } = await appendAndTell(
    dependencies,
    { conversation, after, messages: [message] },
    framesFor,
    origin,
  );
  const [first] = appended;
  if (!first) throw refusal;
  return first;
}

/** Appends messages up to the first that is refused. */
async function appendAll(
  dependencies: AppendDependencies,
  draft: Draft,
  requireAll: RequireAll,
): Promise<Sent> {
  const messages: Appended[] = [];
  try {
    for await (const appended of append(dependencies, draft, requireAll)) messages.push(appended);
  } catch (error) {
    // Without a member or a place to begin, no message of the draft can be stored. A member may be deleted after the first one was.
    const isMissing = [UserNotFound, AccountDeleted, AfterInvalid].some((type) => error instanceof type);
    const isOfAll = isMissing && messages.length === 0;
    if (isOfAll || !(error instanceof ParleyError)) throw error;
    return { messages, refusal: error };
  }
  return { messages };
}

/** Builds the frames of each kind of reader once, however many sockets there are. */
function postsTo(
  connections: readonly Connection[],
  messages: readonly Message[],
  conversation: OwnConversation,
  framesFor: FramesFor,
): readonly Post[] {
  if (messages.length === 0) return [];
  const readerOf = ({ userId }: Connection) => (userId === selfOf(conversation) ? 'sender' : 'others');
  const socketOf = (connection: Connection) => (isDevice(connection) ? 'device' : 'conversation');
  return [...Map.groupBy(connections, readerOf)].flatMap(([reader, ofReader]) =>
    [...Map.groupBy(ofReader, socketOf)].flatMap(([socket, ofKind]) => {
      const frames = framesFor(messages, reader, socket);
      return ofKind.map((connection) => ({ connection, frames }));
    }),
  );
}

async function countRetries(
  { retries, sendLimit, now }: Pick<SendDependencies, 'retries' | 'sendLimit' | 'now'>,
  { conversation }: Draft,
  messages: readonly Appended[],
): Promise<void> {
  const repeats = messages.filter(({ repeated }) => repeated).length;
  if (repeats === 0) return;
  const allowedAt = await retries.count(selfOf(conversation), conversation.id, repeats, sendLimit, now());
  // What is new was counted when it was appended, and must be told.
  if (allowedAt && repeats === messages.length) throw new RateLimited(secondsUntil(allowedAt, now()));
}

/** A message that has changed since was told with its change. */
function isToBeDelivered({ message, repeated }: Appended, now: Date): boolean {
  if (message.changed) return false;
  return !repeated || now.getTime() - Date.parse(message.createdAt) < REDELIVER_MS;
}
