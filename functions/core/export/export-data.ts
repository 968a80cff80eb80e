import { deletedPerson, type PersonStore, type ProfileStore } from '../accounts/account.ts';
import type { AuditReader } from '../audit/audit.ts';
import { type OwnConversation, peerIn } from '../conversations/conversation.ts';
import { ownConversation, type RosterReader } from '../conversations/roster.ts';
import { SESSION_ENDED, TokenInvalid } from '../errors.ts';
import type { ConversationDetails, InboxReader } from '../inbox/inbox.ts';
import { presencesOfPeers, receiptsOfPeer } from '../inbox/read-inbox.ts';
import { gather } from '../messages/gather.ts';
import type { LogEntry, MessageLog } from '../messages/message.ts';
import type { PresenceStore, SeenPresence } from '../presence/presence.ts';
import { receiptsOf } from '../receipts/receipt.ts';
import { type Caller, ownSessions } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';
import { settingsAt } from '../settings/settings.ts';
import type {
  ConversationList,
  EventPlace,
  ExportCursor,
  ExportedConversation,
  ExportPage,
  ExportPart,
  MessagePlace,
  OwnReports,
  ReportPlace,
} from './export.ts';

interface Dependencies {
  readonly profiles: ProfileStore & PersonStore;
  readonly presences: Pick<PresenceStore, 'of'>;
  readonly sessions: SessionList;
  readonly audit: AuditReader;
  readonly reports: OwnReports;
  readonly conversations: ConversationList;
  readonly inbox: Pick<InboxReader, 'details'>;
  readonly rosters: RosterReader;
  readonly log: Pick<MessageLog, 'since'>;
  readonly now: () => Date;
}

/** The bounds of a page, so that the dearest one costs less than ten messages. Its bytes are those of the lines, as JSON. */
export const PAGE_BYTES = 200 * 1024;
export const PAGE_MESSAGES = 250;
export const PAGE_CONVERSATIONS = 20;
export const PAGE_EVENTS = 100;
export const PAGE_REPORTS = 20;
const READ_BYTES = 340_000;

/** A line beside the text of a message, at most: ids, times and a name. */
const LINE_BYTES = 600;
/** A conversation, with the longest title and all settings. */
const CONVERSATION_LINE_BYTES = 800;
/** The same as a message, with the name of a device, of which JSON may double each character. */
const DEVICE_LINE_BYTES = 900;
/** The same with the words of a reporter: 1,000 characters, of which JSON writes each with 6 bytes at most. */
const REPORT_LINE_BYTES = 6_600;

/** So many conversations are read at once. Those that do not fit into the page any more are read again for the next one. */
const BATCH = 10;

/** What a page still has room for. */
interface Room {
  bytes: number;
  readBytes: number;
  messages: number;
  conversations: number;
}

/**
 * A page of all that is stored about a user: their account, where they are logged in, its security events, what they have
 * reported, and each conversation with its messages, those of the other member too, as the user can read them. Conversations come
 * in the order of their ids, events and messages in that of their log. None of these changes, so all pages together have each
 * message once, and a page that is asked for again has the same messages.
 * @throws TokenInvalid if the session that asks has ended
 */
export async function exportPage(
  dependencies: Dependencies,
  caller: Caller,
  from: ExportCursor | undefined,
): Promise<ExportPage> {
  const { userId } = caller;
  const at = from?.at ?? dependencies.now().toISOString();
  const parts: ExportPart[] = from ? [] : await accountParts(dependencies, caller, at);
  const start = from?.place;
  if (!start || 'event' in start) {
    const { events, next } = await eventsBehind(dependencies, userId, at, start);
    parts.push(...events);
    if (next) return { parts, next: { at, place: next } };
  }
  const room: Room = {
    bytes: PAGE_BYTES - parts.length * DEVICE_LINE_BYTES,
    readBytes: READ_BYTES,
    messages: PAGE_MESSAGES,
    conversations: PAGE_CONVERSATIONS,
  };
  if (!start || !('seq' in start)) {
    const { reports, next } = await reportsBehind(dependencies, userId, at, start, room);
    parts.push(...reports);
    if (next) return { parts, next: { at, place: next } };
  }
  let place: MessagePlace | undefined = start && 'seq' in start ? start : undefined;
  const untilHere = (): ExportPage => ({ parts, next: place && { at, place } });

  /** Adds the messages of a conversation behind a `seq`; false if the page is full before the last one. */
  const addMessages = async (conversation: OwnConversation, seq: number): Promise<boolean> => {
    const { messages, isComplete } = await messagesBehind(dependencies, conversation, { seq, at }, room);
    parts.push(...messages.map((message) => ({ kind: 'message', message }) as const));
    place = { conversation: conversation.id, seq: messages.at(-1)?.seq ?? seq };
    return isComplete;
  };

  if (place) {
    const { conversation, seq } = place;
    const [own] = await stillIn(dependencies, userId, [conversation]);
    if (own && !(await addMessages(own, seq))) return untilHere();
  }
  for (;;) {
    const ids = await dependencies.conversations.after(userId, place?.conversation, BATCH);
    for (const { own, conversation } of await exported(dependencies, userId, ids)) {
      if (room.conversations === 0 || room.messages === 0 || room.bytes < CONVERSATION_LINE_BYTES)
        return untilHere();
      parts.push({ kind: 'conversation', conversation });
      room.conversations -= 1;
      room.bytes -= CONVERSATION_LINE_BYTES;
      if (!(await addMessages(own, 0))) return untilHere();
    }
    const last = ids.at(-1);
    // A group that the user has left meanwhile is passed over.
    if (last !== undefined && place?.conversation !== last) place = { conversation: last, seq: 0 };
    if (ids.length < BATCH) return { parts: [...parts, { kind: 'done' }], next: undefined };
  }
}

