import { AccountSuspended, LinkInvalid, ValidationFailed } from '../errors.ts';
import { endEverySession } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';
import type { ProfileStore } from './account.ts';
import type { KnownDevices } from './attempts.ts';
import { type BreachDependencies, newPasswordFaults } from './breaches.ts';
import { type CheckDependencies, type CredentialStore, ifMatching } from './check-password.ts';
import {
  countMail,
  type Link,
  type LinkClaim,
  type LinkDependencies,
  type LinkTokens,
  mailLink,
  mailUnseen,
  type SameAnswer,
} from './links.ts';
import { normalizePassword } from './passwords.ts';
import { isEmailVerified } from './verify-email.ts';

interface RequestDependencies extends LinkDependencies, SameAnswer {
  readonly credentials: Pick<CredentialStore, 'credentialsOf'>;
  readonly profiles: ProfileStore;
}

/**
 * Mails a link to a new password to the owner of this address, if it is that of an account with a password that is not
 * suspended. Neither the answer nor its time tells whether it is.
 * @throws TooManyMails, for addresses without an account, too
 */
export async function requestReset(dependencies: RequestDependencies, email: string): Promise<void> {
  await countMail(dependencies, email);
  await mailUnseen(dependencies, (abortSignal) => mailReset(dependencies, email, abortSignal));
}

async function mailReset(
  dependencies: RequestDependencies,
  typed: string,
  abortSignal: AbortSignal,
): Promise<void> {
  const found = await dependencies.credentials.credentialsOf(typed);
  if (!found) return;
  const { userId, changes } = found;
  // The address that was typed may only look like it: letter case folds `K`, the sign of Kelvin, to k.
  const account = await dependencies.profiles.profileOf(userId);
  if (account?.suspendedAt !== undefined) return;
  const email = account?.email;
  if (email !== undefined) await mailLink(dependencies, 'reset', { userId, email, changes }, abortSignal);
}

interface Dependencies extends CheckDependencies, BreachDependencies {
  readonly links: ResetStore;
  readonly linkTokens: Pick<LinkTokens, 'read'>;
  readonly profiles: ProfileStore;
  readonly sessions: SessionList;
  readonly devices: KnownDevices;
}

/**
 * Gives an account the password that somebody chose by a link of its mailbox. The link has proven that the address is theirs. Then
 * all sessions of the account end, and its other links to a new password are void. Of two uses at once one succeeds. A request
 * that is sent again, after its answer was lost or a failure in between, ends the sessions that are left.
 * @throws LinkInvalid for a link that was used, has expired, or never was
 * @throws AccountSuspended, ValidationFailed for a weak password: the link still works
 */
export async function resetPassword(
  dependencies: Dependencies,
  { token, password }: { readonly token: string; readonly password: string },
): Promise<void> {
  const { links, linkTokens, profiles, passwords, attempts, devices, audit, now } = dependencies;
  const claim = linkTokens.read(token);
  const link = claim && (await links.findReset(claim, now()));
  const account = link && (await profiles.profileOf(link.userId));
  if (!link || !account) throw new LinkInvalid();
  if (account.suspendedAt !== undefined) throw new AccountSuspended();
  const next = normalizePassword(password);
  const faults = await newPasswordFaults(dependencies, next, account);
  if (faults.length > 0) throw new ValidationFailed({ password: faults });
  if (link.isUsed) {
    if (!(await isRepeated(dependencies, link, password))) throw new LinkInvalid();
  } else {
    if (!(await links.reset(link, await passwords.hash(next), now()))) throw new LinkInvalid();
    audit.note({ event: 'password_changed', userId: link.userId });
    if (!isEmailVerified(account)) audit.note({ event: 'email_verified', userId: link.userId });
    // Whoever guesses must not keep the owner of the mailbox out.
    await attempts.clear({ email: link.email });
  }
  await devices.forget(link.userId);
  await endEverySession(dependencies, link.userId);
}

/** Whether the password was set by this link, or is that of the account anyway. It counts as an attempt to log in. */
async function isRepeated(dependencies: Dependencies, { email, userId }: Link, password: string) {
  return (await ifMatching(dependencies, email, password, {}))?.userId === userId;
}

export interface ResetStore {
  /** A link to a new password, used or not; undefined for one that has expired. Strongly consistent. */
  findReset(claim: LinkClaim, now: Date): Promise<(Link & { readonly isUsed: boolean }) | undefined>;
  /**
   * Uses the link, stores the hash, and notes that the address is verified; all or nothing. False if the link was used or has
   * expired, or if the account is gone or has changed its password since.
   */
  reset(link: Link, passwordHash: string, now: Date): Promise<boolean>;
}
