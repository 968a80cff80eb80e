import { createHmac } from 'node:crypto';
import bcrypt from 'bcryptjs';
import type { PasswordHasher } from '../core/accounts/passwords.ts';

/**
 * OWASP's floor for bcrypt. About 0.1 s on the full core that 1,769 MB buy; each step more doubles it. Hashes name their
 * cost, so that raising it leaves old ones valid.
 */
const COST = 10;

/** A hash of a random password that nobody kept. */
export const DECOY_HASH = '$2b$10$yTzHYW.g9QuMyxWl0AzTlu7A/kKxMqupfLiwAh9imMLesQA4sOFnC';

/** Fixed for good: another label means that no password is known any more. */
const LABEL = 'parley/password/bcrypt/1';

/**
 * bcrypt reads 72 bytes, and repeats what is shorter with a NUL between: of `ab` and `ab\0ab` it makes the same. Every
 * password is 44 characters of Base64 to it. Under a label, as bare SHA-256 hashes that leak elsewhere could be tried here.
 */
function digest(password: string): string {
  return createHmac('sha256', LABEL).update(password).digest('base64');
}

export const passwordHasher: PasswordHasher = {
  hash: (password) => bcrypt.hash(digest(password), COST),
  verify: (password, hash) => bcrypt.compare(digest(password), hash),
};
