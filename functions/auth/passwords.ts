import bcrypt from 'bcryptjs';
import type { PasswordHasher } from '../core/accounts/ports.ts';

/**
 * OWASP's floor for bcrypt. About 0.1 s on the full core that 1,769 MB buy; each step more doubles it. Hashes name their
 * cost, so that raising it leaves old ones valid.
 */
const COST = 10;

/** A hash of a random password that nobody kept. */
export const DECOY_HASH = '$2b$10$yTzHYW.g9QuMyxWl0AzTlu7A/kKxMqupfLiwAh9imMLesQA4sOFnC';

export const passwordHasher: PasswordHasher = {
  hash: (password) => bcrypt.hash(password, COST),
  // A longer password than was ever accepted must not pass by its first 72 bytes; hashed all the same, to take as long.
  verify: async (password, hash) => (await bcrypt.compare(password, hash)) && !bcrypt.truncates(password),
};
