import type { Owner } from './guessable.ts';
import { passwordFaults } from './passwords.ts';

/** Knows the passwords that were stolen elsewhere. */
export interface BreachedPasswords {
  /** Whether a normalized password is among them. Nobody outside learns it. Rejects if nobody answers in time. */
  includes(password: string): Promise<boolean>;
}

export interface BreachDependencies {
  /** Undefined if nobody is asked. */
  readonly breaches: BreachedPasswords | undefined;
  /** Hears that nobody answered. It is told no part of the password. */
  readonly onBreachFailure: (error: unknown) => void;
}

/**
 * The faults of a new, normalized password, breaches of other services included (NIST SP 800-63B §3.1.1.2). A service that does not
 * answer refuses nobody.
 */
export async function newPasswordFaults(
  { breaches, onBreachFailure }: BreachDependencies,
  password: string,
  owner: Owner,
): Promise<string[]> {
  const faults = passwordFaults(password, owner);
  if (faults.length > 0 || breaches === undefined) return faults;
  const isBreached = await breaches.includes(password).catch((error: unknown) => {
    onBreachFailure(error);
    return false;
  });
  return isBreached ? ['This password was stolen from another service.'] : [];
}
