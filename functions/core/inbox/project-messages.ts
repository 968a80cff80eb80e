import type { PersonStore, ProfileStore } from '../accounts/account.ts';
import { allEnded } from '../at-most.ts';
import { type Conversation, numberOf } from '../conversations/conversation.ts';
import { conversationById, type RosterReader } from '../conversations/roster.ts';
import type { ByMember, LogEntry, MessageLog } from '../messages/message.ts';
import { further, NOTHING_READ, type ReadReceipt, receiptOfSender } from '../receipts/receipt.ts';
import { type InboxPosition, type InboxProjection, toLast } from './inbox.ts';
import { projectMentions } from './project-mentions.ts';

/** A message as the stream tells it. Who its members are by number, only the conversation knows. */
export interface StoredMessage {
  /** Id of the conversation. */
  readonly conversation: string;
  readonly seq: number;
  readonly entryIn: (conversation: Conversation) => LogEntry;
  /** As it was before it changed; undefined for a new one. */
  readonly formerIn?: ((conversation: Conversation) => LogEntry) | undefined;
  /** Somebody has reacted to it, or taken a reaction back. */
  readonly isReaction: boolean;
}

export interface ProjectionDependencies {
  readonly inbox: InboxProjection;
  readonly log: Pick<MessageLog, 'at'>;
  readonly rosters: RosterReader;
  readonly profiles: ProfileStore & PersonStore;
  readonly now: () => Date;
}

/**
 * Projects new and changed messages of one conversation, in order, into the inboxes of all members. It reads the summary first and
 * writes it last, so a run that crashes is repeated whole, and records that come again after it change nothing.
 */
export async function projectMessages(
  dependencies: ProjectionDependencies,
  stored: readonly StoredMessage[],
): Promise<void> {
  const { inbox, rosters } = dependencies;
  const conversation = stored[0] && (await conversationById(rosters, stored[0].conversation));
  // A group in which nobody is any more is being removed: nothing of it is written again.
  if (!conversation || conversation.members.length === 0) return;
  const states = stored.map(({ entryIn, formerIn }) => ({
    entry: entryIn(conversation),
    former: formerIn?.(conversation),
  }));
  const messages = states.map(({ entry }) => entry);
  const newest = messages.at(-1);
  if (!newest) return;
  await projectMentions(dependencies, conversation, states);
  const before = await inbox.summary(conversation);
  // Also a message that has changed since it was projected comes again.
  if (before?.last.seq === newest.seq && newest.changed) await inbox.showChanged(conversation, newest);
  if (before && before.last.seq >= newest.seq) return;
  if (conversation.kind === 'pair') await moveUpPair(dependencies, conversation);
  const receipts = await receiptsAfter(dependencies, conversation, messages, before?.receipts ?? {});
  await inbox.summarize(conversation, { last: toLast(newest), receipts });
}

/** A sender has read up to what their client had when they wrote. */
async function receiptsAfter(
  { log }: Pick<ProjectionDependencies, 'log'>,
  conversation: Conversation,
  messages: readonly LogEntry[],
  before: ByMember<ReadReceipt>,
): Promise<ByMember<ReadReceipt>> {
  const senders = [...Map.groupBy(messages, ({ senderId }) => numberOf(conversation, senderId))];
  const receipts = senders.map(async ([self, own]) => {
    const known = before[self] ?? NOTHING_READ;
    const furthest = own.reduce((one, other) => (other.read > one.read ? other : one));
    if (furthest.read <= known.seq) return [self, known] as const;
    const receipt = await receiptOfSender(log, conversation, self, furthest, messages);
    return [self, further(known, receipt)] as const;
  });
  return { ...before, ...Object.fromEntries(await Promise.all(receipts)) };
}

async function moveUpPair(
  dependencies: ProjectionDependencies,
  { id, members }: Conversation,
): Promise<void> {
  const [low, high] = members as readonly [string, string];
  await allEnded([moveUp(dependencies, id, low, high), moveUp(dependencies, id, high, low)]);
}

/** While a pair stays on top nothing moves, so a burst costs one summary a batch. */
async function moveUp(
  { inbox, profiles, now }: ProjectionDependencies,
  id: string,
  userId: string,
  peerId: string,
): Promise<void> {
  const [top, former] = await Promise.all([inbox.top(userId), inbox.positionOf(userId, id)]);
  const onTop = top?.conversation === id ? top : undefined;
  if (onTop && former?.topAt === onTop.topAt) return;
  // A run that crashed during a move left a position that the membership does not name. Readers skipped it, and a device that
  // has synced since then would not look behind it again. So the conversation gets a new position.
  const left = [former, onTop].filter((one) => one !== undefined);
  // The partition of a deleted account is emptied, and nothing comes into it again.
  if (!former && !(await profiles.profileOf(userId))) return;
  const peer = await profiles.personOf(peerId);
  if (!peer) return;
  const position = { conversation: id, topAt: laterThan(top, now()) };
  await inbox.moveToTop(userId, position, { id: peer.id, username: peer.username }, left);
}

/** The clocks of two functions differ by milliseconds. The new top must sort above the former one all the same. */
function laterThan(top: InboxPosition | undefined, now: Date): string {
  const floor = top ? Date.parse(top.topAt) + 1 : 0;
  return new Date(Math.max(now.getTime(), floor)).toISOString();
}
