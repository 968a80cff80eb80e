import type { PersonStore } from '../accounts/account.ts';
import type { OwnConversation } from '../conversations/conversation.ts';
import { ownConversation, type RosterReader } from '../conversations/roster.ts';
import {
  Busy,
  CannotReportOneself,
  MessageNotFound,
  RateLimited,
  secondsUntil,
  UserNotFound,
} from '../errors.ts';
import { isId } from '../ids.ts';
import { preview } from '../inbox/inbox.ts';
import { isDeleted, type LogEntry, type MessageLog } from '../messages/message.ts';

export const REASONS = ['spam', 'harassment', 'violence', 'sexual', 'illegal', 'other'] as const;
export type Reason = (typeof REASONS)[number];

/** So many reports may a user make in {@link REPORT_SECONDS}. Somebody has to read them. */
export const MAX_REPORTS = 20;
export const REPORT_SECONDS = 60 * 60;

/** So many messages before the reported one, and behind it, are kept with it, as far as a line of an inbox shows them. */
const BESIDE = 2;

/** Each round ends in a report, or another request of the same user was faster. */
const MAX_ROUNDS = 4;

/** What is reported: a user, or a message of theirs. */
export interface Reported {
  readonly userId: string;
  readonly message?: MessagePlace | undefined;
}

export interface MessagePlace {
  readonly conversation: string;
  readonly seq: number;
}

export interface NewReport extends Reported {
  readonly reason: Reason;
  /** In the words of the reporter. */
  readonly text?: string | undefined;
}

/** A copy of a message. */
export interface KeptMessage {
  readonly seq: number;
  readonly senderId: string;
  readonly text: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** What moderators see, whatever becomes of the message and of the accounts. */
export interface Report extends NewReport {
  /** Sorts by time. */
  readonly id: string;
  readonly reporterId: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** The reported message, whole. */
  readonly copy?: KeptMessage | undefined;
  /** The beginnings of the messages around it, oldest first. */
  readonly around?: readonly KeptMessage[] | undefined;
}

/** That a user has reported something, with the id of the report. */
export type ReportClaim = NewReport & Pick<Report, 'id' | 'reporterId' | 'createdAt'>;

export interface ReportStore {
  /** The last claim of a user on something. Strongly consistent. */
  claimOf(reporterId: string, reported: Reported, now: Date): Promise<ReportClaim | undefined>;
  /** Stores a claim if the one before it is that of the report `former`, or there is none. One conditional write. */
  claim(claim: ReportClaim, former: string | undefined): Promise<boolean>;
  /** Undefined for a report that was never stored. Strongly consistent. */
  stateOf(id: string): Promise<'open' | 'resolved' | undefined>;
  /** A report with this id that is there already is not stored again. */
  open(report: Report): Promise<void>;
  /** Counts a report, or refuses it: then it resolves to the end of the window. */
  count(
    reporterId: string,
    limit: { readonly reports: number; readonly seconds: number },
    now: Date,
  ): Promise<Date | undefined>;
}

interface Dependencies {
  readonly reports: ReportStore;
  readonly profiles: PersonStore;
  readonly log: Pick<MessageLog, 'since'>;
  readonly rosters: RosterReader;
  readonly newId: () => string;
  readonly now: () => Date;
}

/**
 * Reports a user or one of their messages to the moderators, with a copy of the message. As long as a report is open, the same user's
 * report of the same thing is the same one. First the claim is stored and then the report, under the id in the claim: so a request
 * that is sent again after a failure in between stores the same report, and two at once store one.
 * @throws CannotReportOneself, UserNotFound
 * @throws MessageNotFound, alike for a conversation of others and for a message that the user has not written
 * @throws RateLimited after {@link MAX_REPORTS} within {@link REPORT_SECONDS}
 */
export async function report(
  dependencies: Dependencies,
  reporterId: string,
  given: NewReport,
): Promise<{ readonly id: string; readonly createdAt: string; readonly isNew: boolean }> {
  const { reports, now } = dependencies;
  if (given.userId === reporterId) throw new CannotReportOneself();
  if (!isId(given.userId)) throw new UserNotFound(given.userId);
  const copies = await readReported(dependencies, reporterId, given);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const former = await reports.claimOf(reporterId, given, now());
    const state = former && (await reports.stateOf(former.id));
    if (former && state === 'open') return { ...former, isNew: false };
    // A claim without a report is of a request that failed in between, or that is about to store it.
    const claim =
      former && state === undefined ? former : await newClaim(dependencies, reporterId, given, former);
    if (!claim) continue;
    await reports.open({ ...claim, ...copies });
    return { ...claim, isNew: true };
  }
  throw new Busy();
}

/** Undefined if another request of the same user was faster. */
async function newClaim(
  { reports, newId, now }: Dependencies,
  reporterId: string,
  given: NewReport,
  former: ReportClaim | undefined,
): Promise<ReportClaim | undefined> {
  const at = now();
  const limit = { reports: MAX_REPORTS, seconds: REPORT_SECONDS };
  const refusedUntil = await reports.count(reporterId, limit, at);
  if (refusedUntil) throw new RateLimited(secondsUntil(refusedUntil, at), 'reports');
  const claim = { ...given, id: `${at.getTime()}-${newId()}`, reporterId, createdAt: at.toISOString() };
  return (await reports.claim(claim, former?.id)) ? claim : undefined;
}

/** Of a report: milliseconds since 1970, so that ids sort by time until the year 2286, and a UUID. */
export const isReportId = (text: string): boolean => /^\d{13}-/.test(text) && isId(text.slice(14));

async function readReported(
  dependencies: Dependencies,
  reporterId: string,
  { userId, message }: Reported,
): Promise<Pick<Report, 'copy' | 'around'>> {
  const { profiles, log } = dependencies;
  const conversation = message && (await ownConversation(dependencies, message.conversation, reporterId));
  if (message && !conversation) throw new MessageNotFound();
  const [person, found] = await Promise.all([
    profiles.personOf(userId),
    conversation && message ? around(log, conversation, message.seq) : [],
  ]);
  // The messages of a deleted account can be reported, and nothing else of it.
  if (!person || (person.deleted && !message)) throw new UserNotFound(userId);
  if (!message) return {};
  const copy = found.find(({ seq }) => seq === message.seq);
  if (copy?.senderId !== userId) throw new MessageNotFound();
  const beside = found.filter((one) => one !== copy);
  return { copy, around: beside.map((one) => ({ ...one, text: preview(one.text) })) };
}

async function around(
  log: Pick<MessageLog, 'since'>,
  conversation: OwnConversation,
  seq: number,
): Promise<readonly KeptMessage[]> {
  if (seq < conversation.from) return [];
  const first = Math.max(conversation.from, seq - BESIDE);
  const found = await log.since(conversation, first, seq + BESIDE - first + 1);
  // Of a deleted message nothing is left to keep.
  return found.filter((one) => one.seq <= seq + BESIDE && !isDeleted(one) && !one.event).map(kept);
}

const kept = ({ seq, senderId, text, createdAt }: LogEntry): KeptMessage => ({
  seq,
  senderId,
  text,
  createdAt,
});
