import commonPasswords from './common-passwords.json' with { type: 'json' };
import { containsName, isLittleMoreThanNames, isRun, type Owner } from './guessable.ts';

export const MIN_PASSWORD_LENGTH = 8;

/** NIST SP 800-63B asks for 64. Passphrases fit into 256, and nobody can have whole books hashed. */
export const MAX_PASSWORD_LENGTH = 256;

/**
 * The form in which a password is checked, hashed and compared. Some keyboards write é as one character, others as e
 * and an accent. What a person types as the same must be the same (RFC 8265 §4.2.2).
 */
export function normalizePassword(typed: string): string {
  return typed.normalize('NFC');
}

/** The faults in the length of a new, normalized password. It counts characters as people see them. */
export function lengthFaults(password: string): string[] {
  const { length } = [...password];
  if (length < MIN_PASSWORD_LENGTH) return [`Must have at least ${MIN_PASSWORD_LENGTH} characters.`];
  if (length > MAX_PASSWORD_LENGTH) return [`Must have at most ${MAX_PASSWORD_LENGTH} characters.`];
  return [];
}

/** With this annotation, bundles of functions that check no new password leave the list out. */
const common = /* @__PURE__ */ new Set(commonPasswords);

/**
 * The faults of a new, normalized password; empty if there are none. After NIST SP 800-63B §3.1.1.2: length and lists, no
 * character classes.
 * @example passwordFaults('ada-1815', { username: 'countess', firstName: 'Ada', … }) // ['Must be more than a name …']
 */
export function passwordFaults(password: string, owner: Owner): string[] {
  const faults = lengthFaults(password);
  if (common.has(password.toLowerCase())) faults.push('This password is among the most used ones.');
  else if (isRun(password)) faults.push('Must not be one character again and again, or a sequence.');
  if (containsName(password, owner.username)) faults.push('Must not contain the username.');
  else if (isLittleMoreThanNames(password, owner))
    faults.push('Must be more than your name or the name of this service.');
  return faults;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
  /** Whether new hashes cost more than this one did. */
  isOutdated(hash: string): boolean;
}
