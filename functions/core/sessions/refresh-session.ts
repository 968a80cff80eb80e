import { TokenInvalid } from '../errors.ts';
import type { AccessTokens, RefreshTokens, SessionStore } from './ports.ts';
import type { TokenPair } from './session.ts';

interface Dependencies {
  readonly sessions: Pick<SessionStore, 'rotate' | 'end'>;
  readonly refreshTokens: Pick<RefreshTokens, 'read' | 'next'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly now: () => Date;
}

/**
 * Exchanges a refresh token for a new pair. A token that was used before means that two parties hold it: its whole
 * family ends (RFC 9700 §4.14.2).
 * @throws TokenInvalid
 */
export async function refreshSession(
  { sessions, refreshTokens, accessTokens, refreshSeconds, now }: Dependencies,
  token: string,
): Promise<TokenPair> {
  const claim = refreshTokens.read(token);
  if (!claim) throw new TokenInvalid('This is not a refresh token.');
  const next = refreshTokens.next(token);
  const expiresAt = new Date(now().getTime() + refreshSeconds * 1000);
  const session = await sessions.rotate(claim, { rotationHash: next.rotationHash, expiresAt }, now());
  if (session === 'used') {
    await sessions.end(claim);
    throw new TokenInvalid('This refresh token was used before. Its session is closed; log in again.');
  }
  if (session === 'unknown') throw new TokenInvalid('This refresh token is not valid any more.');
  const { userId, username, id: sessionId, staff } = session;
  return { access: await accessTokens.sign({ userId, username, sessionId, staff }), refresh: next.token };
}
