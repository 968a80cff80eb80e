import type { Account, Credentials } from './account.ts';

export interface AccountStore {
  /**
   * Stores account, credentials and both unique claims, or nothing.
   * Resolves to the fields that somebody else holds already; none means: stored.
   */
  create(account: Account, passwordHash: string): Promise<readonly ('email' | 'username')[]>;
}

export interface CredentialStore {
  credentialsOf(email: string): Promise<Credentials | undefined>;
}

export interface NamesChange {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
}

export interface ProfileEditor {
  /** Changes names; undefined when there is no such account. */
  rename(userId: string, change: NamesChange): Promise<Account | undefined>;
}

export interface ProfileStore {
  profileOf(userId: string): Promise<Account | undefined>;
}

/** At most so many wrong passwords for one email, within so long from the first attempt. */
export interface AttemptLimit {
  readonly failures: number;
  readonly seconds: number;
}

/** An attempt that was counted, in the window that ends then. */
export interface Attempt {
  readonly email: string;
  readonly windowEnds: Date;
}

export interface AttemptRefused {
  readonly windowEnds: Date;
  /** Some of those counted are being checked: a right password among them gives its place back. */
  readonly isUndecided: boolean;
}

/** Counts the attempts to log in per email within a window. */
export interface LoginAttempts {
  /** Counts an attempt, or refuses it: one conditional write decides, so that of many at once no more than the limit begin. */
  begin(email: string, limit: AttemptLimit, now: Date): Promise<Attempt | AttemptRefused>;
  /** The password was wrong: the attempt stays counted. */
  fail(attempt: Attempt): Promise<void>;
  /** The password was right: the attempt counts no more. */
  giveBack(attempt: Attempt): Promise<void>;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

export interface DirectoryEntry {
  readonly id: string;
  readonly username: string;
}

/** Staff are hidden from others: `users` leaves them out, `everyone` is what staff see. Both in the order of folded usernames. */
export type DirectoryList = 'users' | 'everyone';

export interface DirectoryPage {
  readonly limit: number;
  /** Begin behind this folded username (backwards: before it). */
  readonly from?: string | undefined;
  readonly backwards?: boolean | undefined;
  /** Only folded usernames that begin so. */
  readonly prefix?: string | undefined;
}

export interface Directory {
  /** At most `limit` entries; always in ascending order. */
  page(list: DirectoryList, page: DirectoryPage): Promise<readonly DirectoryEntry[]>;
  /** How many the list holds; may lag behind by seconds. */
  count(list: DirectoryList): Promise<number>;
}

/** Changes to the lists that follow from changed accounts. Each may be repeated without effect. */
export interface DirectoryUpkeep {
  /** Counts somebody who is listed. */
  countIn(list: DirectoryList, username: string): Promise<void>;
  /** Lists somebody and counts them. */
  enter(list: DirectoryList, entry: DirectoryEntry): Promise<void>;
  /** Takes somebody off the list and out of its count. */
  leave(list: DirectoryList, username: string): Promise<void>;
}
