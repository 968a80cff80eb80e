import type { Person } from '../accounts/account.ts';
import type { Audit } from '../audit/audit.ts';
import { ReportNotFound } from '../errors.ts';
import { isReportId, type Report } from './report.ts';

/** What moderators did about a report. */
export const ACTIONS = ['dismissed', 'warned', 'suspended'] as const;

export interface Resolution {
  readonly action: (typeof ACTIONS)[number];
  /** In the words of the moderator. */
  readonly note?: string | undefined;
}

export interface ResolvedReport extends Report {
  /** Absent while the report is open. */
  readonly resolution?: (Resolution & { readonly by: string; readonly at: string }) | undefined;
}

export type ReportState = 'open' | 'resolved';

export interface ReportQueue {
  /** Open reports, the oldest first, or resolved ones, the newest first, behind the one with the id `from`. */
  page(
    state: ReportState,
    page: { readonly from: string | undefined; readonly limit: number },
  ): Promise<readonly ResolvedReport[]>;
  /** An open report. Strongly consistent. */
  find(id: string): Promise<Report | undefined>;
  isResolved(id: string): Promise<boolean>;
  /** Keeps the report as a resolved one, unless it is one already, and takes it from the open ones. It may be repeated. */
  resolve(report: ResolvedReport, now: Date): Promise<void>;
}

/** A user as moderators see them. */
export interface ModeratedPerson extends Person {
  readonly suspended?: true | undefined;
}

export interface ModeratedPeople {
  /** In the order asked; undefined for an account that never was. Eventually consistent. */
  of(userIds: readonly string[]): Promise<readonly (ModeratedPerson | undefined)[]>;
}

export interface ReportPage {
  readonly reports: readonly ResolvedReport[];
  /** Everybody who is named in them. */
  readonly people: ReadonlyMap<string, ModeratedPerson>;
  /** The id of the last report, if there are more. */
  readonly next: string | undefined;
}

/**
 * A page of the reports, with the people who are named in them. Only staff may see it: see {@link asStaff}. It is an event of the
 * reader.
 */
export async function listReports(
  {
    queue,
    people,
    audit,
  }: { readonly queue: ReportQueue; readonly people: ModeratedPeople; readonly audit: Audit },
  {
    state,
    from,
    limit,
  }: { readonly state: ReportState; readonly from: string | undefined; readonly limit: number },
  by: string,
): Promise<ReportPage> {
  // One more than the page tells whether another page follows.
  const found = await queue.page(state, { from, limit: limit + 1 });
  audit.note({ event: 'reports_read', userId: by });
  const reports = found.slice(0, limit);
  const ids = [...new Set(reports.flatMap(peopleIn))];
  const known = (await people.of(ids)).flatMap((person) => person ?? []);
  return {
    reports,
    people: new Map(known.map((person) => [person.id, person])),
    next: found.length > limit ? reports.at(-1)?.id : undefined,
  };
}

const peopleIn = ({ reporterId, userId, around = [], resolution }: ResolvedReport): readonly string[] => [
  reporterId,
  userId,
  ...around.map(({ senderId }) => senderId),
  ...(resolution ? [resolution.by] : []),
];

/**
 * Takes a report from the open ones, and keeps what was done about it. To resolve it again changes nothing: the first resolution
 * stays.
 * @throws ReportNotFound
 */
export async function resolveReport(
  { queue, audit, now }: { readonly queue: ReportQueue; readonly audit: Audit; readonly now: () => Date },
  id: string,
  { by, ...resolution }: Resolution & { readonly by: string },
): Promise<void> {
  const report = isReportId(id) ? await queue.find(id) : undefined;
  if (!report) {
    if (isReportId(id) && (await queue.isResolved(id))) return;
    throw new ReportNotFound(id);
  }
  const at = now();
  await queue.resolve({ ...report, resolution: { ...resolution, by, at: at.toISOString() } }, at);
  audit.note({ event: 'report_resolved', userId: report.userId, by });
}
