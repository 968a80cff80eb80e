import type { ProfileStore } from '../accounts/ports.ts';
import { WrongCredentials } from '../errors.ts';
import type { AccessTokens, RefreshTokens, SessionStore } from './ports.ts';
import type { TokenPair } from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'create'>;
  readonly refreshTokens: Pick<RefreshTokens, 'first'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** Logs a person in on one device. The password has been checked. */
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
