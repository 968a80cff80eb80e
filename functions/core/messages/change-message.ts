import { type Connection, isDevice, OF_DELETED_ACCOUNT } from '../connections/connection.ts';
import { type OwnConversation, selfOf } from '../conversations/conversation.ts';
import { deliver, type TellDependencies } from '../delivery/deliver.ts';
import {
  AccountDeleted,
  Busy,
  CannotWriteToUser,
  EditTooLate,
  MessageDeleted,
  MessageNotFound,
  NotYourMessage,
  Unavailable,
  VersionConflict,
} from '../errors.ts';
import type { ChangedSummary } from '../inbox/inbox.ts';
import type { ChangeLog } from './change.ts';
import { contentionOfChange } from './contention.ts';
import { type Changed, isDeleted, type LogEntry, type Message, type MessageLog } from './message.ts';

/** A repeat within this time is told again, in case the first try crashed before its posts. Later, clients learn of it by `sync`. */
const RETELL_MS = 30_000;

export interface ChangeDependencies extends TellDependencies {
  readonly log: Pick<MessageLog, 'at' | 'end'> & ChangeLog;
  readonly summaries: ChangedSummary;
  /** A message may be edited for so long after it was sent; undefined: for ever. */
  readonly editSeconds: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A message in a conversation of the user who wants to change it. */
export interface MessagePlace {
  readonly conversation: OwnConversation;
  readonly seq: number;
}

export interface Edit extends MessagePlace {
  readonly text: string;
  /** The version that is edited. */
  readonly version: number;
}

/** How the devices are told, and which of them is not: it gets the reply. */
export interface Telling {
  readonly frameFor: (message: Message, reader: 'sender' | 'others') => string;
  readonly except?: string | undefined;
}

/**
 * Gives an own message another text. An edit that is sent again, or that changes nothing, has the present state as its answer.
 * @throws MessageNotFound, NotYourMessage, MessageDeleted
 * @throws VersionConflict if the message has another version by now
 * @throws EditTooLate
 * @throws CannotWriteToUser while one of the two blocks the other, and AccountDeleted
 * @throws Busy if others kept changing messages of the conversation; nothing was stored
 */
export function editMessage(
  dependencies: ChangeDependencies,
  edit: Edit,
  telling: Telling,
): Promise<Message> {
  const { text, version } = edit;
  const { editSeconds, now } = dependencies;
  return changeMessage(dependencies, edit, telling, ({ entry, isSealed, isPeerGone }) => {
    const present = entry.changed?.version ?? 1;
    if (isDeleted(entry)) throw new MessageDeleted();
    const isRepeat = entry.text === text && (present === version || present === version + 1);
    if (isRepeat) return undefined;
    if (present !== version) throw new VersionConflict(entry);
    const at = now();
    if (editSeconds !== undefined && at.getTime() > Date.parse(entry.createdAt) + editSeconds * 1000) {
      throw new EditTooLate();
    }
    if (isSealed) throw new CannotWriteToUser();
    if (isPeerGone !== undefined) throw new AccountDeleted(isPeerGone);
    return { text, version: version + 1, editedAt: at.toISOString() };
  });
}

/**
 * Deletes the text of an own message. Its number stays, so the log keeps no gap. To delete twice is to delete once.
 * @throws MessageNotFound, NotYourMessage
 * @throws Busy if others kept changing messages of the conversation; nothing was stored
 */
export function deleteMessage(
  dependencies: ChangeDependencies,
  place: MessagePlace,
  telling: Telling,
): Promise<Message> {
  return changeMessage(dependencies, place, telling, ({ entry }) =>
    isDeleted(entry)
      ? undefined
      : {
          text: '',
          version: entry.changed?.version ?? 1,
          deletedAt: dependencies.now().toISOString(),
        },
  );
}

/** What a change is decided by. */
interface Present {
  readonly entry: LogEntry;
  readonly isSealed: boolean;
  /** Id of a member whose account is deleted. */
  readonly isPeerGone: string | undefined;
}

/** The new state; undefined if the present one is what was asked for. */
type Decide = (present: Present) => (Omit<Changed, 'change'> & { readonly text: string }) | undefined;

/** The appends of changes meet as those of messages do: a condition on the next number, and another round for whoever is late. */
async function changeMessage(
  dependencies: ChangeDependencies,
  { conversation, seq }: MessagePlace,
  telling: Telling,
  decide: Decide,
): Promise<Message> {
  const { log, connections, onConnectionsFailure, now, random, wait } = dependencies;
  const reading = connections.of(conversation.members, now()).catch((error: unknown) => {
    onConnectionsFailure(error);
    return [] as readonly (readonly Connection[])[];
  });
  let answerLost = false;
  for (let round = 1; ; round += 1) {
    const [[entry], number, end, found] = await Promise.all([
      log.at(conversation, [seq]),
      log.lastChange(conversation),
      log.end(conversation),
      reading,
    ]);
    if (!entry) throw new MessageNotFound();
    if (entry.senderId !== selfOf(conversation)) throw new NotYourMessage();
    const isPeerGone = conversation.members[found.indexOf(OF_DELETED_ACCOUNT)];
    const next = decide({ entry, isSealed: end.isSealed, isPeerGone });
    if (!next) {
      if (isYoung(entry, now())) await tell(dependencies, conversation, entry, end.last, found, telling);
      return entry;
    }
    const { text, ...changed } = next;
    const changedEntry = { ...entry, text, changed: { ...changed, change: number + 1 } };
    try {
      if (await log.change(conversation, changedEntry, entry)) {
        await tell(dependencies, conversation, changedEntry, end.last, found, telling);
        return changedEntry;
      }
    } catch (error) {
      // The write may have succeeded although its answer was lost: the next round sees it. A second lost answer is an outage.
      if (!(error instanceof Unavailable) || answerLost) throw error;
      answerLost = true;
    }
    const { maxTries, backoff } = contentionOfChange(entry.text, text);
    if (round >= maxTries + (answerLost ? 1 : 0)) throw new Busy();
    const longest = backoff(round);
    if (longest > 0) await wait(random() * longest);
  }
}

function isYoung({ changed }: LogEntry, now: Date): boolean {
  const at = changed?.deletedAt ?? changed?.editedAt;
  return at !== undefined && now.getTime() - Date.parse(at) < RETELL_MS;
}

/** The inboxes, and every device but the one that asked. The change is stored, so no failure of these rejects. */
async function tell(
  dependencies: ChangeDependencies,
  conversation: OwnConversation,
  message: LogEntry,
  last: LogEntry | undefined,
  found: readonly (readonly Connection[])[],
  { frameFor, except }: Telling,
): Promise<void> {
  const { summaries, onConnectionsFailure } = dependencies;
  const frames = {
    sender: frameFor(message, 'sender'),
    others: frameFor(message, 'others'),
  };
  const posts = found
    .flat()
    .filter((one) => isDevice(one) && one.connectionId !== except)
    .map((connection) => ({
      connection,
      frames: [frames[connection.userId === selfOf(conversation) ? 'sender' : 'others']],
    }));
  await Promise.all([
    // The stream does the same about a second later. Deleted text must not stay until then.
    last?.seq === message.seq
      ? summaries.showChanged(conversation, message).catch(onConnectionsFailure)
      : undefined,
    deliver(dependencies, posts),
  ]);
}
