import type {
  LastExchange,
  RefreshTokens,
  Session,
  SessionStore,
} from '../../../functions/core/sessions/session.ts';

/** Refresh tokens that can be read: `user/session/family/rotation`, each rotation the former plus the salt, which is 1. */
export const readableTokens: RefreshTokens = {
  first: (userId, sessionId) => issue(userId, sessionId, 'family', 1),
  newSalt: () => '1',
  next(token, salt) {
    const [userId = '', sessionId = '', family = '', rotation] = token.split('/');
    return issue(userId, sessionId, family, Number(rotation) + Number(salt));
  },
  read(token) {
    const [userId, sessionId, family, rotation] = token.split('/');
    if (!userId || !sessionId || !family || !rotation) return undefined;
    return { userId, sessionId, familyHash: `#${family}`, rotationHash: `#${rotation}` };
  },
};

function issue(userId: string, sessionId: string, family: string, rotation: number) {
  const token = `${userId}/${sessionId}/${family}/${rotation}`;
  return { token, familyHash: `#${family}`, rotationHash: `#${rotation}` };
}

/** Access tokens that say whose they are. */
export const readableAccess = { sign: async (identity: object) => JSON.stringify(identity) };

/** Sessions in memory; `calls` has each change in order. */
export function memorySessions(...sessions: readonly Session[]) {
  const live = new Map(sessions.map((session) => [session.id, session]));
  const exchanges = new Map<string, LastExchange>();
  const calls: string[] = [];
  const store: SessionStore = {
    async create(session) {
      live.set(session.id, session);
    },
    async rotate(claim, { salt, bornSince, ...next }, now) {
      calls.push('rotate');
      const session = live.get(claim.sessionId);
      const isLive = session && session.userId === claim.userId && session.expiresAt > now;
      if (!isLive || session.familyHash !== claim.familyHash) return 'unknown';
      if (new Date(session.createdAt) < bornSince) return 'unknown';
      if (session.rotationHash !== claim.rotationHash) {
        return exchanges.get(session.id) ?? { replacedHash: undefined, salt: '', at: new Date(0) };
      }
      live.set(session.id, { ...session, ...next });
      exchanges.set(session.id, { replacedHash: claim.rotationHash, salt, at: now });
      return 'rotated';
    },
    async end(claim) {
      calls.push('end');
      const session = live.get(claim.sessionId);
      if (session?.userId !== claim.userId || session.familyHash !== claim.familyHash) return false;
      return live.delete(claim.sessionId);
    },
  };
  return { ...store, calls, rows: () => [...live.values()] };
}
