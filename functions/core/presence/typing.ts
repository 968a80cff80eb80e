import { type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { requireRight } from '../conversations/rights.ts';
import { ConversationNotFound } from '../errors.ts';
import type { MessageHistory } from '../messages/message.ts';
import { remember } from '../remember.ts';
import { othersWhoMaySee, type PresenceStore } from './presence.ts';

/** How long the other members show it, unless it is renewed. */
export const TYPING_SECONDS = 6;
const FORWARD_EVERY_MS = 3_000;

/** When each (user, conversation) was last forwarded, in milliseconds since 1970. */
export type TypingTimes = Map<string, number>;

export interface TypingDependencies {
  readonly log: Pick<MessageHistory, 'last'>;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly times: TypingTimes;
  readonly now: () => Date;
}

interface Forwarding {
  /** What the user may know: not whether another member hides their presence. */
  readonly forwarded: boolean;
  /** Users whose devices must be told. */
  readonly tells: readonly string[];
}

const NOT_FORWARDED: Forwarding = { forwarded: false, tells: [] };

/**
 * Who is told that a user is typing: the other members, at most once in 3 s. Typing shows that the user is online. So nobody is
 * told if the user hides their presence, and a member who hides theirs is not told either. The times live in the memory of one
 * running function and are never stored. Two functions may each forward one, which the receivers do not notice.
 * @throws NotAllowed
 * @throws ConversationNotFound if the conversation has no message
 */
export async function forwardTyping(
  { log, presences, times, now }: TypingDependencies,
  conversation: OwnConversation,
): Promise<Forwarding> {
  requireRight(conversation, 'write');
  const key = `${selfOf(conversation)} ${conversation.id}`;
  const at = now().getTime();
  if (at - (times.get(key) ?? Number.NEGATIVE_INFINITY) < FORWARD_EVERY_MS) return NOT_FORWARDED;
  const [last, tells] = await Promise.all([log.last(conversation), othersWhoMaySee(presences, conversation)]);
  if (!last) throw new ConversationNotFound(conversation.id);
  remember(times, key, at);
  return tells ? { forwarded: true, tells } : NOT_FORWARDED;
}
