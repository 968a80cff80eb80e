import type { LinkTokens } from '../core/accounts/links.ts';
import { isId } from '../core/ids.ts';
import { hashOf, isSecret, newSecret } from './secrets.ts';

/** The token of a link in a mail is `<user id>.<secret>`. The table has the hash of the secret alone. */
export function linkTokens(randomBytes: (size: number) => Buffer): LinkTokens {
  return {
    issue(userId) {
      const secret = newSecret(randomBytes);
      return { token: `${userId}.${secret}`, hash: hashOf(secret) };
    },
    read(token) {
      const [userId = '', secret = '', ...rest] = token.split('.');
      if (!isId(userId) || !isSecret(secret) || rest.length > 0) return undefined;
      return { userId, hash: hashOf(secret) };
    },
  };
}
