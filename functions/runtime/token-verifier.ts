import { accessTokenVerifier, keySet } from '../auth/access-tokens.ts';
import { publicKeys } from '../storage/sessions.ts';
import { config } from './config.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export const verifyAccessToken = accessTokenVerifier({
  keys: keySet({ published: publicKeys(table), now: system.now }),
  issuer: config.text('TOKEN_ISSUER'),
  now: system.now,
});
