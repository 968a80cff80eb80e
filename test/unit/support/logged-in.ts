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
export function accessToken(
  identity: Partial<Identity> = {},
  issuedAt = frozenClock().now(),
): Promise<string> {
  const tokens = accessTokens({
    signingKey: async () => key,
    issuer: 'parley-test',
    lifetimeSeconds: 1_800,
    newId: () => id(700),
    now: () => issuedAt,
  });
  return tokens.sign({ userId: alice.id, username: 'Alice', sessionId: id(500), staff: false, ...identity });
}

const sessionKey = { pk: `USER#${alice.id}`, sk: `SESSION#${id(500)}` };

/** The session of these tokens. It lives until the end of the century. */
const ownSession = { ...sessionKey, ttl: 4_102_444_800 };

/** Puts both into a table in memory. */
export function storeLogin(store: (item: object) => void): void {
  store({ pk: 'KEYS', sk: 'JWKS', keys: [publicJwk] });
  store(ownSession);
}

/** Lets verifiers find the key of these tokens, and their session. */
export function publishKeys(): void {
  documents.on(GetCommand, { Key: { pk: 'KEYS', sk: 'JWKS' } }).resolves({ Item: { keys: [publicJwk] } });
  documents.on(GetCommand, { Key: sessionKey }).resolves({ Item: ownSession });
}
