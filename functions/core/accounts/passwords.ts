import commonPasswords from './common-passwords.json' with { type: 'json' };

export const MIN_PASSWORD_LENGTH = 8;

/** NIST SP 800-63B asks for 64. Passphrases fit into 128, and nobody can have whole books hashed. */
export const MAX_PASSWORD_LENGTH = 128;

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

/** A shorter username occurs in too many good passwords by chance. */
const MIN_USERNAME_TO_LOOK_FOR = 3;

/** With this annotation, bundles of functions that check no new password leave the list out. */
const common = /* @__PURE__ */ new Set(commonPasswords);

/**
 * The faults of a new, normalized password; empty if there are none. After NIST SP 800-63B §3.1.1.2: length and
 * lists, no character classes.
 */
export function passwordFaults(password: string, username: string): string[] {
  const faults = lengthFaults(password);
  const lower = password.toLowerCase();
  if (common.has(lower)) faults.push('This password is among the most used ones.');
  if (username.length >= MIN_USERNAME_TO_LOOK_FOR && lower.includes(username.toLowerCase())) {
    faults.push('Must not contain the username.');
  }
  return faults;
}

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}
