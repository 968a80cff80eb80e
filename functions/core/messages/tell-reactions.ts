import { isDevice } from '../connections/connection.ts';
import { type Conversation, maySee } from '../conversations/conversation.ts';
import { conversationById, type RosterReader } from '../conversations/roster.ts';
import { deliver, type Post, reachable, type TellDependencies } from '../delivery/deliver.ts';
import type { StoredMessage } from '../inbox/project-messages.ts';
import type { LogEntry, Message } from './message.ts';

/** A message with new reactions, and the numbers of all changes that its present state includes and that are told with it. */
export interface Reacted {
  readonly message: Message;
  readonly changes: readonly number[];
}

export interface ReactionDependencies extends TellDependencies {
  readonly rosters: RosterReader;
  readonly frameFor: (reacted: Reacted, readerId: string) => string;
}

/**
 * Tells the devices of all members what has been reacted to in one conversation: each message once, in its newest state, however many
 * have reacted to it. It never rejects: whoever misses a frame has `sync`, and the inboxes must not wait for it.
 */
export async function tellReactions(
  dependencies: ReactionDependencies,
  stored: readonly StoredMessage[],
): Promise<void> {
  const bySeq = Map.groupBy(stored, ({ seq }) => seq);
  const told = [...bySeq.values()].filter((states) => states.some(({ isReaction }) => isReaction));
  const id = stored[0]?.conversation;
  if (told.length === 0 || id === undefined) return;
  try {
    const conversation = await conversationById(dependencies.rosters, id);
    if (!conversation) return;
    const reacted = told.map((states) => newestOf(states.map(({ entryIn }) => entryIn(conversation))));
    await deliver(dependencies, await postsTo(dependencies, conversation, reacted));
  } catch (error) {
    dependencies.onConnectionsFailure(error);
  }
}

/** @param states of one message, in the order of the stream, so the last one is the newest */
export function newestOf(states: readonly LogEntry[]): Reacted {
  const changes = states.flatMap(({ changed }) => changed?.change ?? []);
  return { message: states.at(-1) as Message, changes };
}

async function postsTo(
  dependencies: ReactionDependencies,
  conversation: Conversation,
  reacted: readonly Reacted[],
): Promise<readonly Post[]> {
  const found = await reachable(dependencies, conversation.members);
  return found.flatMap((connections, member) => {
    const devices = connections.filter(isDevice);
    if (devices.length === 0) return [];
    const userId = conversation.members[member] as string;
    const frames = reacted
      .filter(({ message }) => maySee(conversation, userId, message.seq))
      .map((one) => dependencies.frameFor(one, userId));
    return devices.map((connection) => ({ connection, frames }));
  });
}
