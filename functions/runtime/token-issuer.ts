import { accessTokens } from '../auth/access-tokens.ts';
import { refreshTokens } from '../auth/refresh-tokens.ts';
import { openSecrets, signingKeys, signingSecret } from '../auth/signing-keys.ts';
import { publicKeys } from '../storage/sessions.ts';
import { config } from './config.ts';
import { system } from './system.ts';
import { table } from './table.ts';

/** All that is needed to hand out tokens: for the few functions that may read the secret. */
export const tokenIssuer = {
  accessTokens: accessTokens({
    signingKey: signingKeys({
      secret: signingSecret(config.text('SIGNING_SECRET_ARN'), openSecrets()),
      published: publicKeys(table),
      now: system.now,
    }),
    issuer: config.text('TOKEN_ISSUER'),
    lifetimeSeconds: config.number('ACCESS_TOKEN_SECONDS'),
    newId: system.newId,
    now: system.now,
  }),
  refreshTokens: refreshTokens(system.randomBytes),
  refreshSeconds: config.number('REFRESH_TOKEN_SECONDS'),
};
