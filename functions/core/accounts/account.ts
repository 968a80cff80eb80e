/** A person: what the service knows of them, without their password. */
export interface Account {
  readonly id: string;
  /** As they wrote it, but with its domain in ASCII; compared by {@link foldEmail}. */
  readonly email: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Operators: hidden from others in the list of users. Set in the table by whoever runs the service. */
  readonly staff: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
}

/**
 * The form in which two spellings of an email are the same account. Letter case in the local part is significant by
 * RFC 5321 §2.4 and ignored by every mail service of note; people do not remember which case they typed.
 */
export function foldEmail(email: string): string {
  return email.toLowerCase();
}

/** Usernames are ASCII (no look-alikes from other scripts), so lower case is all there is to fold. */
export function foldUsername(username: string): string {
  return username.toLowerCase();
}

export interface ProfileStore {
  profileOf(userId: string): Promise<Account | undefined>;
}
