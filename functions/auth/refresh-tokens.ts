import { createHmac } from 'node:crypto';
import { isId } from '../core/ids.ts';
import type { IssuedRefresh, RefreshTokens } from '../core/sessions/session.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

/**
 * Refresh tokens are `<user id>.<session id>.<family secret>.<rotation secret>`, opaque to clients. The ids find the
 * session. The family secret proves that the token was issued for it, and the rotation secret that it is the current
 * one.
 *
 * Each rotation secret is derived from the one before it and a salt that is stored with the session. So the successor
 * of a token can be given again when its answer was lost, and it is never stored in clear: the table has no secret,
 * and the holder of an old token has no salt.
 */
export function refreshTokens(randomBytes: (size: number) => Buffer): RefreshTokens {
  const secret = () => newSecret(randomBytes);

  function issue(userId: string, sessionId: string, family: string, rotation: string): IssuedRefresh {
    return {
      token: `${userId}.${sessionId}.${family}.${rotation}`,
      familyHash: hashOf(family),
      rotationHash: hashOf(rotation),
    };
  }

  return {
    first: (userId, sessionId) => issue(userId, sessionId, secret(), secret()),
    newSalt: secret,
    next(token, salt) {
      const parts = split(token);
      if (!parts) throw new TypeError('only a refresh token has a next one');
      const { userId, sessionId, family, rotation } = parts;
      return issue(userId, sessionId, family, derive(rotation, family, salt));
    },
    read(token) {
      const parts = split(token);
      if (!parts) return undefined;
      const { userId, sessionId, family, rotation } = parts;
      return { userId, sessionId, familyHash: hashOf(family), rotationHash: hashOf(rotation) };
    },
  };
}

function split(token: string) {
  const [userId = '', sessionId = '', family = '', rotation = '', ...rest] = token.split('.');
  const fits = isId(userId) && isId(sessionId) && isSecret(family) && isSecret(rotation) && rest.length === 0;
  return fits ? { userId, sessionId, family, rotation } : undefined;
}

/** HMAC-SHA-256 (RFC 2104), keyed with the replaced secret. */
function derive(rotation: string, family: string, salt: string): string {
  return createHmac('sha256', rotation).update(`${family}.${salt}`).digest('base64url');
}
