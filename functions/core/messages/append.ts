import { AfterInvalid, Busy, ClientIdConflict, Unavailable } from '../errors.ts';
import type { LogEntry, Message } from './message.ts';
import { nextPaces, type PaceLimit } from './pace.ts';
import type { MessageLog } from './ports.ts';
import { mayBeRecent, nextRecent, RECENT_MESSAGES } from './recent-clients.ts';

/** What a sender wants to say; `after` is the last `seq` that the client knew when it first tried. */
export interface Draft {
  readonly conversation: string;
  readonly senderId: string;
  readonly text: string;
  readonly clientId?: string | undefined;
  readonly after?: number | undefined;
}

export interface AppendDependencies {
  readonly log: MessageLog;
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
  const id = newId();
  let tail = await firstTail(log, draft);
  let last = tail.at(-1);
  let answerLost = false;
  for (let round = 0; ; round += 1) {
    const earlier = findEarlier(tail, draft, id);
    if (earlier) return { message: earlier, repeated: earlier.id !== id };
    if (round === MAX_ROUNDS) throw new Busy();
    if (!last) await beforeFirst(draft);
    const message = entryBehind(last, draft, { id, now: now(), paceLimit });
    try {
      if (await log.append(message)) return { message, repeated: false };
    } catch (error) {
      // The write may have gone through although its answer got lost: the tail tells. Once is bad luck, twice an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    // Somebody else was faster. Full jitter keeps the losers of one round from meeting again in the next.
    if (round > 0) await wait(random() * Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** round));
    tail = await readTail(log, draft.conversation, message.seq);
    last = tail.at(-1) ?? last;
  }
}

function entryBehind(
  last: LogEntry | undefined,
  { conversation, senderId, text, clientId }: Draft,
  { id, now, paceLimit }: { id: string; now: Date; paceLimit: PaceLimit },
): LogEntry {
  return {
    id,
    conversation,
    seq: (last?.seq ?? 0) + 1,
    senderId,
    text,
    ...(clientId !== undefined && { clientId }),
    createdAt: now.toISOString(),
    paces: nextPaces(last?.paces ?? {}, senderId, now, paceLimit),
    recent: nextRecent(last?.recent ?? new Uint8Array(), clientId),
  };
}

/** From `after` on, so that a retry is found however long ago it was first tried; without it, the last messages. */
async function firstTail(log: MessageLog, draft: Draft): Promise<readonly LogEntry[]> {
  const { conversation, clientId, after } = draft;
  if (after === undefined) {
    const tail = await log.latest(conversation, 1);
    const [last] = tail;
    if (!last || clientId === undefined || !mayBeRecent(last.recent, clientId)) return tail;
    return log.latest(conversation, RECENT_MESSAGES);
  }
  const tail = await readTail(log, conversation, Math.max(1, after));
  // The log has no gaps: where it has `after`, the tail begins with it. Else appending would leave a gap.
  if (after > 0 && tail[0]?.seq !== after) throw new AfterInvalid();
  return tail;
}

/** Reading on would cost as much as was ever said: a client so far behind catches up first. */
async function readTail(log: MessageLog, conversation: string, from: number): Promise<readonly LogEntry[]> {
  const { messages, isCut } = await log.since(conversation, from);
  if (isCut) throw new AfterInvalid();
  return messages;
}

/** An own id in the tail means: the write went through although its answer got lost. */
function findEarlier(
  tail: readonly Message[],
  { senderId, clientId, text }: Draft,
  id: string,
): Message | undefined {
  const earlier = tail.find(
    (message) =>
      message.id === id ||
      (clientId !== undefined && message.senderId === senderId && message.clientId === clientId),
  );
  if (earlier && earlier.text !== text) throw new ClientIdConflict();
  return earlier;
}
