import type { UserCursor } from '../core/accounts/directory.ts';
import type { EntryId } from '../core/audit/audit.ts';
import { canBeOf, isGroupId, pairById } from '../core/conversations/conversation.ts';
import { ValidationFailed } from '../core/errors.ts';
import type { EventPlace, ExportCursor, MessagePlace, ReportPlace } from '../core/export/export.ts';
import { isId } from '../core/ids.ts';
import type { InboxCursor, InboxPosition } from '../core/inbox/inbox.ts';
import type { HistoryWindow, Window } from '../core/messages/read-messages.ts';
import { isReportId } from '../core/reports/report.ts';

export const DEFAULT_LIMIT = 10;
export const MAX_LIMIT = 100;

export type Query = Readonly<Record<string, string | undefined>>;

export interface Paging {
  readonly limit: number;
  readonly offset: number;
}

/**
 * Reads `limit` (1 to 100; more means 100) and `offset` (0 or more).
 * @throws ValidationFailed for anything else
 */
export function readPaging(query: Query): Paging {
  const errors: Record<string, string[]> = {};
  const limit = wholeNumber(query.limit ?? String(DEFAULT_LIMIT));
  const offset = wholeNumber(query.offset ?? '0');
  if (limit === undefined || limit < 1) errors.limit = [`Must be a whole number from 1 to ${MAX_LIMIT}.`];
  if (offset === undefined) errors.offset = ['Must be a whole number, 0 or more.'];
  if (Object.keys(errors).length > 0) throw new ValidationFailed(errors);
  return { limit: Math.min(limit as number, MAX_LIMIT), offset: offset as number };
}

/** A whole number of up to 100 digits. Numbers beyond 2⁵³ become 2⁵³ − 1, which is longer than any list. */
export function wholeNumber(text: string): number | undefined {
  return /^[0-9]{1,100}$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : undefined;
}

/** A cursor in an opaque form, for `next` and `previous`. */
export function writeCursor({ username, backwards }: UserCursor): string {
  return Buffer.from(`${backwards ? '<' : '>'}${username}`).toString('base64url');
}

/** @throws ValidationFailed for a text that {@link writeCursor} did not write */
export function readCursor(text: string | undefined): UserCursor | undefined {
  if (text === undefined) return undefined;
  const [, direction, username] =
    /^([<>])([\x21-\x7e]{1,150})$/.exec(Buffer.from(text, 'base64url').toString()) ?? [];
  if (!username) throw new ValidationFailed({ cursor: ['Must come from `next` or `previous`.'] });
  return { username, backwards: direction === '<' };
}

/** One page of a longer list; `next` and `previous` are absolute URLs or null. */
export interface Envelope<T> {
  /** Null if unknown. */
  readonly count: number | null;
  readonly next: string | null;
  readonly previous: string | null;
  readonly results: readonly T[];
}

