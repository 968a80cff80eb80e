import { type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { ConversationNotFound } from '../errors.ts';
import type { MessageHistory } from '../messages/message.ts';

/** How long the other members show it, unless it is renewed. */
export const TYPING_SECONDS = 6;
const FORWARD_EVERY_MS = 3_000;

/** When each (user, conversation) was last forwarded, in milliseconds since 1970. */
export type TypingTimes = Map<string, number>;

/** At most so many entries are kept: the memory of a function is not a store. */
const MAX_ENTRIES = 10_000;

/**
 * Whether to tell the other members that a user is typing: at most once in 3 s. The times live in the memory of one running
 * function and are never stored. Two functions may each forward one, which the receivers do not notice.
 * @throws ConversationNotFound if the conversation has no message
 */
export async function mayForwardTyping(
  { log, times, now }: { log: Pick<MessageHistory, 'last'>; times: TypingTimes; now: () => Date },
  conversation: OwnConversation,
): Promise<boolean> {
  const key = `${selfOf(conversation)} ${conversation.id}`;
  const at = now().getTime();
  if (at - (times.get(key) ?? Number.NEGATIVE_INFINITY) < FORWARD_EVERY_MS) return false;
  if (!(await log.last(conversation))) throw new ConversationNotFound(conversation.id);
  if (times.size >= MAX_ENTRIES) times.clear();
  times.set(key, at);
  return true;
}
