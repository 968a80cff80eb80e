/** A user account, without the password. */
export interface Account {
  readonly id: string;
  /** As the user wrote it, with its domain in ASCII. Compared by {@link foldEmail}. An account of another issuer may have none. */
  readonly email: string | undefined;
  /** When its owner used a link that was mailed to it. ISO 8601, UTC. */
  readonly emailVerifiedAt?: string | undefined;
  readonly username: string;
  /** Empty, like the last name, if an issuer has not named it. */
  readonly firstName: string;
  readonly lastName: string;
  /** Moderators. The list of users hides them from everybody else. Whoever runs the service marks them, by `npm run staff`. */
  readonly staff: boolean;
  /** Since when its user cannot log in. ISO 8601, UTC. */
  readonly suspendedAt?: string | undefined;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** The issuer whose tokens its user logs in with. An account without one has a password. */
  readonly issuer?: string | undefined;
}

/** An account that logs in with its e-mail address and a password. */
export type OwnAccount = Account & { readonly email: string };

export interface Credentials {
  readonly userId: string;
  readonly passwordHash: string;
  /** How often the user has changed the password. A new hash of the same password does not count. */
  readonly changes: number;
  /** The session that changed it last. */
  readonly changedBy?: string | undefined;
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

/**
 * A user as others see them. The messages of a deleted account stay, so its id stays known. Its name does not: it is then
 * {@link DELETED_USERNAME}.
 */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly deleted?: true | undefined;
}

/** No username has a space, so nobody can be registered under it. A text, because older clients expect one. */
export const DELETED_USERNAME = 'Deleted account';

export const deletedPerson = (id: string): Person => ({ id, username: DELETED_USERNAME, deleted: true });

export interface ProfileStore {
  /** Undefined for an account that is deleted, too. */
  profileOf(userId: string): Promise<Account | undefined>;
}

export interface PersonStore {
  /** Undefined for an account that never was. */
  personOf(userId: string): Promise<Person | undefined>;
}

export interface PeopleStore {
  /** In the order asked; undefined for an account that never was. Eventually consistent. */
  peopleOf(userIds: readonly string[]): Promise<readonly (Person | undefined)[]>;
}