export interface PageLink {
  readonly limit: number;
  readonly offset: number;
  readonly cursor?: string | undefined;
  readonly search?: string | undefined;
  /** For a history only. */
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** The URL of another page of the list at `url`. */
export function pageLink(url: string, { limit, offset, ...anchor }: PageLink): string {
  const query = new URLSearchParams({ limit: String(limit), offset: String(offset) });
  for (const [name, value] of Object.entries(anchor)) if (value !== undefined) query.set(name, String(value));
  return `${url}?${query}`;
}

/**
 * Reads `search`: the beginning of a username.
 * @throws ValidationFailed for a text that no username begins with
 */
export function readSearch(text: string | undefined): string | undefined {
  if (text === undefined || /^[A-Za-z0-9_.@+-]{1,150}$/.test(text)) return text;
  throw new ValidationFailed({
    search: ['Must be the beginning of a username: 1 to 150 of a–z, 0–9 and @ . + - _'],
  });
}

type Edge = 'before' | 'after' | 'around';

/**
 * Reads `limit` and at most one of `before`, `after` and `around`, each a `seq`.
 * @throws ValidationFailed
 */
export function readWindow(query: Query): Window {
  const { limit } = readPaging({ limit: query.limit });
  return { limit, ...readEdge(query, ['before', 'after', 'around']) };
}

/**
 * Reads `limit` and `offset`. Links also carry `before` or `after`; then `offset` has no effect.
 * @throws ValidationFailed
 */
export function readHistoryWindow(query: Query): HistoryWindow {
  return { ...readPaging(query), ...readEdge(query, ['before', 'after']) };
}

function readEdge<E extends Edge>(query: Query, edges: readonly E[]): { readonly [edge in E]?: number } {
  const given = edges.filter((edge) => query[edge] !== undefined);
  if (given.length > 1) {
    throw new ValidationFailed({ [given[1] as string]: [`Not together with \`${given[0]}\`.`] });
  }
  const [edge] = given;
  if (edge === undefined) return {};
  const seq = wholeNumber(query[edge] ?? '');
  if (seq === undefined)
    throw new ValidationFailed({ [edge]: ['Must be a seq: a whole number, 0 or more.'] });
  return { [edge]: seq } as { readonly [edge in E]?: number };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Where a page of the inbox ends in an opaque form, for `next`. */
export function writeInboxCursor({ pair, group }: InboxCursor): string {
  const positions = [pair, group].filter((position) => position !== undefined);
  const words = positions.flatMap(({ topAt, conversation }) => [topAt, conversation]);
  return Buffer.from(words.join(' ')).toString('base64url');
}

/** @throws ValidationFailed for a text that {@link writeInboxCursor} did not write */
export function readInboxCursor(text: string | undefined): InboxCursor | undefined {
  if (text === undefined) return undefined;
  const words = Buffer.from(text, 'base64url').toString().split(' ');
  const pair = inboxPosition(words, (id) => pairById(id) !== undefined);
  const group = inboxPosition(pair ? words.slice(2) : words, isGroupId);
  if (words.length !== 2 * [pair, group].filter(Boolean).length) {
    throw new ValidationFailed({ cursor: ['Must come from `next`.'] });
  }
  return { pair, group };
}

function inboxPosition(
  [topAt = '', conversation = '']: readonly string[],
  isOfKind: (id: string) => boolean,
): InboxPosition | undefined {
  return TIME.test(topAt) && isOfKind(conversation) ? { topAt, conversation } : undefined;
}

/** The most reports on a page. Each may have a message of 16 KB. */
export const MAX_REPORT_LIMIT = 10;

/**
 * Reads `limit` (1 to 10; more means 10), `state` and `cursor`: the id of the last report of the page before.
 * @throws ValidationFailed
 */
export function readReportPaging({ limit: given, state = 'open', cursor }: Query) {
  const limit = Math.min(readPaging({ limit: given }).limit, MAX_REPORT_LIMIT);
  if (state !== 'open' && state !== 'resolved') {
    throw new ValidationFailed({ state: ['Must be one of open, resolved.'] });
  }
  if (cursor !== undefined && !isReportId(cursor)) {
    throw new ValidationFailed({ cursor: ['Must come from `next`.'] });
  }
  return { limit, state, from: cursor } as const;
}

/** A place in a log of security events in an opaque form, for `next`. */
export function writeEventCursor({ time, name }: EntryId): string {
  return Buffer.from(`${time} ${name}`).toString('base64url');
}

/** @throws ValidationFailed for a text that {@link writeEventCursor} did not write */
export function readEventCursor(text: string | undefined): EntryId | undefined {
  if (text === undefined) return undefined;
  const place = eventPlace(Buffer.from(text, 'base64url').toString().split(' '));
  if (!place) throw new ValidationFailed({ cursor: ['Must come from `next`.'] });
  return place.event;
}

/** A place in an export in an opaque form, for the next page. It is of one user. */
export function writeExportCursor({ at, place }: ExportCursor, userId: string): string {
  const words =
    'event' in place
      ? ['event', place.event.time, place.event.name]
      : 'report' in place
        ? ['report', place.report]
        : ['message', place.conversation, place.seq];
  return Buffer.from([userId, at, ...words].join(' ')).toString('base64url');
}

/** @throws ValidationFailed for a text that {@link writeExportCursor} did not write for this user */
export function readExportCursor(text: string | undefined, userId: string): ExportCursor | undefined {
  if (text === undefined) return undefined;
  const [of, at = '', kind = '', ...words] = Buffer.from(text, 'base64url').toString().split(' ');
  const place = PLACES.get(kind)?.(words, userId);
  if (of !== userId || !TIME.test(at) || !place) {
    throw new ValidationFailed({ cursor: ['Must come from the `Link` of an answer to you.'] });
  }
  return { at, place };
}

type ReadPlace = (words: readonly string[], userId: string) => ExportCursor['place'] | undefined;

const PLACES: ReadonlyMap<string, ReadPlace> = new Map<string, ReadPlace>([
  ['event', eventPlace],
  ['report', reportPlace],
  ['message', messagePlace],
]);

function reportPlace([report = '', ...rest]: readonly string[], userId: string): ReportPlace | undefined {
  if (rest.length > 0) return undefined;
  if (isId(report)) return { report };
  return messagePlace(report.split('#'), userId) && { report };
}

function eventPlace([time = '', name = '', ...rest]: readonly string[]): EventPlace | undefined {
  if (!TIME.test(time) || !/^[\w-]{1,64}$/.test(name) || rest.length > 0) return undefined;
  return { event: { time, name } };
}

function messagePlace(
  [conversation = '', number = '', ...rest]: readonly string[],
  userId: string,
): MessagePlace | undefined {
  const seq = wholeNumber(number);
  if (!canBeOf(conversation, userId) || seq === undefined || rest.length > 0) return undefined;
  return { conversation, seq };
}
