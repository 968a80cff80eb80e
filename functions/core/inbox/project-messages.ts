import type { ProfileStore } from '../accounts/account.ts';
import { type Members, membersOf } from '../conversations/conversation.ts';
import type { LogEntry, MessageLog } from '../messages/message.ts';
import { further, NOTHING_READ, positionOfSender } from '../receipts/receipt.ts';
import { type InboxUpkeep, type Place, preview, type ReadPositions } from './inbox.ts';

interface Dependencies {
  readonly inbox: InboxUpkeep;
  readonly log: Pick<MessageLog, 'at'>;
  readonly profiles: ProfileStore;
  readonly now: () => Date;
}

/**
 * Brings both members' inboxes up to date after some messages of one conversation, in order. Places first, the note of
 * the newest message last: a run that dies in between is repeated whole, and records that come again after the note
 * change nothing.
 */
export async function followMessages(
  dependencies: Dependencies,
  messages: readonly LogEntry[],
): Promise<void> {
  const { inbox } = dependencies;
  const newest = messages.at(-1);
  const members = newest && membersOf(newest.conversation);
  if (!newest || !members) return;
  const { conversation, seq, id, senderId, text, createdAt, said } = newest;
  const noted = await inbox.noted(conversation);
  if (noted.seq >= seq) return;
  await allEnded(members.map((userId) => place(dependencies, conversation, userId, members)));
  const positions = await positionsAfter(dependencies, messages, noted.positions);
  await inbox.note(conversation, { seq, id, senderId, text: preview(text), createdAt, said }, positions);
}

/**
 * Fails only once all have ended. A function that fails is called again at once: what it left under way would go on beside
 * its own repetition.
 */
async function allEnded(work: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** Who writes has read up to what their client had when they wrote. */
async function positionsAfter(
  { log }: Pick<Dependencies, 'log'>,
  messages: readonly LogEntry[],
  before: ReadPositions,
): Promise<ReadPositions> {
  const senders = [...Map.groupBy(messages, ({ senderId }) => senderId)];
  const positions = senders.map(async ([userId, own]) => {
    const known = before[userId] ?? NOTHING_READ;
    const furthest = own.reduce((one, other) => (other.read > one.read ? other : one));
    const position = furthest.read > known.seq ? await positionOfSender(log, furthest, messages) : known;
    return [userId, further(known, position)] as const;
  });
  return { ...before, ...Object.fromEntries(await Promise.all(positions)) };
}

/** While a conversation stays on top, a hundred messages move nothing: so a burst costs one note a batch. */
async function place(
  { inbox, profiles, now }: Dependencies,
  conversation: string,
  userId: string,
  members: Members,
): Promise<void> {
  const [top, former] = await Promise.all([inbox.top(userId), inbox.placeOf(userId, conversation)]);
  const onTop = top?.conversation === conversation ? top : undefined;
  if (onTop && former?.topAt === onTop.topAt) return;
  // A run that died amid a move left a place that the membership does not name. Readers passed over it, so it is left
  // for a new one: a device that has caught up since then would look behind the old one no more.
  const left = [former, onTop].filter((one) => one !== undefined);
  const peerId = members[0] === userId ? members[1] : members[0];
  const peer = await profiles.profileOf(peerId);
  if (!peer) return;
  const { id, username } = peer;
  await inbox.moveToTop(userId, { conversation, topAt: laterThan(top, now()) }, { id, username }, left);
}

/** Clocks differ by milliseconds between functions: the new top must sort above the former one all the same. */
function laterThan(top: Place | undefined, now: Date): string {
  const floor = top ? Date.parse(top.topAt) + 1 : 0;
  return new Date(Math.max(now.getTime(), floor)).toISOString();
}
