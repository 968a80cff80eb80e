import type { Tokens } from './token-store.ts';

/** What an access token says (RFC 7519 §4). It is the server's to verify. */
export function claimsOf(access: string) {
  const part = (access.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes));
  return {
    id: String(claims.user_id),
    username: String(claims.username),
    session: String(claims.sid),
    lifetime: (Number(claims.exp) - Number(claims.iat)) * 1000,
  };
}

/** Whoever can write to a store may have left anything there. */
export function isReadable({ access, refresh, since, lifetime }: Tokens): boolean {
  try {
    return claimsOf(access).lifetime > 0 && typeof refresh === 'string' && since + lifetime > 0;
  } catch {
    return false;
  }
}
