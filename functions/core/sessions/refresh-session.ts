import type { ProfileStore } from '../accounts/account.ts';
import { TokenInvalid } from '../errors.ts';
import type { AccessTokens, LastExchange, RefreshTokens, SessionStore, TokenPair } from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'rotate' | 'end'>;
  readonly refreshTokens: Pick<RefreshTokens, 'read' | 'next' | 'newSalt'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly now: () => Date;
}

/**
 * A client whose answer got lost tries again with the token that it has, and two tabs may try at once: for so long they get
 * the same successor (RFC 9700 §4.14.2 leaves that to the server). It bounds what a thief of an old token can do with it.
 */
export const GRACE_SECONDS = 60;

const ENDED = 'This refresh token is not valid any more.';

/**
 * Exchanges a refresh token for a new pair. The token before the current one gets the current one once more, for
 * {@link GRACE_SECONDS}. Any other that was used before means that two parties hold it: its whole family ends.
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
  const salt = refreshTokens.newSalt();
  const next = refreshTokens.next(token, salt);
  const expiresAt = new Date(now().getTime() + refreshSeconds * 1000);
  const outcome = await sessions.rotate(claim, { rotationHash: next.rotationHash, salt, expiresAt }, now());
  if (outcome === 'rotated') return { access, refresh: next.token };
  if (outcome === 'unknown') throw new TokenInvalid(ENDED);
  if (outcome.replacedHash === claim.rotationHash && isRecent(outcome, now())) {
    return { access, refresh: refreshTokens.next(token, outcome.salt).token };
  }
  await sessions.end(claim);
  throw new TokenInvalid('This refresh token was used before. Its session has ended; log in again.');
}

function isRecent({ at }: LastExchange, now: Date): boolean {
  return now.getTime() - at.getTime() < GRACE_SECONDS * 1000;
}
