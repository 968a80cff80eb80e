import type { ErrorCode } from './contract/error-code.ts';

/** What is wrong, field by field. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

interface Details {
  readonly status?: number | undefined;
  readonly errors?: FieldErrors | undefined;
  readonly retryAfter?: number | undefined;
  /** What was thrown below, such as by `fetch`. */
  readonly cause?: unknown;
}

/**
 * What the server refused, or what kept it from being asked. Decide on `code`: one of the server's own, or of this library:
 * `offline` (no answer), `timeout`, `not_logged_in`, `session_ended`.
 */
export class ParleyError extends Error {
  readonly code: ErrorCode;
  /** Of the HTTP response; undefined for frames and for what never was answered. */
  readonly status: number | undefined;
  readonly errors: FieldErrors | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, detail: string, { status, errors, retryAfter, cause }: Details = {}) {
    super(detail, cause === undefined ? undefined : { cause });
    this.name = 'ParleyError';
    this.code = code;
    this.status = status;
    this.errors = errors;
    this.retryAfter = retryAfter;
  }
}

const PASSING = new Set<ErrorCode>([
  'offline',
  'timeout',
  'busy',
  'unavailable',
  'internal',
  'rate_limited',
  'token_expired',
]);

/** The same request may well succeed later. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ParleyError) || PASSING.has(error.code);
}

export function hasCode(error: unknown, ...codes: readonly ErrorCode[]): boolean {
  return error instanceof ParleyError && codes.includes(error.code);
}
