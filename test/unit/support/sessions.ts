import type {
  ClientInfo,
  LastExchange,
  RefreshTokens,
  Session,
  SessionList,
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

/** Two devices, each in a network of its own. */
export const PHONE: ClientInfo = { device: 'Phone/1.0', address: '192.0.2.1' };
export const LAPTOP: ClientInfo = { device: 'Laptop/2.0', address: '2001:db8::2' };

/** Sessions in memory; `calls` has each change in order. */
export function memorySessions(...sessions: readonly Session[]) {
  const live = new Map(sessions.map((session) => [session.id, session]));
  const exchanges = new Map<string, LastExchange>();
  const calls: string[] = [];
  const store: SessionStore & SessionList = {
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
    async of(userId, now) {
      return [...live.values()]
        .filter((session) => session.userId === userId && session.expiresAt > now)
        .map(({ id, createdAt, device, address }) => {
          const lastUsedAt = exchanges.get(id)?.at.toISOString() ?? createdAt;
          return { id, createdAt, lastUsedAt, device, address };
        });
    },
    async remove(userId, sessionId, now) {
      calls.push('remove');
      const session = live.get(sessionId);
      if (session?.userId !== userId || session.expiresAt <= now) return false;
      return live.delete(sessionId);
    },
  };
  return { ...store, calls, rows: () => [...live.values()] };
}
