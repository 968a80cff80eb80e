import commonPasswords from './common-passwords.json' with { type: 'json' };
import { lengthFaults } from './password.ts';

/** A shorter username occurs in too many good passwords by chance. */
const MIN_USERNAME_TO_LOOK_FOR = 3;

const common = new Set(commonPasswords);

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
