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

const TAKEN = {
  email: 'An account with this email exists already.',
  username: 'An account with this username exists already.',
};

/**
 * Creates an account. If two registrations race for one email or username, exactly one wins.
 * @throws ValidationFailed with the fields at fault: a weak or mismatched password, a taken email or username
 */
export async function register(dependencies: Dependencies, registration: Registration): Promise<Account> {
  const { accounts, passwords, audit, newId, now } = dependencies;
  const password = normalizePassword(registration.password);
  const passwordAgain = normalizePassword(registration.passwordAgain);
  await rejectBadPassword(dependencies, { ...registration, password, passwordAgain });
  const account: OwnAccount = {
    id: newId(),
    email: registration.email,
    username: registration.username,
    firstName: registration.firstName,
    lastName: registration.lastName,
    staff: false,
    createdAt: now().toISOString(),
  };
  const taken = await accounts.create(account, await passwords.hash(password));
  if (taken.length > 0)
    throw new ValidationFailed(Object.fromEntries(taken.map((field) => [field, [TAKEN[field]]])));
  audit.note({ event: 'registered', userId: account.id });
  return account;
}

async function rejectBadPassword(
  dependencies: BreachDependencies,
  { password, passwordAgain, ...owner }: Registration,
): Promise<void> {
  const errors: Record<string, readonly string[]> = {};
  const faults = await newPasswordFaults(dependencies, password, owner);
  if (faults.length > 0) errors.password = faults;
  if (password !== passwordAgain) errors.password2 = ['The two passwords differ.'];
  if (Object.keys(errors).length > 0) throw new ValidationFailed(errors satisfies FieldErrors);
}

export interface AccountStore {
  /**
   * Stores the account, its credentials and both unique claims, or nothing. Resolves to the fields that another
   * account has already; none means that it is stored.
   */
  create(account: OwnAccount, passwordHash: string): Promise<readonly ('email' | 'username')[]>;
}
