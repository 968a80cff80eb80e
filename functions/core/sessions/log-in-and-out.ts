import type { ProfileStore } from '../accounts/account.ts';
import { type KnownDevices, namesOf } from '../accounts/attempts.ts';
import { type CheckDependencies, checkPassword } from '../accounts/check-password.ts';
import type { Audit } from '../audit/audit.ts';
import { AccountSuspended, TokenInvalid, WrongCredentials } from '../errors.ts';
import { endSurplusSessions } from './own-sessions.ts';
import type {
  AccessTokens,
  ClientInfo,
  RefreshTokens,
  SessionList,
  SessionStore,
  TokenPair,
} from './session.ts';

interface Dependencies {
  readonly profiles: ProfileStore;
  readonly sessions: Pick<SessionStore, 'create'> & SessionList;
  readonly refreshTokens: Pick<RefreshTokens, 'first'>;
  readonly accessTokens: AccessTokens;
  readonly refreshSeconds: number;
  readonly audit: Audit;
  readonly newId: () => string;
  readonly now: () => Date;
}

interface LogIn {
  readonly email: string;
  readonly password: string;
  /** A secret of the device. One that was in before is not kept out by others who guess. */
  readonly deviceId?: string | undefined;
}

/**
 * Logs a user in on one device.
 * @throws WrongCredentials, TooManyAttempts, AccountSuspended
 */
export async function logIn(
  dependencies: Dependencies & CheckDependencies & { readonly devices: KnownDevices },
  { email, password, deviceId }: LogIn,
  client: ClientInfo,
): Promise<TokenPair> {
  const { wrongPasswordsPerAddress, devices, now } = dependencies;
  // Without a limit for addresses, the address is not the client's own.
  const address = wrongPasswordsPerAddress === undefined ? undefined : client.address;
  const from = { deviceId, address };
  const { userId, changes } = await checkPassword(dependencies, email, password, from);
  await devices.remember(userId, namesOf(from), now());
  // Another device may change the password, or delete the account, after it was checked. It does that first and then ends the
  // sessions that are stored, so one of the two sees the other.
  const mayStay = async () => {
    const present = await dependencies.credentials.credentialsOf(email);
    return present?.userId === userId && present.changes === changes;
  };
  return openSession(dependencies, userId, client, mayStay);
}

/**
 * Opens a session of a user who has proven who they are. A session too many ends one that is unused for long.
 * @param mayStay is asked once the session is stored
 * @throws AccountSuspended. A suspension first marks the account and then ends the sessions that are stored, so the profile is
 * read once the session is: one of the two sees the other.
 */
export async function openSession(
  dependencies: Dependencies,
  userId: string,
  client: ClientInfo,
  mayStay: () => Promise<boolean> = async () => true,
): Promise<TokenPair> {
  const { profiles, sessions, refreshTokens, accessTokens, refreshSeconds, audit, newId, now } = dependencies;
  const sessionId = newId();
  const { token, familyHash, rotationHash } = refreshTokens.first(userId, sessionId);
  await sessions.create({
    ...client,
    id: sessionId,
    userId,
    familyHash,
    rotationHash,
    createdAt: now().toISOString(),
    expiresAt: new Date(now().getTime() + refreshSeconds * 1000),
  });
  const [stays, account] = await Promise.all([mayStay(), profiles.profileOf(userId)]);
  if (!stays || !account || account.suspendedAt !== undefined) {
    await sessions.remove(userId, sessionId, now());
    if (!stays || !account) throw new WrongCredentials();
    audit.note({ event: 'log_in_refused', userId });
    throw new AccountSuspended();
  }
  audit.note({ event: 'logged_in', userId, session: sessionId });
  await endSurplusSessions(dependencies, userId, sessionId);
  const { username, staff } = account;
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
    audit,
  }: { sessions: Pick<SessionStore, 'end'>; refreshTokens: Pick<RefreshTokens, 'read'>; audit: Audit },
  userId: string,
  token: string,
): Promise<void> {
  const claim = refreshTokens.read(token);
  if (claim?.userId !== userId || !(await sessions.end(claim))) {
    throw new TokenInvalid('This is not a valid refresh token of yours.');
  }
  audit.note({ event: 'logged_out', userId, session: claim.sessionId });
}
