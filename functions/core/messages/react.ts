import { selfOf } from '../conversations/conversation.ts';
import { MessageDeleted, TooManyReactions } from '../errors.ts';
import { applyChange, type ChangeDependencies, type MessagePlace } from './apply-change.ts';
import { isDeleted, type Message, type Reactions } from './message.ts';

/** A message can have so many different emoji. */
export const MAX_REACTIONS = 20;

export interface Reaction extends MessagePlace {
  readonly emoji: string;
}

/**
 * Adds the user's reaction to a message of any member. To react twice with one emoji is to react once. Here as in `unreact`, the
 * stream tells the devices: see `tell-reactions.ts`.
 * @throws MessageNotFound, MessageDeleted, TooManyReactions
 * @throws CannotWriteToUser while one of the two blocks the other, and AccountDeleted
 * @throws Busy if others kept changing messages of the conversation; nothing was stored
 */
export function react(dependencies: ChangeDependencies, reaction: Reaction): Promise<Message> {
  const { conversation, emoji } = reaction;
  const userId = selfOf(conversation);
  return applyChange(dependencies, reaction, 'by stream', ({ entry, requireAllowed }) => {
    if (isDeleted(entry)) throw new MessageDeleted();
    const reactions = entry.changed?.reactions ?? {};
    const users = reactions[emoji] ?? [];
    if (users.includes(userId)) return undefined;
    if (users.length === 0 && Object.keys(reactions).length >= MAX_REACTIONS) throw new TooManyReactions();
    requireAllowed();
    return withReactions(entry, { ...reactions, [emoji]: [...users, userId] });
  });
}

/**
 * Takes the user's reaction back, also while one of the two blocks the other. Without effect if there is none.
 * @throws MessageNotFound
 * @throws Busy
 */
export function unreact(dependencies: ChangeDependencies, reaction: Reaction): Promise<Message> {
  const { conversation, emoji } = reaction;
  const userId = selfOf(conversation);
  return applyChange(dependencies, reaction, 'by stream', ({ entry }) => {
    const { [emoji]: users = [], ...others } = entry.changed?.reactions ?? {};
    if (!users.includes(userId)) return undefined;
    const left = users.filter((one) => one !== userId);
    return withReactions(entry, left.length > 0 ? { ...others, [emoji]: left } : others);
  });
}

function withReactions({ text, changed }: Message, reactions: Reactions) {
  return { text, changed: { version: 1, ...changed, reactions } };
}
