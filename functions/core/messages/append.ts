import type { ProfileStore } from '../accounts/account.ts';
import { type OwnConversation, othersIn, selfOf } from '../conversations/conversation.ts';
import { AfterInvalid, Busy, Unavailable, UserNotFound } from '../errors.ts';
import { findEarlier, nextRecent, RECENT_MESSAGES, RETRY_REACH } from './find-earlier.ts';
import type { LogEntry, Message, MessageLog } from './message.ts';
import { nextRates, type SendLimit } from './send-rates.ts';

/** A message that its sender wants to append. */
export interface Draft {
  readonly conversation: OwnConversation;
  readonly text: string;
  readonly clientId?: string | undefined;
  /** The last `seq` that the client knew at its first try. Earlier tries can only be behind it. */
  readonly after?: number | undefined;
  /** The last `seq` that the sender had seen when they wrote the message; defaults to `after`. */
  readonly read?: number | undefined;
}

export interface AppendDependencies {
  readonly log: Pick<MessageLog, 'last' | 'at' | 'append'>;
  readonly profiles: ProfileStore;
  readonly sendLimit: SendLimit;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export interface Appended {
  readonly message: Message;
  /** An earlier try has stored it. */
  readonly repeated: boolean;
}

/** Of ten writers at once, each round lets one through. So many rounds fail only under far worse contention. */
const MAX_ROUNDS = 40;
const FIRST_BACKOFF_MS = 4;
const MAX_BACKOFF_MS = 200;

/**
 * Appends a message with the next free sequence number: an append with an expected version, as event stores do it. The
 * condition on the key makes the log ordered and gap-free. A retry finds its own `client_id` (or, within one call, its own
 * message id) in the log, so each message is stored once.
 * @throws ClientIdConflict, AfterInvalid, RateLimited
 * @throws UserNotFound before the first message, if another member does not exist
 * @throws Busy after {@link MAX_ROUNDS} rounds; nothing was stored
 */
export async function append(dependencies: AppendDependencies, draft: Draft): Promise<Appended> {
  const { log, profiles, sendLimit, newId, now, random, wait } = dependencies;
  const { conversation, clientId } = draft;
  const id = newId();
  let last = await log.last(conversation);
  let from = firstPossible(last, draft);
  let answerLost = false;
  for (let round = 0; ; round += 1) {
    // A first try without a client id has no earlier try.
    if (last && (clientId !== undefined || round > 0)) {
      const earlier = await findEarlier(log, last, { ...draft, id, from });
      if (earlier) return { message: earlier, repeated: earlier.id !== id };
    }
    if (round === MAX_ROUNDS) throw new Busy();
    if (!last) await requireMembers(profiles, othersIn(conversation));
    const entry = entryAfter(last, draft, { id, now: now(), sendLimit });
    try {
      if (await log.append(conversation, entry)) return { message: entry, repeated: false };
    } catch (error) {
      // The write may have succeeded although its answer was lost: the log tells. A second lost answer is an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    // Another writer was faster. Full jitter keeps the losers of one round from meeting again in the next.
    if (round > 0) await wait(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** round));
    last = (await log.last(conversation)) ?? last;
    from = entry.seq;
  }
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
  { id, now, sendLimit }: { id: string; now: Date; sendLimit: SendLimit },
): LogEntry {
  const { conversation, text, clientId } = draft;
  const { self } = conversation;
  const seq = (last?.seq ?? 0) + 1;
  const counts = last?.counts ?? {};
  return {
    id,
    conversation: conversation.id,
    seq,
    senderId: selfOf(conversation),
    text,
    ...(clientId !== undefined && { clientId }),
    read: readBySender(last, draft, seq),
    createdAt: now.toISOString(),
    counts: { ...counts, [self]: (counts[self] ?? 0) + 1 },
    rates: nextRates(last?.rates ?? {}, self, now, sendLimit),
    recent: nextRecent(last?.recent ?? new Uint8Array(), clientId ?? id),
  };
}

/**
 * The `seq` up to which the sender has read: what they had seen when they wrote. If nothing stands in between, this includes
 * their own message. Without `read` and `after` it is unknown.
 */
function readBySender(
  last: LogEntry | undefined,
  { conversation, read, after = 0 }: Draft,
  seq: number,
): number {
  const before = last?.senderId === selfOf(conversation) ? last.read : 0;
  const seen = Math.max(before, Math.min(read ?? after, seq - 1));
  return seen === seq - 1 ? seq : seen;
}
