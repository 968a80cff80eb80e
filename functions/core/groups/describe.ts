import type { OwnConversation } from '../conversations/conversation.ts';
import { ownGroup, type Roster } from '../conversations/roster.ts';
import { ConversationNotFound } from '../errors.ts';
import type { InboxEntry } from '../inbox/inbox.ts';
import { type ConversationDependencies, readConversation } from '../inbox/read-inbox.ts';
import { type GroupDependencies, type GroupPeople, peopleIn } from './change-group.ts';

/** A conversation, and of a group those who are and were in it. */
export interface Described {
  readonly entry: InboxEntry;
  readonly people: GroupPeople | undefined;
}

/**
 * A group as a member finds it after a change.
 * @throws ConversationNotFound for somebody who is not in it
 */
export async function describeGroup(
  dependencies: Parameters<typeof describe>[0],
  roster: Roster,
  userId: string,
): Promise<Described> {
  const own = ownGroup(roster, userId);
  if (!own) throw new ConversationNotFound(roster.id);
  return describe(dependencies, own);
}

/** @throws ConversationNotFound if the conversation has no message */
export async function describe(
  dependencies: ConversationDependencies & Pick<GroupDependencies, 'people'>,
  conversation: OwnConversation,
): Promise<Described> {
  const { roster } = conversation;
  const [entry, people] = await Promise.all([
    readConversation(dependencies, conversation),
    roster && peopleIn(dependencies, roster),
  ]);
  return { entry, people };
}
