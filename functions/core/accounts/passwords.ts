import commonPasswords from './common-passwords.json' with { type: 'json' };

export const MIN_PASSWORD_LENGTH = 8;

/** Twice what NIST SP 800-63B asks for, so that passphrases fit; a bound, so that nobody has books hashed. */
export const MAX_PASSWORD_LENGTH = 128;

/**
 * The form in which a password is checked, hashed and compared. Keyboards write one é as one character or as e and an
 * accent: what a person types as the same must be the same (RFC 8265 §4.2.2).
 */
export function normalizePassword(typed: string): string {
  return typed.normalize('NFC');
}

/** What is wrong with the length of a new password, normalized: characters are counted, as people see them. */
export function lengthFaults(password: string): string[] {
  const { length } = [...password];
  if (length < MIN_PASSWORD_LENGTH) return [`Must have at least ${MIN_PASSWORD_LENGTH} characters.`];
  if (length > MAX_PASSWORD_LENGTH) return [`Must have at most ${MAX_PASSWORD_LENGTH} characters.`];
  return [];
}

/** A shorter username occurs in too many good passwords by chance. */
const MIN_USERNAME_TO_LOOK_FOR = 3;

/** The annotation lets bundles of functions that check no new password leave the list out. */
const common = /* @__PURE__ */ new Set(commonPasswords);

/**
 * What is wrong with a new password, normalized; empty when nothing is. After NIST SP 800-63B §3.1.1.2: length and lists, no
 * character classes.
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
