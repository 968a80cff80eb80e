import type { TokenPair } from '../contract/http-types.ts';
import { ParleyError } from '../errors.ts';
import type { Tokens } from './token-store.ts';

/** A token is replaced when a minute of its lifetime is left, or a fifth if that is less. */
const MARGIN_MS = 60_000;

/** The claims of an access token (RFC 7519 §4). Only the server can verify them. */
export function claimsOf(access: string) {
  const part = (access.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/');
  const bytes = Uint8Array.from(atob(part), (character) => character.charCodeAt(0));
  const claims = JSON.parse(new TextDecoder().decode(bytes));
  return {
    user: { id: String(claims.user_id), username: String(claims.username) },
    session: String(claims.sid),
    lifetime: (Number(claims.exp) - Number(claims.iat)) * 1000,
  };
}

export const haveSameUser = (one: string, other: string) => claimsOf(one).user.id === claimsOf(other).user.id;

export const haveSameSession = (one: string, other: string) =>
  claimsOf(one).session === claimsOf(other).session;

/** False for anything else that was left in a store. */
export function isReadable({ access, refresh, since, lifetime }: Tokens): boolean {
  try {
    return claimsOf(access).lifetime > 0 && typeof refresh === 'string' && since + lifetime > 0;
  } catch {
    return false;
  }
}

/** The tokens of a response that came now. */
export function receivedTokens({ access, refresh }: TokenPair, now: number): Tokens {
  try {
    return { access, refresh, since: now, lifetime: claimsOf(access).lifetime };
  } catch {
    // A proxy in front of the server has answered 200.
    throw new ParleyError('unavailable', 'The server did not answer with tokens.');
  }
}

/** How long the access token may still be used, in ms. Negative if it must be replaced. */
export function freshFor({ since, lifetime }: Tokens, now: number): number {
  const age = now - since;
  // If the clock was set back, the token's age is unknown.
  return age < 0 ? 0 : lifetime - Math.min(MARGIN_MS, lifetime / 5) - age;
}
