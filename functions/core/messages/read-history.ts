import type { DirectoryEntry, ProfileStore } from '../accounts/ports.ts';
import { conversationIdOf } from '../conversations/conversation-id.ts';
import { UserNotFound } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Message } from './message.ts';
import type { MessageHistory } from './ports.ts';

export interface HistoryPage {
  /** How many messages the conversation holds. */
  readonly count: number;
  /** Newest first. */
  readonly messages: readonly Message[];
  readonly peer: DirectoryEntry;
}

/**
 * One page of the conversation of `userId` with `peerId`, newest first. The log is gap-free, so that the newest `seq` is the
 * count, and `offset` is arithmetic: a page costs a page, wherever it lies.
 * @throws UserNotFound
 */
export async function readHistory(
  { profiles, history }: { profiles: ProfileStore; history: MessageHistory },
  request: { userId: string; peerId: string; limit: number; offset: number },
): Promise<HistoryPage> {
  const { userId, peerId, limit, offset } = request;
  if (!isId(peerId)) throw new UserNotFound(peerId);
  const conversation = conversationIdOf(userId, peerId);
  const [peer, last] = await Promise.all([profiles.profileOf(peerId), history.last(conversation)]);
  if (!peer) throw new UserNotFound(peerId);
  const count = last?.seq ?? 0;
  const highest = count - offset;
  const messages =
    highest > 0 ? await history.range(conversation, Math.max(1, highest - limit + 1), highest) : [];
  return { count, messages, peer: { id: peer.id, username: peer.username } };
}
