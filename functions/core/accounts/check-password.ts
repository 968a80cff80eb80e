import { secondsUntil, TooManyAttempts, WrongCredentials } from '../errors.ts';
import type { Credentials } from './account.ts';
import { normalizePassword, type PasswordHasher } from './passwords.ts';

/** Guesses allowed per email and window. That is 14,400 a day: far too few for a password that passed the policy. */
export const MAX_FAILURES = 10;
export const WINDOW_SECONDS = 60;

/** An attempt waits at most so many times for another attempt to return its slot: 0.75 to 1.5 s in all. */
const MAX_WAITS = 4;
const FIRST_WAIT_MS = 100;

interface Dependencies {
  readonly credentials: CredentialStore;
  readonly attempts: LoginAttempts;
  readonly passwords: Pick<PasswordHasher, 'verify'>;
  /**
   * A hash of nothing. It is verified for an unknown email, so that its answer takes as long as that of a known one.
   */
  readonly decoyHash: string;
  readonly now: () => Date;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
}

/**
 * Finds the account with this email and password. An attempt is counted before its password is verified, and only a
 * right password returns its slot. So however many attempts come at once, at most {@link MAX_FAILURES} wrong
 * passwords are verified in a window.
 * @throws WrongCredentials, alike for an unknown email and a wrong password
 * @throws TooManyAttempts after {@link MAX_FAILURES} wrong passwords within {@link WINDOW_SECONDS}
 */
export async function checkPassword(
  dependencies: Dependencies,
  email: string,
  password: string,
): Promise<Credentials> {
  const { credentials, attempts, passwords, decoyHash } = dependencies;
  const [found, attempt] = await Promise.all([
    credentials.credentialsOf(email),
    beginAttempt(dependencies, email),
  ]);
  const matches = await passwords.verify(normalizePassword(password), found?.passwordHash ?? decoyHash);
  if (!found || !matches) {
    await attempts.fail(attempt);
    throw new WrongCredentials();
  }
  await attempts.giveBack(attempt);
  return found;
}

/**
 * A user may log in on many devices at once. While other attempts may still return their slots, an attempt waits for
 * one.
 */
async function beginAttempt(
  { attempts, now, random, wait }: Pick<Dependencies, 'attempts' | 'now' | 'random' | 'wait'>,
  email: string,
): Promise<Attempt> {
  const limit = { failures: MAX_FAILURES, seconds: WINDOW_SECONDS };
  for (let waits = 0; ; waits += 1) {
    const begun = await attempts.begin(email, limit, now());
    if (!('isUndecided' in begun)) return begun;
    if (!begun.isUndecided || waits === MAX_WAITS) {
      throw new TooManyAttempts(secondsUntil(begun.windowEnds, now()));
    }
    await wait(FIRST_WAIT_MS * 2 ** waits * (0.5 + random() / 2));
  }
}

export interface CredentialStore {
  credentialsOf(email: string): Promise<Credentials | undefined>;
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
