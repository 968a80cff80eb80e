import { TokenInvalid } from '../errors.ts';
import type { RefreshTokens, SessionStore } from './ports.ts';

/**
 * Ends the session that a refresh token belongs to. Only its owner can; its sockets are closed by what follows from
 * the table's stream.
 * @throws TokenInvalid for garbage, somebody else's token and a session that has ended, all alike
 */
export async function logOut(
  {
    sessions,
    refreshTokens,
  }: { sessions: Pick<SessionStore, 'end'>; refreshTokens: Pick<RefreshTokens, 'read'> },
  userId: string,
  token: string,
): Promise<void> {
  const claim = refreshTokens.read(token);
  if (claim?.userId !== userId || !(await sessions.end(claim))) {
    throw new TokenInvalid('This is not a valid refresh token of yours.');
  }
}
