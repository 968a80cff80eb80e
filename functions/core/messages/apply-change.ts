import { type Connection, isDevice, OF_DELETED_ACCOUNT } from '../connections/connection.ts';
import { maySee, missedIn, type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { deliver, reachable, type TellDependencies, tellerOf } from '../delivery/deliver.ts';
import {
  AccountDeleted,
  Busy,
  CannotWriteToUser,
  MessageNotFound,
  NotYourMessage,
  Unavailable,
} from '../errors.ts';
import type { ChangedSummary } from '../inbox/inbox.ts';
import { requireSameMembers } from './append.ts';
import type { ChangeLog } from './change.ts';
import { contentionOfChange } from './contention.ts';
import type { Changed, LogEntry, Message, MessageLog } from './message.ts';

/** A repeat within this time is told again, in case the first try crashed before its posts. Later, clients learn of it by `sync`. */
const RETELL_MS = 30_000;

export interface ChangeDependencies extends TellDependencies {
  readonly log: Pick<MessageLog, 'at' | 'end'> & ChangeLog;
  readonly summaries: ChangedSummary;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A message in a conversation of the user who wants to change it. */
export interface MessagePlace {
  readonly conversation: OwnConversation;
  readonly seq: number;
}

/** How the devices are told at once, and which of them is not: it gets the reply. */
export interface Telling {
  readonly frameFor: (message: Message, readerId: string) => string;
  readonly except?: string | undefined;
}

/** What a change is decided by. */
export interface Present {
  readonly entry: LogEntry;
  /**
   * @throws CannotWriteToUser while a member blocks the other one
   * @throws AccountDeleted if a member has deleted their account
   */
  readonly requireAllowed: () => void;
}

/** The new state; undefined if the present one is what was asked for. */
export type Decide = (present: Present) => NextState | undefined;

interface NextState extends Pick<LogEntry, 'text' | 'mentions' | 'custom'> {
  readonly changed: Omit<Changed, 'change'>;
}

/**
 * Changes a message, and tells every device but one, unless the stream does, because it is a reaction or very many are online. The appends of changes meet as those of messages do: a condition on the next
 * number, and another round for whoever is late.
 * @throws MessageNotFound, and what `decide` throws
 * @throws Busy if others kept changing messages of the conversation, or if the members of a group have changed meanwhile; nothing
 * was stored
 */
export async function applyChange(
  dependencies: ChangeDependencies,
  { conversation, seq }: MessagePlace,
  telling: Telling | 'by stream',
  decide: Decide,
): Promise<Message> {
  const { log, now, random, wait } = dependencies;
  // Of a group, nobody is told here, and nobody is missed.
  const needsSockets = telling !== 'by stream' || conversation.kind === 'pair';
  const reading = needsSockets ? reachable(dependencies, conversation.members) : [];
  let answerLost = false;
  for (let round = 1; ; round += 1) {
    const [[entry], number, end, found] = await Promise.all([
      log.at(conversation, [seq]),
      log.lastChange(conversation),
      log.end(conversation),
      reading,
    ]);
    requireSameMembers(end.last, conversation);
    if (!entry || entry.event || seq < conversation.from) throw new MessageNotFound();
    const next = decide({
      entry,
      requireAllowed() {
        if (end.isSealed) throw new CannotWriteToUser();
        const gone = missedIn(conversation, (member) => found[member] === OF_DELETED_ACCOUNT);
        if (gone !== undefined) throw new AccountDeleted(gone);
      },
    });
    if (!next) {
      if (answerLost || isYoung(entry, now())) {
        await tell(dependencies, conversation, entry, end.last, found, telling);
      }
      return entry;
    }
    const isMarked = telling !== 'by stream' && tellerOf(dependencies, found) === 'stream';
    const changed = {
      ...{ ...entry, ...next, changed: { ...next.changed, change: number + 1 } },
      told: isMarked ? ('stream' as const) : undefined,
    };
    try {
      if (await log.change(conversation, changed, entry)) {
        await tell(dependencies, conversation, changed, end.last, found, telling);
        return changed;
      }
    } catch (error) {
      // The write may have succeeded although its answer was lost: the next round sees it. A second lost answer is an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    const { maxTries, backoff } = contentionOfChange(entry, next);
    if (round >= maxTries + (answerLost ? 1 : 0)) throw new Busy();
    const longest = backoff(round);
    if (longest > 0) await wait(random() * longest);
  }
}

/** @throws NotYourMessage */
export function requireOwn({ senderId }: Message, conversation: OwnConversation): void {
  if (senderId !== selfOf(conversation)) throw new NotYourMessage();
}

function isYoung({ changed }: LogEntry, now: Date): boolean {
  const times = [changed?.deletedAt, changed?.editedAt];
  return times.some((at) => at !== undefined && now.getTime() - Date.parse(at) < RETELL_MS);
}

/** The inboxes, and every device but the one that asked. The change is stored, so no failure of these rejects. */
async function tell(
  dependencies: ChangeDependencies,
  conversation: OwnConversation,
  message: LogEntry,
  last: LogEntry | undefined,
  found: readonly (readonly Connection[])[],
  telling: Telling | 'by stream',
): Promise<void> {
  if (telling === 'by stream') return;
  const { frameFor, except } = telling;
  const { summaries, onConnectionsFailure } = dependencies;
  const posts = found.flatMap((connections, member) => {
    const userId = conversation.members[member] as string;
    if (!maySee(conversation, userId, message.seq)) return [];
    const frames = [frameFor(message, userId)];
    const devices = connections.filter((one) => isDevice(one) && one.connectionId !== except);
    return devices.map((connection) => ({ connection, frames }));
  });
  await Promise.all([
    // The stream does the same about a second later. Deleted text must not stay until then.
    last?.seq === message.seq
      ? summaries.showChanged(conversation, message).catch(onConnectionsFailure)
      : undefined,
    message.told === 'stream' ? undefined : deliver(dependencies, posts),
  ]);
}
