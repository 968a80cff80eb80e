import type { OwnConversation } from '../conversations/conversation.ts';
import { type Who, whoOf } from '../conversations/rights.ts';
import { type About, ownGroup, type Roster } from '../conversations/roster.ts';
import { ConversationNotFound } from '../errors.ts';
import type { InboxEntry } from '../inbox/inbox.ts';
import { type ConversationDependencies, readConversation } from '../inbox/read-inbox.ts';
import { type GroupDependencies, type GroupPeople, peopleIn } from './change-group.ts';

/** A conversation, and what is to be told of a group beside its place in an inbox. */
export interface Described {
  readonly entry: InboxEntry;
  readonly group: DescribedGroup | undefined;
}

export interface DescribedGroup {
  readonly people: GroupPeople;
  readonly about: About;
  readonly who: Who;
}

type Describing = Pick<GroupDependencies, 'people' | 'abouts'>;

/**
 * A group as a member finds it after a change.
 * @throws ConversationNotFound for somebody who is not in it
 */
export async function describeAfter(
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
  dependencies: ConversationDependencies & Describing,
  conversation: OwnConversation,
): Promise<Described> {
  const { roster } = conversation;
  const [entry, group] = await Promise.all([
    readConversation(dependencies, conversation),
    roster && describeGroup(dependencies, roster),
  ]);
  return { entry, group };
}

async function describeGroup(dependencies: Describing, roster: Roster): Promise<DescribedGroup> {
  const [people, about] = await Promise.all([
    peopleIn(dependencies, roster),
    dependencies.abouts.about(roster.id),
  ]);
  return { people, about, who: whoOf(roster.who) };
}
