import { SESSION_ENDED, TokenInvalid, Unavailable, WrongPassword } from '../errors.ts';
import { type Caller, endEverySession } from '../sessions/own-sessions.ts';
import type { SessionList } from '../sessions/session.ts';
import type { Credentials, OwnAccount, PersonStore, ProfileStore } from './account.ts';
import { type CheckDependencies, ifMatching } from './check-password.ts';

/** For so long nobody can take the name of a deleted account, and be taken for its former owner. */
export const NAME_KEPT_DAYS = 30;

interface Dependencies extends CheckDependencies {
  readonly profiles: ProfileStore & PersonStore;
  readonly accounts: AccountRemover;
  readonly sessions: SessionList;
}

/** A new hash of the same password, or a new password, may come in between. */
const MAX_ROUNDS = 3;

/**
 * Deletes the account of a user who knows its password, and ends all its sessions. The messages stay. The stream's function does
 * the rest, see {@link followDeletion}. If this fails after the deletion, the same request ends the sessions that are left, and
 * the stream's function does so too. Of two deletions at once both succeed.
 * @throws WrongPassword, and TooManyAttempts as at a log-in
 */
export async function deleteAccount(
  dependencies: Dependencies,
  caller: Caller,
  password: string,
): Promise<void> {
  for (let round = 0; ; round += 1) {
    if (await isGone(dependencies, caller, password)) break;
    if (round === MAX_ROUNDS) throw new Unavailable();
  }
  await endEverySession(dependencies, caller.userId);
}

/** Deletes the account if it is there. False if its credentials changed meanwhile. */
async function isGone(dependencies: Dependencies, caller: Caller, password: string): Promise<boolean> {
  const { profiles, accounts, audit, now } = dependencies;
  const { userId } = caller;
  const account = await profiles.profileOf(userId);
  if (!account) {
    if ((await profiles.personOf(userId))?.deleted) return true;
    throw new TokenInvalid(SESSION_ENDED);
  }
  // The account of another issuer has no password, and may have no address.
  const { email } = account;
  if (email === undefined) throw new WrongPassword();
  const present = await ifMatching(dependencies, email, password, caller);
  if (!present) throw new WrongPassword();
  // It was deleted a moment ago, and its email is of somebody else.
  if (present.userId !== userId) return false;
  const at = now();
  const nameFreeAt = new Date(at.getTime() + NAME_KEPT_DAYS * 86_400_000);
  const isRemoved = await accounts.remove({ ...account, email }, present, { at, nameFreeAt });
  if (isRemoved) audit.note({ event: 'account_deleted', userId });
  return isRemoved;
}

export interface AccountRemover {
  /**
   * Deletes profile and credentials and marks what is left of the account, all or nothing; false if these are not its present
   * credentials. The claim on the username ends at `nameFreeAt`.
   */
  remove(
    account: OwnAccount,
    present: Credentials,
    times: { readonly at: Date; readonly nameFreeAt: Date },
  ): Promise<boolean>;
}
