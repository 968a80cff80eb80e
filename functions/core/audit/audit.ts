import type { ClientInfo } from '../sessions/session.ts';

/** What can happen to the security of an account. */
export type SecurityEventName =
  | 'registered'
  | 'logged_in'
  | 'wrong_password'
  | 'attempts_limited'
  | 'surplus_sessions_ended'
  | 'token_reused'
  | 'logged_out'
  | 'session_ended'
  | 'other_sessions_ended'
  | 'password_changed'
  | 'email_verified'
  | 'blocked'
  | 'unblocked'
  | 'exchange_limited'
  | 'exchange_refused'
  | 'log_in_refused'
  | 'suspended'
  | 'restored'
  | 'report_resolved'
  | 'reports_read'
  | 'events_read'
  | 'staff_added'
  | 'staff_removed'
  | 'account_deleted';

/** Whoever runs the service, by a command. */
export const OPERATOR = 'operator';

export interface SecurityEvent {
  readonly event: SecurityEventName;
  /**
   * Whose account it is about. Undefined if no account has the address that was tried: nothing is stored, but it takes as long, so
   * that the time of an answer does not tell which addresses have accounts.
   */
  readonly userId: string | undefined;
  /** What was tried, such as an e-mail address. It tells repeats apart, and is not stored. */
  readonly about?: string;
  /** Id of the session that began or ended. */
  readonly session?: string | undefined;
  /** Id of the other user, whom the user blocks or no longer blocks, or whose events they read as staff. */
  readonly other?: string | undefined;
  /** Who did it, if it was not the user: the id of a member of the staff, or {@link OPERATOR}. */
  readonly by?: string | undefined;
}

/** Is told of security events. It cannot fail: what was done stays done. */
export interface Audit {
  note(event: SecurityEvent): void;
}

/** How a request is named in the log, and where it came from. */
export interface Origin extends ClientInfo {
  /** The route, such as `POST /users/token`. */
  readonly operation: string;
}

/** An event as the log keeps it. */
export interface AuditEntry extends Omit<SecurityEvent, 'about'>, Origin {
  readonly userId: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** Append-only. Who may append may not read. */
export interface AuditLog {
  /** An entry with an id that is there already is not stored again. */
  append(id: EntryId, entry: AuditEntry): Promise<void>;
}

/** Where an entry stands in the log of its account: sorted by time. */
export interface EntryId {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Tells entries of one time apart. */
  readonly name: string;
}

export interface AuditReader {
  /** The entries behind one, or the first ones, oldest first. DynamoDB deletes old ones late: they are left out. */
  after(
    userId: string,
    last: EntryId | undefined,
    limit: number,
    now: Date,
  ): Promise<readonly { readonly id: EntryId; readonly entry: AuditEntry }[]>;
}
