import type { ProfileStore } from '../accounts/account.ts';
import { TokenInvalid, WrongCredentials } from '../errors.ts';
import type { AccessTokens, RefreshTokens, SessionStore, TokenPair } from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'create'>;
  readonly refreshTokens: Pick<RefreshTokens, 'first'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Logs a user in on one device. The password has been checked. */
export async function openSession(
  { profiles, sessions, refreshTokens, accessTokens, refreshSeconds, newId, now }: Dependencies,
  userId: string,
): Promise<TokenPair> {
  const account = await profiles.profileOf(userId);
  if (!account) throw new WrongCredentials();
  const { username, staff } = account;
  const sessionId = newId();
  const { token, familyHash, rotationHash } = refreshTokens.first(userId, sessionId);
  await sessions.create({
    id: sessionId,
    userId,
    familyHash,
    rotationHash,
    createdAt: now().toISOString(),
    expiresAt: new Date(now().getTime() + refreshSeconds * 1000),
  });
  return { access: await accessTokens.sign({ userId, username, sessionId, staff }), refresh: token };
}

/**
 * Ends the session of a refresh token. Only its owner can. The stream's function then closes its sockets.
 * @throws TokenInvalid, alike for a malformed token, a token of another user and a session that has ended
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
