import type { ProfileStore } from '../accounts/account.ts';
import { type OwnConversation, othersIn, selfOf } from '../conversations/conversation.ts';
import { requireRight } from '../conversations/rights.ts';
import type { Teller } from '../delivery/deliver.ts';
import { AfterInvalid, Busy, CannotWriteToUser, ReplyInvalid, Unavailable, UserNotFound } from '../errors.ts';
import { contentionOf } from './contention.ts';
import type { Custom } from './custom.ts';
import {
  carriersOf,
  findEarlier,
  MAX_CANDIDATES,
  nextRecent,
  RECENT_MESSAGES,
  RETRY_REACH,
  type ReadBudget,
} from './find-earlier.ts';
import { nextAlls, requireMentionable } from './mentions.ts';
import type { LogEntry, Mentions, Message, MessageLog } from './message.ts';
import { nextRates, type SendLimit } from './send-rates.ts';

/** A message that its sender wants to append. */
export interface NewMessage {
  readonly text: string;
  readonly clientId?: string | undefined;
  /** `seq` of the message that it answers. */
  readonly replyTo?: number | undefined;
  readonly mentions?: Mentions | undefined;
  readonly custom?: Custom | undefined;
  /** The last `seq` that the sender had seen when they wrote it; defaults to `after`. */
  readonly read?: number | undefined;
}

/** Messages that their sender wants to append, one behind the other. */
export interface Draft {
  readonly conversation: OwnConversation;
  readonly messages: readonly NewMessage[];
  /** The last `seq` that the client knew at its first try. Earlier tries can only be behind it. */
  readonly after?: number | undefined;
}

