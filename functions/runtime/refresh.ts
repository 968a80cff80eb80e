import { profileStore } from '../storage/accounts.ts';
import { sessionStore } from '../storage/sessions.ts';
import { system } from './system.ts';
import { table } from './table.ts';
import { tokenIssuer } from './token-issuer.ts';

export const refresh = {
  profiles: profileStore(table),
  sessions: sessionStore(table),
  ...tokenIssuer,
  now: system.now,
};
