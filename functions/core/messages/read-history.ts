import type { DirectoryEntry, ProfileStore } from '../accounts/ports.ts';
import { conversationIdOf } from '../conversations/conversation-id.ts';
import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Message } from './message.ts';
import type { MessageHistory } from './ports.ts';
import { readWindow, type Sides, type Window } from './read-messages.ts';

/** How many of the newest messages to skip; or, whatever is said meanwhile, the messages before or after a `seq`. */
export type HistoryWindow = Pick<Window, 'limit' | 'before' | 'after'> & { readonly offset: number };

export interface HistoryPage {
  /** How many messages the conversation holds. */
  readonly count: number;
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly peer: DirectoryEntry;
  readonly sides: Sides;
}

/**
 * One page of the conversation of `userId` with `peerId`, newest first. The log is gap-free, so that the newest `seq` is the
 * count, and `offset` is arithmetic: a page costs a page, wherever it lies.
 * @throws UserNotFound
 */
export async function readHistory(
  { profiles, history }: { profiles: ProfileStore; history: MessageHistory },
  { userId, peerId, window }: { userId: string; peerId: string; window: HistoryWindow },
): Promise<HistoryPage> {
  if (!isId(peerId)) throw new UserNotFound(peerId);
  const conversation = conversationIdOf(userId, peerId);
  const [peer, last] = await Promise.all([profiles.profileOf(peerId), history.last(conversation)]);
  if (!peer) throw new UserNotFound(peerId);
  const count = last?.seq ?? 0;
  const { limit, before, after, offset } = window;
  const isAnchored = before !== undefined || after !== undefined;
  const anchored = isAnchored ? { limit, before, after } : { limit, before: count - offset + 1 };
  const page = await readWindow(history, conversation, anchored, count);
  return { count, ...page, peer: { id: peer.id, username: peer.username } };
}
