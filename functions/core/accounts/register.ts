import type { Audit } from '../audit/audit.ts';
import { type FieldErrors, ValidationFailed } from '../errors.ts';
import type { Account, OwnAccount } from './account.ts';
import { type BreachDependencies, newPasswordFaults } from './breaches.ts';
import { normalizePassword, type PasswordHasher } from './passwords.ts';

export interface Registration {
  readonly email: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly password: string;
  readonly passwordAgain: string;
}

interface Dependencies extends BreachDependencies {
  readonly accounts: AccountStore;
  readonly passwords: Pick<PasswordHasher, 'hash'>;
  readonly audit: Audit;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** What only one account can have. */
export type UniqueField = 'email' | 'username';

/** The error for fields that another account has already. */
export function taken(fields: readonly UniqueField[]): ValidationFailed {
  return new ValidationFailed(
    Object.fromEntries(fields.map((field) => [field, [`An account with this ${field} exists already.`]])),
  );
}

/**
 * Creates an account. If two registrations race for one email or username, exactly one wins.
 * @throws ValidationFailed with the fields at fault: a weak or mismatched password, a taken email or username
 */
export async function register(dependencies: Dependencies, registration: Registration): Promise<Account> {
  const { accounts, passwords, audit, newId, now } = dependencies;
  const password = await chosenPassword(dependencies, registration);
  const account: OwnAccount = {
    id: newId(),
    email: registration.email,
    username: registration.username,
    firstName: registration.firstName,
    lastName: registration.lastName,
    staff: false,
    createdAt: now().toISOString(),
  };
  const others = await accounts.create(account, await passwords.hash(password));
  if (others.length > 0) throw taken(others);
  audit.note({ event: 'registered', userId: account.id });
  return account;
}

/**
 * The password of a new account, normalized.
 * @throws ValidationFailed if it is weak, or was typed in two ways
 */
export async function chosenPassword(
  dependencies: BreachDependencies,
  { password: typed, passwordAgain, ...owner }: Registration,
): Promise<string> {
  const password = normalizePassword(typed);
  const errors: Record<string, readonly string[]> = {};
  const faults = await newPasswordFaults(dependencies, password, owner);
  if (faults.length > 0) errors.password = faults;
  if (password !== normalizePassword(passwordAgain)) errors.password2 = ['The two passwords differ.'];
  if (Object.keys(errors).length > 0) throw new ValidationFailed(errors satisfies FieldErrors);
  return password;
}

export interface AccountStore {
  /**
   * Stores the account, its credentials and both unique claims, or nothing. Resolves to the fields that another
   * account has already; none means that it is stored.
   */
  create(account: OwnAccount, passwordHash: string): Promise<readonly UniqueField[]>;
}
