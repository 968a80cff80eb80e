import type { Message } from './messages/message.ts';

/** Messages by input field: `{email: ['…']}`. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** The base of every error that callers see: a stable `code`, and a message that is safe to show. */
export abstract class ParleyError extends Error {
  abstract readonly code: string;
}

/** The caller may try again in `retryAfter` seconds. */
export abstract class RetriableError extends ParleyError {
  abstract readonly retryAfter: number;
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

/** A user who is logged in gave a wrong password of their own. No token is at fault, so a refresh would not help. */
export class WrongPassword extends ParleyError {
  readonly code = 'wrong_password';

  constructor() {
    super('This is not the password of your account.');
  }
}

/**
 * Staff have suspended this account. Only somebody who has its right password or token is told: to everybody else its answers are
 * those of every other account.
 */
export class AccountSuspended extends ParleyError {
  readonly code = 'account_suspended';

  constructor() {
    super('This account is suspended. Ask whoever runs this service.');
  }
}

/** Too many wrong passwords for one e-mail address, or from one place. `retryAfter` is in seconds. */
export class TooManyAttempts extends RetriableError {
  readonly code = 'too_many_attempts';
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(`Too many wrong passwords. Try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

/** Too many mails to one address, whether it has an account or not. `retryAfter` is in seconds. */
export class TooManyMails extends RetriableError {
  readonly code = 'too_many_mails';
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super(`Too many mails to this e-mail address. Try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

/** The token of a link that was used, has expired, is void, or never was. The caller cannot tell which. */
export class LinkInvalid extends ParleyError {
  readonly code = 'link_invalid';

  constructor() {
    super('This link is not valid any more. Ask for a new one.');
  }
}

/** This deployment sends no mail. */
export class MailOff extends ParleyError {
  readonly code = 'mail_off';

  constructor() {
    super('This service sends no mail.');
  }
}

/** This deployment has no passwords of its own: its users log in elsewhere. */
export class PasswordsOff extends ParleyError {
  readonly code = 'passwords_off';

  constructor() {
    super('There are no passwords here. Log in with the token of a trusted issuer.');
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

/** Why an access token of a session that has ended is refused. */
export const SESSION_ENDED = 'The session of this token has ended. Log in again.';

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

/** A member of the conversation has deleted their account. The messages stay, and no other one comes. */
export class AccountDeleted extends ParleyError {
  readonly code = 'user_not_found';

  constructor(id: string) {
    super(`The account of the user with the id ${JSON.stringify(id)} is deleted.`);
  }
}

/**
 * One of the two users blocks the other. The error is the same for both of them, and says no more: whoever is blocked is not told.
 */
export class CannotWriteToUser extends ParleyError {
  readonly code = 'cannot_write_to_user';

  constructor() {
    super('You cannot write to this user now.');
  }
}

/** Staff are not suspended by each other: whoever runs the service takes the mark away first. */
export class CannotSuspendStaff extends ParleyError {
  readonly code = 'cannot_suspend_staff';

  constructor() {
    super('Staff cannot be suspended. Whoever runs the service must remove them from the staff first.');
  }
}

export class CannotBlockOneself extends ParleyError {
  readonly code = 'cannot_block_oneself';

  constructor() {
    super('You cannot block yourself. Name another user.');
  }
}

export class CannotReportOneself extends ParleyError {
  readonly code = 'cannot_report_oneself';

  constructor() {
    super('You cannot report yourself. Name another user.');
  }
}

/** There is no such message in a conversation of the caller, or not of the user they named. They cannot tell which. */
export class MessageNotFound extends ParleyError {
  readonly code = 'message_not_found';

  constructor() {
    super('There is no such message in a conversation of yours.');
  }
}

/** Only the sender of a message may change it. */
export class NotYourMessage extends ParleyError {
  readonly code = 'not_your_message';

  constructor() {
    super('Only its sender may change a message.');
  }
}

/** The caller is in the group, in a role without this right, or may not create groups in this deployment. */
export class NotAllowed extends ParleyError {
  readonly code = 'not_allowed';

  constructor(message = 'Your role in this group does not allow this.') {
    super(message);
  }
}

/** The group has as many members as it can have. */
export class GroupFull extends ParleyError {
  readonly code = 'group_full';

  constructor(most: number) {
    super(`A group can have ${most} members. Remove one of them first.`);
  }
}

/** The group has as many invitations as it can have. */
export class TooManyInvitations extends ParleyError {
  readonly code = 'too_many_invitations';

  constructor(most: number) {
    super(`A group can have ${most} invitations at a time. Revoke one of them first.`);
  }
}

/** An invitation that never was, is over, or is not for this user. They cannot tell which. */
export class InvitationNotFound extends ParleyError {
  readonly code = 'invitation_not_found';

  constructor() {
    super('This invitation is not valid. Ask for a new one.');
  }
}

/** A user is in as many groups as one can be in. */
export class TooManyGroups extends ParleyError {
  readonly code = 'too_many_groups';

  constructor(userId: string, most: number) {
    super(`A user can be in ${most} groups. This one must leave another one first: ${userId}`);
  }
}

/** Its only owner would leave a group, or give up that role, with other members in it. */
export class LastOwner extends ParleyError {
  readonly code = 'last_owner';

  constructor() {
    super('A group needs an owner. Make another member an owner first.');
  }
}

/** A pair has neither a title nor a roster. */
export class NotAGroup extends ParleyError {
  readonly code = 'not_a_group';

  constructor() {
    super('This conversation is not a group.');
  }
}

/** The message is deleted, so there is nothing left to edit. */
export class MessageDeleted extends ParleyError {
  readonly code = 'message_deleted';

  constructor() {
    super('This message is deleted.');
  }
}

/** Somebody has edited the message since the caller saw it. */
export class VersionConflict extends ParleyError {
  readonly code = 'version_conflict';
  readonly present: Message;

  constructor(present: Message) {
    super('The message has another version by now. `present` is what it is.');
    this.present = present;
  }
}

/** This deployment lets messages be edited for some time only. */
export class EditTooLate extends ParleyError {
  readonly code = 'edit_too_late';

  constructor() {
    super('This message is too old to be edited.');
  }
}

/** A message can have only so many different emoji. */
export class TooManyReactions extends ParleyError {
  readonly code = 'too_many_reactions';

  constructor() {
    super('This message has as many different reactions as it can have. Use one of those.');
  }
}

/** `reply_to` is not the number of an earlier message of the conversation. */
export class ReplyInvalid extends ParleyError {
  readonly code = 'reply_to_invalid';

  constructor() {
    super('`reply_to` must be the seq of an earlier message of this conversation.');
  }
}

/** Only members of the group can be mentioned in it. */
export class MentionInvalid extends ParleyError {
  readonly code = 'mention_invalid';

  constructor(id: string) {
    super(`Only members of the group can be mentioned. This user is none: ${JSON.stringify(id)}.`);
  }
}

export class ReportNotFound extends ParleyError {
  readonly code = 'report_not_found';

  constructor(id: string) {
    super(`There is no report with the id ${JSON.stringify(id)}.`);
  }
}

/** Only staff may do this. The paths are no secret, so they need not be hidden from others. */
export class StaffOnly extends ParleyError {
  readonly code = 'staff_only';

  constructor() {
    super('Only staff may do this.');
  }
}

export class TooManyBlocks extends ParleyError {
  readonly code = 'too_many_blocks';

  constructor(most: number) {
    super(`You block ${most} users, and cannot block more. Unblock one of them first.`);
  }
}

export class TooManyPins extends ParleyError {
  readonly code = 'too_many_pins';

  constructor(most: number) {
    super(`You have pinned ${most} conversations, and cannot pin more. Unpin one of them first.`);
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
export class Busy extends RetriableError {
  readonly code = 'busy';
  readonly retryAfter = 1;

  constructor(options?: ErrorOptions) {
    super('The server is busy. Nothing was stored; try again in a moment.', options);
  }
}

/** A token of another issuer that gives nobody a session. The message says why, as far as it helps its owner. */
export class SubjectTokenInvalid extends ParleyError {
  readonly code = 'subject_token_invalid';

  constructor(message = 'The `subject_token` is not a valid token of a trusted issuer.') {
    super(message);
  }
}

/** A token of another issuer that was valid once. */
export class SubjectTokenExpired extends ParleyError {
  readonly code = 'subject_token_expired';

  constructor() {
    super('The `subject_token` has expired. Get a new one from its issuer.');
  }
}

/** The keys of a trusted issuer cannot be read. The caller may try again in `retryAfter` seconds. */
export class IssuerUnavailable extends RetriableError {
  readonly code = 'issuer_unavailable';
  readonly retryAfter = 5;

  constructor(options?: ErrorOptions) {
    super('The issuer of the token does not answer with usable keys. Try again.', options);
  }
}

/** The store or another service throttles or times out. The caller may try again in `retryAfter` seconds. */
export class Unavailable extends RetriableError {
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

/** The caller has no such session: it is of another user, has ended, or never was. They cannot tell which. */
export class SessionNotFound extends ParleyError {
  readonly code = 'session_not_found';

  constructor(id: string) {
    super(`You have no session with the id ${JSON.stringify(id)}.`);
  }
}

/** A user sends or reports too much, or an account or a socket causes too much work. `retryAfter` is in seconds. */
export class RateLimited extends RetriableError {
  readonly code = 'rate_limited';
  readonly retryAfter: number;

  constructor(retryAfter: number, what: 'messages' | 'reports' | 'requests' = 'messages') {
    super(`Too many ${what} in a short time. Try again in ${retryAfter} seconds.`);
    this.retryAfter = retryAfter;
  }
}

/** Whole seconds until a time, for `retryAfter`; at least one. */
export function secondsUntil(time: Date, now: Date): number {
  return Math.max(1, Math.ceil((time.getTime() - now.getTime()) / 1000));
}
