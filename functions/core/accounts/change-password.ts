import { SESSION_ENDED, TokenInvalid, Unavailable, ValidationFailed, WrongPassword } from '../errors.ts';
import { type Caller, endEveryOtherSession } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';
import type { Account, Credentials, ProfileStore } from './account.ts';
import type { KnownDevices } from './attempts.ts';
import { type BreachDependencies, newPasswordFaults } from './breaches.ts';
import { type CheckDependencies, type CredentialStore, ifMatching } from './check-password.ts';
import { normalizePassword } from './passwords.ts';

interface Dependencies extends CheckDependencies, BreachDependencies {
  readonly profiles: ProfileStore;
  readonly credentials: CredentialStore & PasswordChanger;
  readonly sessions: SessionList;
  readonly devices: KnownDevices;
}

/** A log-in may replace a hash that is cheaper than new ones in between, and only once. */
const MAX_ROUNDS = 3;

/**
 * Changes the password of a user who knows the present one, then ends all their other sessions. Their own one goes on, so a failure
 * in between locks nobody out. A request that is sent again after it, or after its answer was lost, finds the new password in
 * place and ends what is left. Of two changes at once one wins; the other one then gives a wrong present password.
 * @throws ValidationFailed for a weak new password
 * @throws WrongPassword, and TooManyAttempts as at a log-in
 */
export async function changePassword(
  dependencies: Dependencies,
  caller: Caller,
  { password, newPassword }: { readonly password: string; readonly newPassword: string },
): Promise<void> {
  const account = await dependencies.profiles.profileOf(caller.userId);
  if (!account) throw new TokenInvalid(SESSION_ENDED);
  const next = normalizePassword(newPassword);
  await rejectBadPassword(dependencies, { next, present: normalizePassword(password) }, account);
  const { email, issuer } = account;
  if (issuer !== undefined || email === undefined) throw new WrongPassword();
  if (!(await replace(dependencies, caller, email, { password, next }))) throw new Unavailable();
  await dependencies.devices.forget(caller.userId);
  await endEveryOtherSession(dependencies, caller);
}

async function rejectBadPassword(
  dependencies: BreachDependencies,
  { next, present }: { readonly next: string; readonly present: string },
  account: Account,
): Promise<void> {
  const faults = await newPasswordFaults(dependencies, next, account);
  if (next === present) faults.push('Must not be the present password.');
  if (faults.length > 0) throw new ValidationFailed({ new_password: faults });
}

/** Whether the new password is the present one at the end. */
async function replace(
  dependencies: Dependencies,
  caller: Caller,
  email: string,
  { password, next }: { readonly password: string; readonly next: string },
): Promise<boolean> {
  const { credentials, passwords, audit } = dependencies;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const present = await ifMatching(dependencies, email, password, caller);
    if (!present) {
      const repeats = await isChangedBy(dependencies, caller, email);
      // One more password is verified only for the session that changed it last, and counts as one more attempt.
      if (!repeats || !(await ifMatching(dependencies, email, next, caller))) throw new WrongPassword();
      return true;
    }
    // The account was deleted a moment ago, and its email is of somebody else.
    if (present.userId !== caller.userId) throw new TokenInvalid(SESSION_ENDED);
    const hash = await passwords.hash(next);
    if (await credentials.changePassword(email, present, hash, caller.sessionId)) {
      audit.note({ event: 'password_changed', userId: caller.userId });
      return true;
    }
  }
  return false;
}

async function isChangedBy(
  { credentials }: Dependencies,
  { userId, sessionId }: Caller,
  email: string,
): Promise<boolean> {
  const found = await credentials.credentialsOf(email);
  return found?.userId === userId && found.changedBy === sessionId;
}

export interface PasswordChanger {
  /** Stores the hash of a new password, in one write on condition that the present one is still the given one; false if not. */
  changePassword(email: string, present: Credentials, next: string, sessionId: string): Promise<boolean>;
}
