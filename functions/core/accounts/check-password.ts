import type { Audit } from '../audit/audit.ts';
import { secondsUntil, TooManyAttempts, WrongCredentials } from '../errors.ts';
import type { Credentials } from './account.ts';
import { normalizePassword, type PasswordHasher } from './passwords.ts';

/** Ten guesses a minute are 14,400 a day: far too few for a password that passed the policy. */
export const GUESS_SECONDS = 60;

/** An attempt waits at most so many times for another attempt to return its slot: 0.75 to 1.5 s in all. */
const MAX_WAITS = 4;
const FIRST_WAIT_MS = 100;

export interface CheckDependencies {
  readonly credentials: CredentialStore;
  readonly attempts: LoginAttempts;
  /** Wrong passwords for one e-mail address within {@link GUESS_SECONDS}. */
  readonly wrongPasswords: number;
  readonly passwords: PasswordHasher;
  /**
   * A hash of nothing. It is verified for an unknown email, so that its answer takes as long as that of a known one.
   */
  readonly decoyHash: string;
  readonly audit: Audit;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * Finds the account with this email and password. An attempt is counted before its password is verified, and only a
 * right password returns its slot. So however many attempts come at once, at most `wrongPasswords` wrong
 * passwords are verified in a window. A hash that is cheaper than new ones is replaced: only here is the password known.
 * @throws WrongCredentials, alike for an unknown email and a wrong password
 * @throws TooManyAttempts after `wrongPasswords` wrong passwords within {@link GUESS_SECONDS}
 */
export async function checkPassword(
  dependencies: CheckDependencies,
  email: string,
  password: string,
): Promise<Credentials> {
  const { credentials, attempts, passwords, decoyHash, audit } = dependencies;
  const [found, begun] = await Promise.all([
    credentials.credentialsOf(email),
    beginAttempt(dependencies, email),
  ]);
  if (begun instanceof TooManyAttempts) {
    audit.note({ event: 'attempts_limited', userId: found?.userId, about: email });
    throw begun;
  }
  const typed = normalizePassword(password);
  const matches = await passwords.verify(typed, found?.passwordHash ?? decoyHash);
  if (!found || !matches) {
    await attempts.fail(begun);
    audit.note({ event: 'wrong_password', userId: found?.userId });
    throw new WrongCredentials();
  }
  await attempts.giveBack(begun);
  if (!passwords.isOutdated(found.passwordHash)) return found;
  const passwordHash = await passwords.hash(typed);
  await credentials.replaceHash(email, found.passwordHash, passwordHash);
  return { ...found, passwordHash };
}

/** The same for a user who is logged in: undefined for a wrong password. */
export async function ifMatching(
  dependencies: CheckDependencies,
  email: string,
  password: string,
): Promise<Credentials | undefined> {
  try {
    return await checkPassword(dependencies, email, password);
  } catch (error) {
    if (error instanceof WrongCredentials) return undefined;
    throw error;
  }
}

/**
 * A user may log in on many devices at once. While other attempts may still return their slots, an attempt waits for
 * one.
 */
async function beginAttempt(
  {
    attempts,
    wrongPasswords,
    now,
    random,
    wait,
  }: Pick<CheckDependencies, 'attempts' | 'wrongPasswords' | 'now' | 'random' | 'wait'>,
  email: string,
): Promise<Attempt | TooManyAttempts> {
  const limit = { failures: wrongPasswords, seconds: GUESS_SECONDS };
  for (let waits = 0; ; waits += 1) {
    const begun = await attempts.begin(email, limit, now());
    if (!('isUndecided' in begun)) return begun;
    if (!begun.isUndecided || waits === MAX_WAITS) {
      return new TooManyAttempts(secondsUntil(begun.windowEnds, now()));
    }
    await wait(FIRST_WAIT_MS * 2 ** waits * (0.5 + random() / 2));
  }
}

export interface CredentialStore {
  credentialsOf(email: string): Promise<Credentials | undefined>;
  /** Replaces a hash of a password by another one, unless another has taken its place already. */
  replaceHash(email: string, former: string, next: string): Promise<void>;
}

/** At most so many wrong passwords for one email within `seconds` from the first attempt. */
export interface AttemptLimit {
  readonly failures: number;
  readonly seconds: number;
}

/** A counted attempt, and the end of its window. */
export interface Attempt {
  readonly email: string;
  readonly windowEnds: Date;
}

export interface AttemptRefused {
  readonly windowEnds: Date;
  /** Some counted attempts are still being verified. A right password among them returns its slot. */
  readonly isUndecided: boolean;
}

/** Counts the log-in attempts per email within a window. */
export interface LoginAttempts {
  /** Counts an attempt, or refuses it. One conditional write decides, so no more than the limit begin at once. */
  begin(email: string, limit: AttemptLimit, now: Date): Promise<Attempt | AttemptRefused>;
  /** The password was wrong: the attempt stays counted. */
  fail(attempt: Attempt): Promise<void>;
  /** The password was right: the attempt no longer counts. */
  giveBack(attempt: Attempt): Promise<void>;
}
