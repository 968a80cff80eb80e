/** Messages by input field: `{email: ['…']}`. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** The base of every error that callers see: a stable `code`, and a message that is safe to show. */
export abstract class ParleyError extends Error {
  abstract readonly code: string;
}

/** The input is not valid. `errors` says why, by field. `unlisted` is the number of further faults. */
export class ValidationFailed extends ParleyError {
  readonly code = 'validation_failed';
  readonly errors: FieldErrors;

  constructor(errors: FieldErrors, unlisted = 0) {
    const rest = unlisted > 0 ? ` There are ${unlisted} more faults than are listed.` : '';
    super(`Some fields are missing or wrong.${rest}`);
    this.errors = errors;
  }
}

/** The email and the password do not match. The error never says which of the two is wrong. */
export class WrongCredentials extends ParleyError {
  readonly code = 'wrong_credentials';

  constructor() {
    super('No account has this email and password.');
  }
}

/** Too many wrong passwords for one email. `retryAfter` is in seconds. */
export class TooManyAttempts extends ParleyError {
  readonly code = 'too_many_attempts';
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(`Too many wrong passwords for this email. Try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

/** The request has no token. */
export class NotAuthenticated extends ParleyError {
  readonly code = 'not_authenticated';

  constructor() {
    super('Send an access token: `Authorization: Bearer <access>`.');
  }
}

/** A token that is malformed, forged, used up or of another user. */
export class TokenInvalid extends ParleyError {
  readonly code = 'token_invalid';

  constructor(message = 'The token is not valid.') {
    super(message);
  }
}

/** A token that was valid once. */
export class TokenExpired extends ParleyError {
  readonly code = 'token_expired';

  constructor() {
    super('The token has expired. Get a new one with the refresh token.');
  }
}

export class UserNotFound extends ParleyError {
  readonly code = 'user_not_found';

  constructor(id: string) {
    super(`There is no user with the id ${JSON.stringify(id)}.`);
  }
}

/** The `client_id` was used before with another text: not a retry, but a mistake of the client. */
export class ClientIdConflict extends ParleyError {
  readonly code = 'client_id_conflict';

  constructor() {
    super('This client_id was used for another message in this conversation.');
  }
}

/** `after` is beyond the last message, or too far back to look for a retry behind it. */
export class AfterInvalid extends ParleyError {
  readonly code = 'after_invalid';

  constructor() {
    super('`after` must be the seq of a recent message of this conversation, or 0 at its beginning.');
  }
}

/**
 * The conversation has too many writers, or the store is too slow. Nothing was stored, and a retry in `retryAfter`
 * seconds is safe.
 */
export class Busy extends ParleyError {
  readonly code = 'busy';
  readonly retryAfter = 1;

  constructor(options?: ErrorOptions) {
    super('The server is busy. Nothing was stored; try again in a moment.', options);
  }
}

/** The store or another service throttles or times out. The caller may try again in `retryAfter` seconds. */
export class Unavailable extends ParleyError {
  readonly code = 'unavailable';
  readonly retryAfter = 1;

  constructor(options?: ErrorOptions) {
    super('The service is overloaded for a moment. Try again.', options);
  }
}

/** There is no such conversation, or the caller is not in it. They cannot tell which. */
export class ConversationNotFound extends ParleyError {
  readonly code = 'conversation_not_found';

  constructor(id: string) {
    super(`You are in no conversation with the id ${JSON.stringify(id)}.`);
  }
}

/** A user sends too much in one conversation, or an account or a socket causes too much work. `retryAfter` is in seconds. */
export class RateLimited extends ParleyError {
  readonly code = 'rate_limited';
  readonly retryAfter: number;

  constructor(retryAfter: number, what: 'messages' | 'requests' = 'messages') {
    super(`Too many ${what} in a short time. Try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

/** Whether the caller may try again; the error then tells in how many seconds. */
export function isRetriable(error: unknown): error is TooManyAttempts | RateLimited | Busy | Unavailable {
  return [TooManyAttempts, RateLimited, Busy, Unavailable].some((type) => error instanceof type);
}

/** Whole seconds until a time, for `retryAfter`; at least one. */
export function secondsUntil(time: Date, now: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - now.getTime()) / 1000));
}
