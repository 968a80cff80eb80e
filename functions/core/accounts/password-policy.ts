import commonPasswords from './common-passwords.json' with { type: 'json' };

export const MIN_PASSWORD_LENGTH = 8;

/** bcrypt reads 72 bytes and ignores the rest: a longer password would be weaker than it looks. */
export const MAX_PASSWORD_BYTES = 72;

/** A shorter username occurs in too many good passwords by chance. */
const MIN_USERNAME_TO_LOOK_FOR = 3;

const common = new Set(commonPasswords);

/** What is wrong with a new password; empty when nothing is. After NIST SP 800-63B §3.1.1.2: length and lists, no character classes. */
export function passwordFaults(password: string, username: string): string[] {
  const faults: string[] = [];
  const lower = password.toLowerCase();
  if ([...password].length < MIN_PASSWORD_LENGTH)
    faults.push(`Must have at least ${MIN_PASSWORD_LENGTH} characters.`);
  if (new TextEncoder().encode(password).length > MAX_PASSWORD_BYTES)
    faults.push(`Must have at most ${MAX_PASSWORD_BYTES} bytes in UTF-8.`);
  if (common.has(lower)) faults.push('This password is among the most used ones.');
  if (username.length >= MIN_USERNAME_TO_LOOK_FOR && lower.includes(username.toLowerCase())) {
    faults.push('Must not contain the username.');
  }
  return faults;
}
