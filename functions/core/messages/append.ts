import { AfterInvalid, Busy, RateLimited, Unavailable } from '../errors.ts';
import { findEarlier, nextRecent, RECENT_MESSAGES, RETRY_REACH } from './find-earlier.ts';
import type { LogEntry, Message, MessageLog, PaceLimit, Paces } from './message.ts';

/** What a sender wants to say. */
export interface Draft {
  readonly conversation: string;
  readonly senderId: string;
  readonly text: string;
  readonly clientId?: string | undefined;
  /** The last `seq` that the client knew when it first tried: its earlier tries can only lie behind it. */
  readonly after?: number | undefined;
  /** The last `seq` that the sender had seen when they wrote it; `after` unless it is given. */
  readonly read?: number | undefined;
}

export interface AppendDependencies {
  readonly log: Pick<MessageLog, 'last' | 'at' | 'append'>;
  readonly paceLimit: PaceLimit;
  /** Asked before the first message of a conversation: rejects when there is nobody to talk to. */
  readonly beforeFirst: (draft: Draft) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export interface Appended {
  readonly message: Message;
  /** It was stored by an earlier try. */
  readonly repeated: boolean;
}

/** With ten writers at once, each round lets one through: this many rounds fail only under far worse contention. */
const MAX_ROUNDS = 40;
const FIRST_BACKOFF_MS = 4;
const MAX_BACKOFF_MS = 200;

/**
 * Appends a message at the next free place: an append with an expected version, as event stores do it. Ordered and
 * gap-free by the condition on the key; once, because a retry finds its own `client_id` (or, within one call, its own
 * message id) in the tail.
 * @throws ClientIdConflict, AfterInvalid, RateLimited, and whatever `beforeFirst` throws
 * @throws Busy when the place was taken {@link MAX_ROUNDS} times; nothing was stored
 */
export async function append(dependencies: AppendDependencies, draft: Draft): Promise<Appended> {
  const { log, paceLimit, beforeFirst, newId, now, random, wait } = dependencies;
  const { conversation, clientId } = draft;
  const id = newId();
  let last = await log.last(conversation);
  let from = firstPlace(last, draft);
  let answerLost = false;
  for (let round = 0; ; round += 1) {
    // A first try without a name has no earlier one.
    if (last && (clientId !== undefined || round > 0)) {
      const earlier = await findEarlier(log, last, { ...draft, id, from });
      if (earlier) return { message: earlier, repeated: earlier.id !== id };
    }
    if (round === MAX_ROUNDS) throw new Busy();
    if (!last) await beforeFirst(draft);
    const message = entryBehind(last, draft, { id, now: now(), paceLimit });
    try {
      if (await log.append(message)) return { message, repeated: false };
    } catch (error) {
      // The write may have gone through although its answer got lost: the log tells. Once is bad luck, twice an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    // Somebody else was faster. Full jitter keeps the losers of one round from meeting again in the next.
    if (round > 0) await wait(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** round));
    last = (await log.last(conversation)) ?? last;
    from = message.seq;
  }
}

/**
 * The first `seq` that an earlier try can have.
 * @throws AfterInvalid
 */
function firstPlace(last: LogEntry | undefined, { after }: Draft): number {
  const newest = last?.seq ?? 0;
  if (after === undefined) return Math.max(1, newest - RECENT_MESSAGES + 1);
  if (after > newest || newest - after > RETRY_REACH) throw new AfterInvalid();
  return Math.max(1, after);
}

function entryBehind(
  last: LogEntry | undefined,
  draft: Draft,
  { id, now, paceLimit }: { id: string; now: Date; paceLimit: PaceLimit },
): LogEntry {
  const { conversation, senderId, text, clientId } = draft;
  const seq = (last?.seq ?? 0) + 1;
  const said = last?.said ?? {};
  return {
    id,
    conversation,
    seq,
    senderId,
    text,
    ...(clientId !== undefined && { clientId }),
    read: readBy(last, draft, seq),
    createdAt: now.toISOString(),
    said: { ...said, [senderId]: (said[senderId] ?? 0) + 1 },
    paces: nextPaces(last?.paces ?? {}, senderId, now, paceLimit),
    recent: nextRecent(last?.recent ?? new Uint8Array(), clientId ?? id),
  };
}

/**
 * Up to where the sender has read: what they had seen when they wrote, and their own message too where nothing lies between.
 * Without `read` and `after` nobody knows.
 */
function readBy(last: LogEntry | undefined, { senderId, read, after = 0 }: Draft, seq: number): number {
  const before = last?.senderId === senderId ? last.read : 0;
  const seen = Math.max(before, Math.min(read ?? after, seq - 1));
  return seen === seq - 1 ? seq : seen;
}

/**
 * The paces after one more message, from those that the last message carries.
 * @throws RateLimited when it would be one too many
 */
export function nextPaces(paces: Paces, senderId: string, now: Date, limit: PaceLimit): Paces {
  const seconds = Math.floor(now.getTime() / 1000);
  const live = Object.entries(paces).filter(([, { since }]) => seconds < since + limit.seconds);
  const { since, count } = Object.fromEntries(live)[senderId] ?? { since: seconds, count: 0 };
  if (count >= limit.messages) throw new RateLimited(Math.max(1, since + limit.seconds - seconds));
  return { ...Object.fromEntries(live), [senderId]: { since, count: count + 1 } };
}
