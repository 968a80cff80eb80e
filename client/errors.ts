import type { ErrorCode } from './contract/error-code.ts';
import type { StoredMessage } from './contract/http-types.ts';

/** Error texts by field. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

interface Details {
  readonly status?: number | undefined;
  readonly errors?: FieldErrors | undefined;
  readonly retryAfter?: number | undefined;
  readonly present?: StoredMessage | undefined;
  /** The underlying error, such as that of `fetch`. */
  readonly cause?: unknown;
}

/**
 * An error of the server, or one that kept the library from reaching it. Decide on `code`: the server's, or one of this
 * library's: `offline` (no response), `timeout`, `not_logged_in`, `session_ended`.
 */
export class ParleyError extends Error {
  readonly code: ErrorCode;
  /** The HTTP status. Undefined for frames, and if no response came. */
  readonly status: number | undefined;
  readonly errors: FieldErrors | undefined;
  /** In seconds. */
  readonly retryAfter: number | undefined;
  /** With `version_conflict`: the message as it is now. */
  readonly present: StoredMessage | undefined;

  constructor(code: ErrorCode, detail: string, { status, errors, retryAfter, present, cause }: Details = {}) {
    super(detail, cause ? { cause } : undefined);
    this.name = 'ParleyError';
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
    this.present = present;
  }
}

const TEMPORARY: readonly ErrorCode[] = [
  'offline',
  'timeout',
  'busy',
  'unavailable',
  'issuer_unavailable',
  'internal',
  'rate_limited',
  'token_expired',
];

/** The same request may succeed later. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ParleyError) || TEMPORARY.includes(error.code);
}

export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof ParleyError && codes.includes(error.code);
}

export const notLoggedIn = () => new ParleyError('not_logged_in', 'Log in first.');

export const notInvited = () => new ParleyError('invitation_not_found', 'This is not an invitation.');

export const notMember = () =>
  new ParleyError('conversation_not_found', 'You are not a member of this conversation.');
