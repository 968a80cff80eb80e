import { peerIn } from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { MessageHistory } from '../messages/message.ts';

/** How long the others show it, unless it is renewed. */
export const TYPING_SECONDS = 6;
const FORWARD_EVERY_MS = 3_000;

/** When each (user, conversation) was last forwarded. */
export type TypingTimes = Map<string, number>;

/** More entries than this are not kept: a function's memory is no store. */
const MAX_ENTRIES = 10_000;

/**
 * Whether to tell the other member that somebody types: at most once in 3 s. It is kept in the memory of one running
 * function and never stored: two functions may each forward one, which the receivers do not notice.
 * @returns the other member, or undefined when it is too soon
 * @throws ConversationNotFound
 */
export async function typing(
  { history, times, now }: { history: Pick<MessageHistory, 'last'>; times: TypingTimes; now: () => Date },
  { userId, conversation }: { userId: string; conversation: string },
): Promise<string | undefined> {
  const peerId = peerIn(conversation, userId);
  const key = `${userId} ${conversation}`;
  const at = now().getTime();
  if (at - (times.get(key) ?? Number.NEGATIVE_INFINITY) < FORWARD_EVERY_MS) return undefined;
  if (!(await history.last(conversation))) throw new ConversationNotFound(conversation);
  if (times.size >= MAX_ENTRIES) times.clear();
  times.set(key, at);
  return peerId;
}
