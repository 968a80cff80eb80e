import { createHash } from 'node:crypto';
import { isId } from '../core/ids.ts';
import type { IssuedRefresh, RefreshTokens } from '../core/sessions/ports.ts';

/** 256 bits: nothing to guess, so that an unsalted hash is enough to keep. */
const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/**
 * Refresh tokens are `<user id>.<session id>.<family secret>.<rotation secret>`: opaque to clients. The ids find the
 * session, the family secret proves that the token was issued for it, the rotation secret that it is the current one.
 */
export function refreshTokens(randomBytes: (size: number) => Buffer): RefreshTokens {
  const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');

  function issue(userId: string, sessionId: string, family: string): IssuedRefresh {
    const rotation = newSecret();
    return {
      token: `${userId}.${sessionId}.${family}.${rotation}`,
      familyHash: hash(family),
      rotationHash: hash(rotation),
    };
  }

  return {
    first: (userId, sessionId) => issue(userId, sessionId, newSecret()),
    next(token) {
      const parts = split(token);
      if (!parts) throw new TypeError('only a refresh token has a next one');
      return issue(parts.userId, parts.sessionId, parts.family);
    },
    read(token) {
      const parts = split(token);
      if (!parts) return undefined;
      const { userId, sessionId, family, rotation } = parts;
      return { userId, sessionId, familyHash: hash(family), rotationHash: hash(rotation) };
    },
  };
}

function split(token: string) {
  const [userId = '', sessionId = '', family = '', rotation = '', ...rest] = token.split('.');
  const fits =
    isId(userId) && isId(sessionId) && SECRET.test(family) && SECRET.test(rotation) && rest.length === 0;
  return fits ? { userId, sessionId, family, rotation } : undefined;
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
