import { createHmac } from 'node:crypto';
import bcrypt from 'bcryptjs';
import type { PasswordHasher } from '../core/accounts/passwords.ts';

/**
 * OWASP's minimum for bcrypt. It takes about 0.1 s on the full core that 1,769 MB buy, and each step more doubles it.
 * A hash names its cost, so old hashes stay valid when it rises.
 */
const COST = 10;

/** A hash of a random password that is not stored anywhere. */
export const DECOY_HASH = '$2b$10$yTzHYW.g9QuMyxWl0AzTlu7A/kKxMqupfLiwAh9imMLesQA4sOFnC';

/** Never change it: with another label no stored password would match. */
const LABEL = 'parley/password/bcrypt/1';

/**
 * bcrypt reads 72 bytes, and repeats a shorter password with a NUL between: `ab` and `ab\0ab` get the same hash. So
 * bcrypt gets a digest, 44 characters of Base64. The digest has a label, because bare SHA-256 hashes that leak
 * elsewhere could be tried here.
 */
function digest(password: string): string {
  return createHmac('sha256', LABEL).update(password).digest('base64');
}

export const passwordHasher: PasswordHasher = {
  hash: (password) => bcrypt.hash(digest(password), COST),
  verify: (password, hash) => bcrypt.compare(digest(password), hash),
};
