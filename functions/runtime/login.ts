import { DECOY_HASH, passwordHasher } from '../auth/passwords.ts';
import { credentialStore, profileStore } from '../storage/accounts.ts';
import { loginAttempts } from '../storage/counters.ts';
import { sessionStore } from '../storage/sessions.ts';
import { system } from './system.ts';
import { table } from './table.ts';
import { tokenIssuer } from './token-issuer.ts';

/** To check a password, and to open a session for its owner. */
export const login = {
  credentials: credentialStore(table),
  attempts: loginAttempts(table),
  passwords: passwordHasher,
  decoyHash: DECOY_HASH,
  profiles: profileStore(table),
  sessions: sessionStore(table),
  ...tokenIssuer,
  ...system,
};
