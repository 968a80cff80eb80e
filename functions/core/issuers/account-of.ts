import type { Account, ProfileStore } from '../accounts/account.ts';
import type { ProfileEditor } from '../accounts/profile.ts';
import type { Audit } from '../audit/audit.ts';
import { AccountSuspended, Busy, RateLimited, SubjectTokenInvalid, secondsUntil } from '../errors.ts';
import { hexOf } from '../ids.ts';
import type { ExternalUser, Identity } from './issuer.ts';

export const ACCOUNT_DELETED = 'The account of this user was deleted.';

/** The window of exchanges. */
export const EXCHANGE_SECONDS = 60;

/** Each round ends in an account, or takes away a claim that others have. More rounds mean an attack or an outage. */
const MAX_ROUNDS = 4;

interface Dependencies {
  readonly identities: IdentityStore;
  readonly profiles: ProfileStore & Pick<ProfileEditor, 'rename'>;
  /** So many exchanges of one account within {@link EXCHANGE_SECONDS}. */
  readonly exchanges: number;
  readonly audit: Audit;
  readonly newId: () => string;
  readonly now: () => Date;
}

/**
 * The account of a user of another issuer. It is made at first sight, under issuer and subject. An account that exists is
 * never joined by its e-mail address or username: whoever can have an issuer write either of them would take it over.
 * @throws RateLimited after `exchanges` exchanges within {@link EXCHANGE_SECONDS}
 * @throws SubjectTokenInvalid if the account was deleted, AccountSuspended
 */
export async function accountOf(dependencies: Dependencies, person: ExternalUser): Promise<Account> {
  const { identities, profiles, exchanges, audit, now } = dependencies;
  const userId = await identities.userOf(person);
  if (userId === undefined) return await createAccount(dependencies, person);
  const limit = { exchanges, seconds: EXCHANGE_SECONDS };
  const [account, refusedUntil] = await Promise.all([
    profiles.profileOf(userId),
    identities.countExchange(userId, limit, now()),
  ]);
  if (refusedUntil) {
    audit.note({ event: 'exchange_limited', userId });
    throw new RateLimited(secondsUntil(refusedUntil, now()), 'requests');
  }
  if (!account) {
    audit.note({ event: 'exchange_refused', userId });
    throw new SubjectTokenInvalid(ACCOUNT_DELETED);
  }
  if (account.suspendedAt !== undefined) {
    audit.note({ event: 'exchange_refused', userId });
    throw new AccountSuspended();
  }
  return await followClaims(dependencies, account, person);
}

async function createAccount(dependencies: Dependencies, person: ExternalUser): Promise<Account> {
  const { identities, profiles, audit, newId, now } = dependencies;
  const { username, firstName = '', lastName = '' } = person;
  let account: Account = {
    id: newId(),
    email: person.email,
    username,
    firstName,
    lastName,
    staff: false,
    createdAt: now().toISOString(),
    issuer: person.issuer,
  };
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const taken = await identities.create(person, account);
    if (taken.length === 0) {
      audit.note({ event: 'registered', userId: account.id });
      return account;
    }
    if (taken.includes('identity')) {
      // Another exchange of the same user was faster, or an earlier try whose answer was lost.
      const userId = await identities.userOf(person);
      const theirs = userId && (await profiles.profileOf(userId));
      if (theirs) return theirs;
    }
    if (taken.includes('username'))
      account = { ...account, username: `${username}-${suffix(newId(), round)}` };
    if (taken.includes('email')) account = { ...account, email: undefined };
  }
  throw new Busy();
}

/** Four hexadecimal digits, and two more in each further round. */
function suffix(id: string, round: number): string {
  return hexOf(id).slice(-(4 + 2 * round));
}

/**
 * Names and the e-mail address follow the claims, and a claim that is missing changes nothing. The username stays: others
 * know the user by it, and a former username would be free for an impostor.
 */
async function followClaims(
  { identities, profiles }: Dependencies,
  account: Account,
  { firstName, lastName, email }: ExternalUser,
): Promise<Account> {
  const change = {
    ...(firstName !== undefined && firstName !== account.firstName && { firstName }),
    ...(lastName !== undefined && lastName !== account.lastName && { lastName }),
  };
  const renamed = Object.keys(change).length > 0 ? await profiles.rename(account.id, change) : account;
  const current = renamed ?? account;
  if (email === undefined || email === current.email) return current;
  const isMoved = await identities.moveEmail(current, email);
  return isMoved ? { ...current, email } : current;
}

export interface ExchangeLimit {
  readonly exchanges: number;
  readonly seconds: number;
}

/** The accounts of the users of other issuers. */
export interface IdentityStore {
  /** The account of an identity. Strongly consistent. */
  userOf(identity: Identity): Promise<string | undefined>;
  /**
   * Stores the account and all its unique claims, or nothing. Resolves to the claims that another account has already; none
   * means that it is stored.
   */
  create(identity: Identity, account: Account): Promise<readonly ('identity' | 'username' | 'email')[]>;
  /** Gives the account another e-mail address; false, and nothing has changed, if another account has it. */
  moveEmail(account: Account, email: string): Promise<boolean>;
  /** Counts an exchange, or refuses it: then it resolves to the end of the window. */
  countExchange(userId: string, limit: ExchangeLimit, now: Date): Promise<Date | undefined>;
}