async function accountParts(dependencies: Dependencies, caller: Caller, at: string): Promise<ExportPart[]> {
  const { profiles, presences } = dependencies;
  const { userId } = caller;
  const [account, [presence], sessions] = await Promise.all([
    profiles.profileOf(userId),
    presences.of([userId]),
    ownSessions(dependencies, caller),
  ]);
  if (!account || !presence) throw new TokenInvalid(SESSION_ENDED);
  return [
    { kind: 'began', userId, at },
    { kind: 'profile', account, presence },
    ...sessions.map((session) => ({ kind: 'session', session }) as const),
  ];
}

/** The events behind a place that are not later than the export, and where to read on if there are more. */
async function eventsBehind(
  { audit, now }: Pick<Dependencies, 'audit' | 'now'>,
  userId: string,
  at: string,
  place: EventPlace | undefined,
): Promise<{ readonly events: readonly ExportPart[]; readonly next: EventPlace | undefined }> {
  const found = await audit.after(userId, place?.event, PAGE_EVENTS, now());
  const told = found.filter(({ entry }) => entry.at <= at);
  const last = told.at(-1);
  return {
    events: told.map(({ entry }) => ({ kind: 'event', entry })),
    next: last && told.length === PAGE_EVENTS ? { event: last.id } : undefined,
  };
}

/** The reports behind a place that are not later than the export, and where to read on if there may be more. */
async function reportsBehind(
  { reports, now }: Pick<Dependencies, 'reports' | 'now'>,
  userId: string,
  at: string,
  place: EventPlace | ReportPlace | undefined,
  room: Room,
): Promise<{ readonly reports: readonly ExportPart[]; readonly next: ReportPlace | undefined }> {
  const last = place && 'report' in place ? place.report : undefined;
  // Beside all sessions and a page of events there is room for ten.
  const limit = Math.min(PAGE_REPORTS, Math.floor(room.bytes / REPORT_LINE_BYTES));
  const found = await reports.after(userId, last, limit, now());
  room.bytes -= found.reports.length * REPORT_LINE_BYTES;
  room.readBytes -= found.reports.length * REPORT_LINE_BYTES;
  const told = found.reports.filter(({ createdAt }) => createdAt <= at);
  return {
    reports: told.map((report) => ({ kind: 'report', report })),
    next: found.next === undefined ? undefined : { report: found.next },
  };
}

/** The messages behind a `seq` that are not later than the export, as far as there is room for them. */
async function messagesBehind(
  { log }: Pick<Dependencies, 'log'>,
  conversation: OwnConversation,
  { seq, at }: Pick<MessagePlace, 'seq'> & Pick<ExportCursor, 'at'>,
  room: Room,
): Promise<{ readonly messages: readonly LogEntry[]; readonly isComplete: boolean }> {
  const { messages, isFull, ...left } = await gather(
    async (limit, last) =>
      upTo(at, await log.since(conversation, Math.max((last?.seq ?? seq) + 1, conversation.from), limit)),
    { messages: room.messages, bytes: room.bytes, beside: LINE_BYTES, readBytes: room.readBytes, least: 0 },
  );
  room.messages -= messages.length;
  Object.assign(room, left);
  return { messages, isComplete: !isFull && room.messages > 0 };
}

/** All behind the first later one are later, too: the clocks of two senders may differ by little. */
function upTo(at: string, messages: readonly LogEntry[]): readonly LogEntry[] {
  const later = messages.findIndex(({ createdAt }) => createdAt > at);
  return later < 0 ? messages : messages.slice(0, later);
}

/** Those of some conversations that the user is in. One may leave a group while the export is under way. */
async function stillIn(
  dependencies: Pick<Dependencies, 'rosters'>,
  userId: string,
  ids: readonly string[],
): Promise<readonly OwnConversation[]> {
  const found = await Promise.all(ids.map((id) => ownConversation(dependencies, id, userId)));
  return found.flatMap((own) => own ?? []);
}

async function exported(
  dependencies: Dependencies,
  userId: string,
  ids: readonly string[],
): Promise<readonly { readonly own: OwnConversation; readonly conversation: ExportedConversation }[]> {
  const { inbox, presences, profiles, now } = dependencies;
  const at = now();
  const found = await stillIn(dependencies, userId, ids);
  const present = found.map(({ id }) => id);
  const [details, seen] = await Promise.all([
    inbox.details(userId, present),
    presencesOfPeers(presences, userId, present),
  ]);
  const pairOf = async (own: OwnConversation, known: ConversationDetails): Promise<ExportedConversation> => {
    const presence = seen.get(own.id) as SeenPresence;
    // The name is stored with the conversation's first place in the inbox, about a second after its first message.
    const peer = known.peer ?? (await profiles.personOf(peerIn(own))) ?? deletedPerson(peerIn(own));
    return {
      kind: 'pair',
      id: own.id,
      peer: presence.deleted ? deletedPerson(peer.id) : peer,
      own: receiptsOf(known.own),
      settings: settingsAt(known.settings, at),
      peers: receiptsOfPeer(known.peers, presence),
    };
  };
  return Promise.all(
    found.map(async (own, i) => {
      const known = details[i] as ConversationDetails;
      if (own.kind === 'pair') return { own, conversation: await pairOf(own, known) };
      const { id, kind, role } = own;
      const settings = settingsAt(known.settings, at);
      const title = known.title ?? '';
      return { own, conversation: { kind, id, title, role, own: receiptsOf(known.own), settings } };
    }),
  );
}
