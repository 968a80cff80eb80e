import { accessTokenVerifier } from '../auth/access-tokens.ts';
import { keySet } from '../auth/key-set.ts';
import { publicKeys } from '../storage/public-keys.ts';
import { config } from './config.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export const verifyAccessToken = accessTokenVerifier({
  keys: keySet({ published: publicKeys(table), now: system.now }),
  issuer: config.text('TOKEN_ISSUER'),
  now: system.now,
});
