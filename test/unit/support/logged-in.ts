import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { accessTokens } from '../../../functions/auth/access-tokens.ts';
import { signingKeyFrom } from '../../../functions/auth/signing-keys.ts';
import type { Identity } from '../../../functions/core/sessions/session.ts';
import { frozenClock } from './clock.ts';
import { documents } from './mocked-clients.ts';
import { alice, id } from './people.ts';

const key = await signingKeyFrom('the secret of the test');

export const publicJwk = key.publicJwk;

/** An access token of Alice's, issued at noon for half an hour. */
export function accessToken(identity: Partial<Identity> = {}): Promise<string> {
  const { now } = frozenClock();
  const tokens = accessTokens({
    signingKey: async () => key,
    issuer: 'parley-test',
    lifetimeSeconds: 1_800,
    newId: () => id(700),
    now,
  });
  return tokens.sign({ userId: alice.id, username: 'Alice', sessionId: id(500), staff: false, ...identity });
}

/** Lets verifiers find the key of these tokens. */
export function publishKeys(): void {
  documents.on(GetCommand, { Key: { pk: 'KEYS', sk: 'JWKS' } }).resolves({ Item: { keys: [publicJwk] } });
}
