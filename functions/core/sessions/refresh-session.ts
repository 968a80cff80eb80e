import type { ProfileStore } from '../accounts/ports.ts';
import { TokenInvalid } from '../errors.ts';
import type { AccessTokens, RefreshTokens, SessionStore } from './ports.ts';
import type { TokenPair } from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'rotate' | 'end'>;
  readonly refreshTokens: Pick<RefreshTokens, 'read' | 'next'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly now: () => Date;
}

const ENDED = 'This refresh token is not valid any more.';

/**
 * Exchanges a refresh token for a new pair. A token that was used before means that two parties hold it: its whole
 * family ends (RFC 9700 §4.14.2).
 * @throws TokenInvalid
 */
export async function refreshSession(
  { profiles, sessions, refreshTokens, accessTokens, refreshSeconds, now }: Dependencies,
  token: string,
): Promise<TokenPair> {
  const claim = refreshTokens.read(token);
  if (!claim) throw new TokenInvalid('This is not a refresh token.');
  // Read, not kept in the session: what the operator changed holds from the next refresh on.
  const account = await profiles.profileOf(claim.userId);
  if (!account) throw new TokenInvalid(ENDED);
  const { userId, sessionId } = claim;
  const { username, staff } = account;
  // All that can fail comes first: once the old token is used up, the caller must get the new one.
  const access = await accessTokens.sign({ userId, username, sessionId, staff });
  const next = refreshTokens.next(token);
  const expiresAt = new Date(now().getTime() + refreshSeconds * 1000);
  const outcome = await sessions.rotate(claim, { rotationHash: next.rotationHash, expiresAt }, now());
  if (outcome === 'used') {
    await sessions.end(claim);
    throw new TokenInvalid('This refresh token was used before. Its session is closed; log in again.');
  }
  if (outcome === 'unknown') throw new TokenInvalid(ENDED);
  return { access, refresh: next.token };
}
