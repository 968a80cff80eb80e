import type { Audit } from '../audit/audit.ts';
import {
  SESSION_ENDED,
  SubjectTokenExpired,
  SubjectTokenInvalid,
  TokenInvalid,
  Unavailable,
  WrongPassword,
} from '../errors.ts';
import type { IdentityStore } from '../issuers/account-of.ts';
import type { Identity } from '../issuers/issuer.ts';
import { type Caller, endEverySession } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';
import type { Account, Credentials, PersonStore, ProfileStore } from './account.ts';
import { type CheckDependencies, ifMatching } from './check-password.ts';

/** For so long nobody can take the name of a deleted account, and be taken for its former owner. */
export const NAME_KEPT_DAYS = 30;

interface Dependencies {
  readonly profiles: ProfileStore & PersonStore;
  readonly accounts: AccountRemover;
  readonly sessions: SessionList;
  readonly audit: Audit;
  readonly now: () => Date;
}

/** A new hash of the same password, a new password, or a new address may come in between. */
const MAX_ROUNDS = 3;

/**
 * Deletes the account of a user who knows its password, and ends all its sessions. The messages stay. The stream's function does
 * the rest, see {@link followDeletion}. If this fails after the deletion, the same request ends the sessions that are left, and
 * the stream's function does so too. Of two deletions at once both succeed.
 * @throws WrongPassword, and TooManyAttempts as at a log-in
 */
export function deleteAccount(
  dependencies: Dependencies & CheckDependencies,
  caller: Caller,
  password: string,
): Promise<void> {
  return removeAccount(dependencies, caller.userId, async ({ email }) => {
    // The account of another issuer has no password, and may have no address.
    const present = email !== undefined && (await ifMatching(dependencies, email, password, caller));
    if (!present) throw new WrongPassword();
    // It was deleted a moment ago, and its email is of somebody else.
    return present.userId === caller.userId ? present : undefined;
  });
}

/**
 * The same for a user of another issuer, who proves by its token who they are. If the same user comes again, they get a new account.
 * A refused token is noted, as a wrong password is: whoever sends it has a session of the account.
 * @param identify says whose token it is
 * @throws SubjectTokenInvalid, also for a token of somebody else, SubjectTokenExpired, IssuerUnavailable
 */
export async function deleteAccountByToken(
  dependencies: Dependencies & { readonly identities: Pick<IdentityStore, 'userOf'> },
  userId: string,
  identify: () => Promise<Identity>,
): Promise<void> {
  const { identities, profiles, audit } = dependencies;
  try {
    const identity = await identify();
    await removeAccount(dependencies, userId, async () => {
      if ((await identities.userOf(identity)) === userId) return identity;
      // Another deletion was faster.
      if ((await profiles.personOf(userId))?.deleted) return undefined;
      throw new SubjectTokenInvalid('The `subject_token` is of another user.');
    });
  } catch (error) {
    const isRefused = error instanceof SubjectTokenInvalid || error instanceof SubjectTokenExpired;
    if (isRefused) audit.note({ event: 'exchange_refused', userId });
    throw error;
  }
}

/** What its user logs in with. */
type Proof = Credentials | Identity;

/** @param prove resolves to undefined if the account has changed since it was read */
async function removeAccount(
  dependencies: Dependencies,
  userId: string,
  prove: (account: Account) => Promise<Proof | undefined>,
): Promise<void> {
  for (let round = 0; ; round += 1) {
    if (await isGone(dependencies, userId, prove)) break;
    if (round === MAX_ROUNDS) throw new Unavailable();
  }
  await endEverySession(dependencies, userId);
}

/** Deletes the account if it is there. False if it changed meanwhile. */
async function isGone(
  { profiles, accounts, audit, now }: Dependencies,
  userId: string,
  prove: (account: Account) => Promise<Proof | undefined>,
): Promise<boolean> {
  const account = await profiles.profileOf(userId);
  if (!account) {
    if ((await profiles.personOf(userId))?.deleted) return true;
    throw new TokenInvalid(SESSION_ENDED);
  }
  const proof = await prove(account);
  if (!proof) return false;
  const at = now();
  const nameFreeAt = new Date(at.getTime() + NAME_KEPT_DAYS * 86_400_000);
  const isRemoved = await accounts.remove(account, proof, { at, nameFreeAt });
  if (isRemoved) audit.note({ event: 'account_deleted', userId });
  return isRemoved;
}

export interface AccountRemover {
  /**
   * Deletes profile, identity or credentials, and the claim on the address, and marks what is left of the account, all or nothing;
   * false if the account has other ones by now. The claim on the username ends at `nameFreeAt`.
   */
  remove(
    account: Account,
    proof: Proof,
    times: { readonly at: Date; readonly nameFreeAt: Date },
  ): Promise<boolean>;
}
