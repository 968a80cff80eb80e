import type { Audit } from '../audit/audit.ts';
import { TooManyAttempts, WrongCredentials } from '../errors.ts';
import type { Credentials } from './account.ts';
import { type AttemptDependencies, beginAttempt, type TriedFrom } from './attempts.ts';
import { normalizePassword, type PasswordHasher } from './passwords.ts';

export interface CheckDependencies extends AttemptDependencies {
  readonly credentials: CredentialStore;
  readonly passwords: PasswordHasher;
  /**
   * A hash of nothing. It is verified for an unknown email, so that its answer takes as long as that of a known one.
   */
  readonly decoyHash: string;
  readonly audit: Audit;
}

/**
 * Finds the account with this email and password. An attempt is counted before its password is verified, and only a
 * right password returns its slot. So however many attempts come at once, at most `wrongPasswords` wrong
 * passwords are verified in a window, see {@link beginAttempt}. A hash that is cheaper than new ones is replaced: only here is the password known.
 * @throws WrongCredentials, alike for an unknown email and a wrong password
 * @throws TooManyAttempts after `wrongPasswords` wrong passwords in a window
 */
export async function checkPassword(
  dependencies: CheckDependencies,
  email: string,
  password: string,
  from: TriedFrom,
): Promise<Credentials> {
  const { credentials, attempts, passwords, decoyHash, audit } = dependencies;
  const finding = credentials.credentialsOf(email);
  const [found, begun] = await Promise.all([finding, beginAttempt(dependencies, email, finding, from)]);
  if (begun instanceof TooManyAttempts) {
    audit.note({ event: 'attempts_limited', userId: found?.userId, about: email });
    throw begun;
  }
  const typed = normalizePassword(password);
  const matches = await passwords.verify(typed, found?.passwordHash ?? decoyHash);
  if (!found || !matches) {
    await Promise.all(begun.map(attempts.fail));
    audit.note({ event: 'wrong_password', userId: found?.userId });
    throw new WrongCredentials();
  }
  await Promise.all(begun.map(attempts.giveBack));
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
  from: TriedFrom,
): Promise<Credentials | undefined> {
  try {
    return await checkPassword(dependencies, email, password, from);
  } catch (error) {
    if (error instanceof WrongCredentials) return undefined;
    throw error;
  }
}

export interface CredentialStore {
  credentialsOf(email: string): Promise<Credentials | undefined>;
  /** Replaces a hash of a password by another one, unless another has taken its place already. */
  replaceHash(email: string, former: string, next: string): Promise<void>;
}
