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
