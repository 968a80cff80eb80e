import { TooManyAttempts, WrongCredentials } from '../errors.ts';
import type { Credentials } from './account.ts';
import type { CredentialStore, LoginAttempts, PasswordHasher } from './ports.ts';

/** Guesses allowed per email and window: 14,400 a day, far too few for a password that passed the policy. */
export const MAX_FAILURES = 10;
export const WINDOW_SECONDS = 60;

interface Dependencies {
  readonly credentials: CredentialStore;
  readonly attempts: LoginAttempts;
  readonly passwords: Pick<PasswordHasher, 'verify'>;
  /** A hash of nothing: verified for an unknown email, so that its answer takes as long as a known one's. */
  readonly decoyHash: string;
  readonly now: () => Date;
}

/**
 * Finds whose email and password these are.
 * @throws WrongCredentials, alike for an unknown email and a wrong password
 * @throws TooManyAttempts after {@link MAX_FAILURES} wrong ones within {@link WINDOW_SECONDS}
 */
export async function checkPassword(
  { credentials, attempts, passwords, decoyHash, now }: Dependencies,
  email: string,
  password: string,
): Promise<Credentials> {
  const [found, former] = await Promise.all([credentials.credentialsOf(email), attempts.of(email, now())]);
  if (former && former.failures >= MAX_FAILURES) {
    throw new TooManyAttempts(Math.max(1, Math.ceil((former.windowEnds.getTime() - now().getTime()) / 1000)));
  }
  const matches = await passwords.verify(password, found?.passwordHash ?? decoyHash);
  if (!found || !matches) {
    await attempts.add(email, now(), new Date(now().getTime() + WINDOW_SECONDS * 1000));
    throw new WrongCredentials();
  }
  if (former) await attempts.clear(email);
  return found;
}
