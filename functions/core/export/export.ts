import type { Account, Person } from '../accounts/account.ts';
import type { AuditEntry, EntryId } from '../audit/audit.ts';
import type { Role } from '../conversations/rights.ts';
import type { Message } from '../messages/message.ts';
import type { StoredPresence } from '../presence/presence.ts';
import type { Receipts } from '../receipts/receipt.ts';
import type { ReportClaim } from '../reports/report.ts';
import type { LiveSession } from '../sessions/session.ts';
import type { ConversationSettings } from '../settings/settings.ts';

/** A part of what is stored about a user, in the order of an export. `began` comes first, `done` last. */
export type ExportPart =
  | { readonly kind: 'began'; readonly userId: string; readonly at: string }
  | { readonly kind: 'profile'; readonly account: Account; readonly presence: StoredPresence }
  | { readonly kind: 'session'; readonly session: LiveSession }
  | { readonly kind: 'event'; readonly entry: AuditEntry }
  | { readonly kind: 'report'; readonly report: ReportClaim }
  | { readonly kind: 'conversation'; readonly conversation: ExportedConversation }
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'done' };

/** A conversation as its member may see it. Its messages are parts of their own, behind it. */
export type ExportedConversation =
  | {
      readonly kind: 'pair';
      readonly id: string;
      readonly peer: Person;
      readonly own: Receipts;
      readonly settings: ConversationSettings;
      readonly peers: Receipts;
    }
  | {
      readonly kind: 'group';
      readonly id: string;
      readonly title: string;
      readonly role: Role;
      readonly own: Receipts;
      readonly settings: ConversationSettings;
    };

/** Where an export goes on. The server keeps nothing of an export that is under way. */
export interface ExportCursor {
  /** When the export began, ISO 8601 UTC. Later events, reports and messages are not in it. */
  readonly at: string;
  readonly place: EventPlace | ReportPlace | MessagePlace;
}

/** Behind the last security event that was told. */
export interface EventPlace {
  readonly event: EntryId;
}

/** Behind the last report that was told, by what it reports: the id of a user, or conversation and `seq` of a message with a `#` between. */
export interface ReportPlace {
  readonly report: string;
}

/** Behind the last conversation that was told, and behind the last one of its messages. */
export interface MessagePlace {
  readonly conversation: string;
  readonly seq: number;
}

export interface ExportPage {
  readonly parts: readonly ExportPart[];
  /** Undefined behind the last page. */
  readonly next: ExportCursor | undefined;
}

export interface OwnReports {
  /**
   * The reports of a user, in an order that does not change: behind a place, or from the beginning. `next` is the place behind
   * these if there may be more. Of several reports of the same thing, it is the last one.
   */
  after(
    userId: string,
    last: string | undefined,
    limit: number,
    now: Date,
  ): Promise<{ readonly reports: readonly ReportClaim[]; readonly next: string | undefined }>;
}

export interface ConversationList {
  /**
   * Ids of the conversations of a user, in their own order, which does not change: those behind one, or the first ones. Strongly
   * consistent.
   */
  after(userId: string, conversation: string | undefined, limit: number): Promise<readonly string[]>;
}
