import { createHash } from 'node:crypto';
import type { LinkTokens } from '../core/accounts/links.ts';
import { isId } from '../core/ids.ts';

/** 256 bits cannot be guessed, so a plain hash is enough to store. */
const SECRET_BYTES = 32;
const SECRET = /^[A-Za-z0-9_-]{43}$/;

/** The token of a link in a mail is `<user id>.<secret>`. The table has the hash of the secret alone. */
export function linkTokens(randomBytes: (size: number) => Buffer): LinkTokens {
  return {
    issue(userId) {
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      return { token: `${userId}.${secret}`, hash: hash(secret) };
    },
    read(token) {
      const [userId = '', secret = '', ...rest] = token.split('.');
      if (!isId(userId) || !SECRET.test(secret) || rest.length > 0) return undefined;
      return { userId, hash: hash(secret) };
    },
  };
}

function hash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
