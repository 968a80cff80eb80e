import { atMost } from '../at-most.ts';
import type { Audit } from '../audit/audit.ts';
import { SESSION_ENDED, SessionNotFound, TokenInvalid } from '../errors.ts';
import { isId } from '../ids.ts';
import type { Identity, LiveSession, SessionList } from './session.ts';

/**
 * A user has at most so many sessions. Each one that ends costs a write, and a request that ends all of them may cost as
 * much as ten messages.
 */
export const MAX_SESSIONS = 40;

/** So many writes are made at once. */
const PARALLEL = 25;

interface Dependencies {
  readonly sessions: SessionList;
  readonly now: () => Date;
}

interface Audited extends Dependencies {
  readonly audit: Audit;
}

export type Caller = Pick<Identity, 'userId' | 'sessionId'>;

/**
 * The sessions of a user, the newest log-in first.
 * @throws TokenInvalid if the one that asks has ended
 */
export async function ownSessions(
  dependencies: Dependencies,
  caller: Caller,
): Promise<readonly LiveSession[]> {
  const live = await liveFor(dependencies, caller);
  return live.toSorted((a, b) => compare(b.createdAt, a.createdAt) || compare(a.id, b.id));
}

/**
 * Ends one session of a user, which may be the one that asks. The stream's function then closes its sockets.
 * @throws SessionNotFound, alike for a session of another user, one that has ended and one that cannot exist
 */
export async function endSession(
  { sessions, audit, now }: Audited,
  userId: string,
  sessionId: string,
): Promise<void> {
  if (!isId(sessionId) || !(await sessions.remove(userId, sessionId, now()))) {
    throw new SessionNotFound(sessionId);
  }
  audit.note({ event: 'session_ended', userId, session: sessionId });
}

/**
 * Ends all sessions of a user but the one that asks. If it fails in between, a repetition ends the rest.
 * @throws TokenInvalid if the one that asks has ended: then it ends no other
 */
export async function endOtherSessions(dependencies: Audited, caller: Caller): Promise<void> {
  const live = await liveFor(dependencies, caller);
  // Some may have ended even if it fails in between.
  dependencies.audit.note({ event: 'other_sessions_ended', userId: caller.userId });
  await endOthers(dependencies, caller, live);
}

/**
 * The same for a caller who has proven more than a token, the password: even if their own session has ended, no other one
 * outlives this.
 */
export async function endEveryOtherSession(dependencies: Dependencies, caller: Caller): Promise<void> {
  await endOthers(dependencies, caller, await dependencies.sessions.of(caller.userId, dependencies.now()));
}

/** Ends all sessions of a user whose account is deleted. */
export async function endEverySession(dependencies: Dependencies, userId: string): Promise<void> {
  await endAll(dependencies, userId, await dependencies.sessions.of(userId, dependencies.now()));
}

const endOthers = (dependencies: Dependencies, { userId, sessionId }: Caller, live: readonly LiveSession[]) =>
  endAll(
    dependencies,
    userId,
    live.filter(({ id }) => id !== sessionId),
  );

/** The check before this read is eventually consistent. This one is not, and costs nothing. */
async function liveFor({ sessions, now }: Dependencies, { userId, sessionId }: Caller) {
  const live = await sessions.of(userId, now());
  if (!live.some(({ id }) => id === sessionId)) throw new TokenInvalid(SESSION_ENDED);
  return live;
}

/**
 * Ends the sessions beyond {@link MAX_SESSIONS} that were unused for longest, after `newest` was stored. Of several log-ins
 * at once, the last one to read sees the sessions of all. So the limit holds once they have been answered. A log-in ends
 * {@link PARALLEL} at most, and leaves more than that to the next ones: it must be quick.
 */
export async function endSurplusSessions(
  dependencies: Audited,
  userId: string,
  newest: string,
): Promise<void> {
  const live = await dependencies.sessions.of(userId, dependencies.now());
  const surplus = live
    .filter(({ id }) => id !== newest)
    .toSorted((a, b) => compare(b.lastUsedAt, a.lastUsedAt) || compare(a.id, b.id))
    .slice(MAX_SESSIONS - 1)
    .slice(-PARALLEL);
  if (surplus.length > 0) dependencies.audit.note({ event: 'surplus_sessions_ended', userId });
  await endAll(dependencies, userId, surplus);
}

async function endAll(
  { sessions, now }: Dependencies,
  userId: string,
  ended: readonly LiveSession[],
): Promise<void> {
  await atMost(PARALLEL, ended, async ({ id }) => {
    await sessions.remove(userId, id, now());
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