export interface AppendDependencies {
  readonly log: Pick<MessageLog, 'end' | 'at' | 'append'>;
  readonly profiles: ProfileStore;
  readonly sendLimit: SendLimit;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export interface Appended {
  readonly message: Message & Pick<LogEntry, 'told'>;
  /** An earlier try has stored it. */
  readonly repeated: boolean;
}

export type RequireAll = () => Promise<Teller>;

interface Marks {
  readonly id: string;
  readonly teller: Teller;
}

/** The end of the log as far as this call knows it. */
interface Known {
  last: LogEntry | undefined;
  isSealed: boolean;
  /** They carry the fingerprints of all messages up to `last` that others may have appended. */
  carriers: readonly LogEntry[];
  readonly budget: ReadBudget;
}

/**
 * Appends messages with the next free sequence numbers: appends with an expected version, as event stores do it. The
 * condition on the key makes the log ordered and gap-free. A retry finds its own `client_id` (or, within one call, its own
 * message id) in the log, so each message is stored once. Each next message is appended when it is asked for.
 * @param requireAll rejects if a member of a conversation that has begun is gone; asked before each write. Returns who will tell the
 * devices.
 * @throws NotAllowed, ClientIdConflict, RateLimited, CannotWriteToUser, ReplyInvalid, NotAGroup, MentionInvalid, and what
 * `requireAll` throws
 * @throws AfterInvalid, or UserNotFound before the first message if another member does not exist: then nothing was stored
 * @throws Busy after too many refused tries, or if the members of a group have changed meanwhile; that message was not stored
 */
export async function* append(
  dependencies: AppendDependencies,
  draft: Draft,
  requireAll: RequireAll = async () => 'request',
): AsyncGenerator<Appended> {
  const { log } = dependencies;
  const { conversation } = draft;
  requireRight(conversation, 'write');
  const { last, isSealed } = await log.end(conversation);
  const from = firstPossible(last, draft);
  const budget = { left: MAX_CANDIDATES + draft.messages.length - 1 };
  const known: Known = { last, isSealed, carriers: [], budget };
  if (last && draft.messages.some(({ clientId }) => clientId !== undefined)) {
    known.carriers = await carriersOf(log, conversation, last, from);
  }
  for (const message of draft.messages)
    yield await appendOne(dependencies, draft, message, known, from, requireAll);
}

async function appendOne(
  dependencies: AppendDependencies,
  draft: Draft,
  message: NewMessage,
  known: Known,
  from: number,
  requireAll: RequireAll,
): Promise<Appended> {
  const { log, profiles, newId, random, wait } = dependencies;
  const { conversation } = draft;
  const id = newId();
  const { maxTries, backoff } = contentionOf(message);
  /** Each round looks only at what has come since the round before. */
  let unsearched = { carriers: known.carriers, from };
  let answerLost = false;
  for (let round = 0; ; round += 1) {
    const wanted = { conversation, ...message, id, from: unsearched.from };
    const earlier = await findEarlier(log, unsearched.carriers, wanted, known.budget);
    if (earlier) return { message: earlier, repeated: earlier.id !== id };
    if (round === maxTries) throw new Busy();
    const teller = known.last
      ? await requireAll()
      : await requireMembers(profiles, othersIn(conversation)).then(() => 'request' as const);
    // A message that was stored before the block is found above. What is not, is not stored any more.
    if (known.isSealed) throw new CannotWriteToUser();
    requireSameMembers(known.last, conversation);
    const entry = entryAfter(known.last, draft, message, { ...dependencies, id, teller });
    try {
      if (await log.append(conversation, entry)) {
        known.last = entry;
        return { message: entry, repeated: false };
      }
    } catch (error) {
      // The write may have succeeded although its answer was lost: the log tells. A second lost answer is an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    // Another writer was faster. Full jitter keeps the losers of one round from meeting again in the next.
    const longest = backoff(round + 1);
    if (longest > 0) await wait(random() * longest);
    const { last, isSealed } = await log.end(conversation);
    known.isSealed = isSealed;
    const isLonger = last !== undefined && last.seq >= entry.seq;
    const carriers = isLonger ? await carriersOf(log, conversation, last, entry.seq) : [];
    unsearched = { carriers, from: entry.seq };
    known.last = last ?? known.last;
    known.carriers = [...known.carriers, ...carriers];
  }
}

/**
 * Every entry tells the version of the roster that it was written under, and so does the entry of the change that ends a membership.
 * So nobody appends behind their own removal, and no further read is needed to know it.
 * @throws Busy: whoever tries again reads the members anew
 */
export function requireSameMembers(
  last: Pick<LogEntry, 'roster'> | undefined,
  { roster }: OwnConversation,
): void {
  if ((last?.roster ?? 0) > (roster?.version ?? 0)) throw new Busy();
}

async function requireMembers(profiles: ProfileStore, userIds: readonly string[]): Promise<void> {
  await Promise.all(
    userIds.map(async (userId) => {
      if (!(await profiles.profileOf(userId))) throw new UserNotFound(userId);
    }),
  );
}

/**
 * The lowest `seq` that an earlier try can have.
 * @throws AfterInvalid
 */
function firstPossible(last: LogEntry | undefined, { after }: Draft): number {
  const newest = last?.seq ?? 0;
  if (after === undefined) return Math.max(1, newest - RECENT_MESSAGES + 1);
  if (after > newest || newest - after > RETRY_REACH) throw new AfterInvalid();
  return Math.max(1, after);
}

function entryAfter(
  last: LogEntry | undefined,
  draft: Draft,
  { text, clientId, replyTo, mentions, custom, read }: NewMessage,
  { id, teller, now, sendLimit }: Pick<AppendDependencies, 'now' | 'sendLimit'> & Marks,
): LogEntry {
  const { conversation } = draft;
  const { self } = conversation;
  const at = now();
  const seq = (last?.seq ?? 0) + 1;
  // The log has no gaps, so every number before this one is that of a message.
  if (replyTo !== undefined && replyTo >= seq) throw new ReplyInvalid();
  requireMentionable(conversation, mentions);
  const counts = last?.counts ?? {};
  const alls = nextAlls(last?.alls, self, mentions);
  return {
    id,
    conversation: conversation.id,
    seq,
    senderId: selfOf(conversation),
    text,
    ...(clientId !== undefined && { clientId }),
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions && { mentions }),
    ...(custom && { custom }),
    read: readBySender(last, draft, read, seq),
    createdAt: at.toISOString(),
    counts: { ...counts, [self]: (counts[self] ?? 0) + 1 },
    ...(alls && { alls }),
    ...(last?.events !== undefined && { events: last.events }),
    ...(teller === 'stream' && { told: teller }),
    ...(last?.roster !== undefined && { roster: last.roster }),
    rates: nextRates(last?.rates ?? {}, self, at, sendLimit),
    recent: nextRecent(last?.recent ?? new Uint8Array(), clientId ?? id),
  };
}

/**
 * The `seq` up to which the sender has read: what they had seen when they wrote. If nothing stands in between, this includes
 * their own message. Without `read` and `after` it is unknown.
 */
function readBySender(
  last: LogEntry | undefined,
  { conversation, after = 0 }: Draft,
  read: number | undefined,
  seq: number,
): number {
  const before = last?.senderId === selfOf(conversation) ? last.read : 0;
  const seen = Math.max(before, Math.min(read ?? after, seq - 1));
  return seen === seq - 1 ? seq : seen;
}
