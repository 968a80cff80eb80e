import { createHmac } from 'node:crypto';
import bcrypt from 'bcryptjs';
import type { PasswordHasher } from '../core/accounts/passwords.ts';

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

/** Each step of the cost doubles the time. A hash names its cost, so old hashes stay valid when it changes. */
export function passwordHasher(cost: number): PasswordHasher {
  return {
    hash: (password) => bcrypt.hash(digest(password), cost),
    verify: (password, hash) => bcrypt.compare(digest(password), hash),
    isOutdated: (hash) => bcrypt.getRounds(hash) < cost,
  };
}

/** A hash that matches no password. To check a password against it takes as long as against a real one. */
export function decoyHash(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$yTzHYW.g9QuMyxWl0AzTlu7A/kKxMqupfLiwAh9imMLesQA4sOFnC`;
}
