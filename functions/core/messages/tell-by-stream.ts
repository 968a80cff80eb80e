import type { PeopleStore } from '../accounts/account.ts';
import { DELETED_USERNAME } from '../accounts/account.ts';
import { isDevice } from '../connections/connection.ts';
import { type Conversation, maySee } from '../conversations/conversation.ts';
import { conversationById, type RosterReader } from '../conversations/roster.ts';
import { deliver, reachable, type TellDependencies } from '../delivery/deliver.ts';
import type { StoredMessage } from '../inbox/project-messages.ts';
import { customBytes } from './custom.ts';
import { jsonBytes } from './gather.ts';
import type { LogEntry, Message } from './message.ts';
import type { FramesFor } from './send-message.ts';
import { newestOf, type Reacted } from './tell-reactions.ts';

/** As many as a client may send in one frame. */
const FRAME_MESSAGES = 20;

/** API Gateway takes frames of 128 KB. */
const FRAME_BYTES = 100_000;

/** JSON of a message beside its text, at most. */
const BESIDE = 1_000;

export interface StreamTelling extends TellDependencies {
  readonly rosters: RosterReader;
  readonly people: PeopleStore;
  readonly framesOf: (senderName: string) => FramesFor;
  readonly changedFor: (changed: Reacted, readerId: string) => string;
}

/**
 * Tells all devices of a conversation what is new and what has changed in it, which the requests that stored it have left to the
 * stream. A batch may have several messages of one sender: they are one frame. It never rejects: whoever misses a
 * frame has `sync`, and the stream must not stop for it.
 * @param stored states of messages of one conversation, in the order of the stream
 */
export async function tellByStream(
  dependencies: StreamTelling,
  stored: readonly StoredMessage[],
): Promise<void> {
  const { rosters, onConnectionsFailure } = dependencies;
  try {
    const conversation = stored[0] && (await conversationById(rosters, stored[0].conversation));
    if (conversation) await tellMembers(dependencies, conversation, stored);
  } catch (error) {
    onConnectionsFailure(error);
  }
}

async function tellMembers(
  dependencies: StreamTelling,
  conversation: Conversation,
  stored: readonly StoredMessage[],
): Promise<void> {
  const told = stored.map(({ entryIn, formerIn }) => ({
    entry: entryIn(conversation),
    isNew: formerIn === undefined,
  }));
  const fresh = told.filter(({ isNew }) => isNew).map(({ entry }) => entry);
  const changed = told.filter(({ isNew }) => !isNew).map(({ entry }) => entry);
  const [found, nameOf] = await Promise.all([
    reachable(dependencies, conversation.members),
    namesOf(dependencies, fresh),
  ]);
  const framesFor = (userId: string, isVisible: (entry: LogEntry) => boolean): readonly string[] => [
    ...newFrames(dependencies, fresh.filter(isVisible), nameOf, userId),
    ...changedFrames(dependencies, changed.filter(isVisible), userId),
  ];
  const senders = new Set(told.map(({ entry }) => entry.senderId));
  // Most members see the same, so their frames are made once.
  const common = framesFor('', () => true);
  const posts = found.flatMap((connections, member) => {
    const userId = conversation.members[member] as string;
    const isVisible = ({ seq }: Message) => maySee(conversation, userId, seq);
    const isCommon = !senders.has(userId) && told.every(({ entry }) => isVisible(entry));
    const frames = isCommon ? common : framesFor(userId, isVisible);
    return connections.filter(isDevice).map((connection) => ({ connection, frames }));
  });
  await deliver(dependencies, posts);
}

async function namesOf({ people }: StreamTelling, entries: readonly LogEntry[]) {
  const ids = [...new Set(entries.map(({ senderId }) => senderId))];
  const found = ids.length > 0 ? await people.peopleOf(ids) : [];
  const names = new Map(ids.map((id, i) => [id, found[i]?.username ?? DELETED_USERNAME]));
  return (id: string): string => names.get(id) ?? DELETED_USERNAME;
}

function newFrames(
  { framesOf }: StreamTelling,
  entries: readonly LogEntry[],
  nameOf: (id: string) => string,
  userId: string,
): readonly string[] {
  return [...Map.groupBy(entries, ({ senderId }) => senderId)].flatMap(([senderId, own]) =>
    inFrames(own).flatMap((some) =>
      framesOf(nameOf(senderId))(some, senderId === userId ? 'sender' : 'others', 'device'),
    ),
  );
}

/** Of several states of a message, the newest one. */
function changedFrames(
  { changedFor }: StreamTelling,
  entries: readonly LogEntry[],
  userId: string,
): readonly string[] {
  const bySeq = Map.groupBy(entries, ({ seq }) => seq);
  return [...bySeq.values()].map((states) => changedFor(newestOf(states), userId));
}

/** Parts of some messages that each fit into a frame. */
function inFrames(messages: readonly LogEntry[]): readonly (readonly LogEntry[])[] {
  const parts: LogEntry[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of messages) {
    const size = BESIDE + jsonBytes(message.text) + customBytes(message);
    const last = parts.at(-1);
    if (last && last.length < FRAME_MESSAGES && bytes + size <= FRAME_BYTES) {
      last.push(message);
      bytes += size;
    } else {
      parts.push([message]);
      bytes = size;
    }
  }
  return parts;
}
