import type { ProfileStore } from '../accounts/account.ts';
import type { Audit } from '../audit/audit.ts';
import { AccountSuspended, TokenInvalid } from '../errors.ts';
import type {
  AccessTokens,
  ClientInfo,
  LastExchange,
  RefreshTokens,
  SessionStore,
  TokenPair,
} from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'rotate' | 'end'>;
  readonly refreshTokens: Pick<RefreshTokens, 'read' | 'next' | 'newSalt'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  /** A session ends so long after its log-in at the latest. */
  readonly sessionSeconds: number;
  readonly audit: Audit;
  readonly now: () => Date;
}

/**
 * A client whose answer was lost tries again with its old token, and two tabs may refresh at once. Within this time
 * they get the same successor, which RFC 9700 §4.14.2 leaves to the server. The time limits what a thief can do with
 * an old token.
 */
export const GRACE_SECONDS = 60;

const ENDED = 'This refresh token is not valid any more.';

/**
 * Exchanges a refresh token for a new pair. The token before the current one gets the current one again for {@link
 * GRACE_SECONDS}. If any other used token comes back, two parties hold it, and the session ends.
 * @throws TokenInvalid, AccountSuspended
 */
export async function refreshSession(
  dependencies: Dependencies,
  token: string,
  client: ClientInfo,
): Promise<TokenPair> {
  const { profiles, sessions, refreshTokens, accessTokens, refreshSeconds, sessionSeconds, audit, now } =
    dependencies;
  const claim = refreshTokens.read(token);
  if (!claim) throw new TokenInvalid('This is not a refresh token.');
  // The profile is read and not kept in the session, so a change by an operator takes effect at the next refresh.
  const account = await profiles.profileOf(claim.userId);
  if (!account) throw new TokenInvalid(ENDED);
  const { userId, sessionId } = claim;
  if (account.suspendedAt !== undefined) {
    // A suspension ends all sessions, and may not have come to this one yet. Only its own token tells about it.
    if (!(await sessions.end(claim))) throw new TokenInvalid(ENDED);
    audit.note({ event: 'log_in_refused', userId });
    throw new AccountSuspended();
  }
  const { username, staff } = account;
  // Steps that can fail come first: once the old token is used up, the caller must get the new one.
  const access = await accessTokens.sign({ userId, username, sessionId, staff });
  const salt = refreshTokens.newSalt();
  const next = refreshTokens.next(token, salt);
  const expiresAt = new Date(now().getTime() + refreshSeconds * 1000);
  // So no session gets an expiry beyond its longest life.
  const bornSince = new Date(expiresAt.getTime() - sessionSeconds * 1000);
  const rotation = { rotationHash: next.rotationHash, salt, expiresAt, bornSince, ...client };
  const outcome = await sessions.rotate(claim, rotation, now());
  if (outcome === 'rotated') return { access, refresh: next.token };
  if (outcome === 'unknown') throw new TokenInvalid(ENDED);
  if (outcome.replacedHash === claim.rotationHash && isRecent(outcome, now())) {
    return { access, refresh: refreshTokens.next(token, outcome.salt).token };
  }
  audit.note({ event: 'token_reused', userId, session: sessionId });
  await sessions.end(claim);
  throw new TokenInvalid('This refresh token was used before. Its session has ended; log in again.');
}

function isRecent({ at }: LastExchange, now: Date): boolean {
  return now.getTime() - at.getTime() < GRACE_SECONDS * 1000;
}
