/** A user account, without the password. */
export interface Account {
  readonly id: string;
  /** As the user wrote it, with its domain in ASCII. Compared by {@link foldEmail}. */
  readonly email: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  /** Operators. The list of users hides them from everybody else. Whoever runs the service sets this in the table. */
  readonly staff: boolean;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
}

/**
 * The form in which two spellings of an email are the same account. RFC 5321 §2.4 makes letter case in the local part
 * significant, but every well-known mail service ignores it, and people do not remember which case they typed.
 */
export function foldEmail(email: string): string {
  return email.toLowerCase();
}

/** Usernames are ASCII, so that no two scripts have look-alikes. Only letter case is left to fold. */
export function foldUsername(username: string): string {
  return username.toLowerCase();
}

export interface ProfileStore {
  profileOf(userId: string): Promise<Account | undefined>;
}
