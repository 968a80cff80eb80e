import {
  type CompactJWSHeaderParameters,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWTVerifyGetKey,
  jwtVerify,
  SignJWT,
} from 'jose';
import { TokenExpired, TokenInvalid } from '../core/errors.ts';
import { isId } from '../core/ids.ts';
import type { AccessTokens, Identity, PublicKeyReader } from '../core/sessions/session.ts';
import { isCompactJws } from './compact-jws.ts';
import type { SigningKey } from './signing-keys.ts';

/**
 * The only algorithm, for signing and for verifying (RFC 8725 §3.1). Tokens with `none`, or with the public key as an
 * HMAC secret, are refused.
 */
const ALGORITHM = 'EdDSA';

/** Signs access tokens. `issuer` is also the audience: a token of one stage is not valid in another. */
export function accessTokens(options: {
  readonly signingKey: () => Promise<SigningKey>;
  readonly issuer: string;
  readonly lifetimeSeconds: number;
  readonly newId: () => string;
  readonly now: () => Date;
}): AccessTokens {
  const { signingKey, issuer, lifetimeSeconds, newId, now } = options;
  return {
    async sign({ userId, username, sessionId, staff }) {
      const { kid, privateKey } = await signingKey();
      const issuedAt = Math.floor(now().getTime() / 1000);
      return new SignJWT({
        token_type: 'access',
        user_id: userId,
        username,
        sid: sessionId,
        ...(staff && { staff }),
      })
        .setProtectedHeader({ alg: ALGORITHM, kid, typ: 'JWT' })
        .setSubject(userId)
        .setIssuer(issuer)
        .setAudience(issuer)
        .setJti(newId())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .sign(privateKey);
    },
  };
}

export type VerifyAccessToken = (token: string) => Promise<Identity>;

/**
 * Verifies access tokens in process.
 * @returns a function that throws TokenExpired or TokenInvalid
 */
export function accessTokenVerifier(options: {
  readonly keys: JWTVerifyGetKey;
  readonly issuer: string;
  readonly now: () => Date;
}): VerifyAccessToken {
  const { keys, issuer, now } = options;
  return async (token) => {
    if (!isCompactJws(token)) throw new TokenInvalid();
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [ALGORITHM],
      issuer,
      audience: issuer,
      currentDate: now(),
      requiredClaims: ['exp', 'iat', 'jti', 'sub', 'sid', 'username', 'token_type'],
    }).catch(explain);
    const { sub, sid, username, token_type: type, exp, staff } = payload;
    const fits =
      typeof sub === 'string' && isId(sub) && typeof sid === 'string' && typeof username === 'string';
    if (type !== 'access' || !fits || exp === undefined) throw new TokenInvalid();
    return { userId: sub, username, sessionId: sid, staff: staff === true, expiresAt: new Date(exp * 1000) };
  };
}

/** Tells mistakes of the client. A fault of the server, for example keys that cannot be read, stays a fault. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new TokenExpired();
  if (error instanceof errors.JOSEError) throw new TokenInvalid();
  throw error;
}

/** A withdrawn key, for example one whose secret leaked, is trusted no longer than this. */
const MAX_AGE_MS = 5 * 60 * 1000;

/** Invented key ids must not turn every request into a read. */
const COOLDOWN_MS = 10_000;

/**
 * The published keys. They are read at a cold start, every few minutes, and when a token names an unknown key, which
 * is how a rotation arrives.
 */
export function keySet({ published, now }: { published: PublicKeyReader; now: () => Date }): JWTVerifyGetKey {
  let current: { readonly find: JWTVerifyGetKey; readonly readAt: number } | undefined;

  async function read(): Promise<JWTVerifyGetKey> {
    const readAt = now().getTime();
    const keys = (await published.read()) as JWK[];
    const find = createLocalJWKSet({ keys });
    // Before a stage's first login there are no keys. That is not kept, as keys may come at any moment.
    current = keys.length > 0 ? { find, readAt } : undefined;
    return find;
  }

  return async (header: CompactJWSHeaderParameters, token: FlattenedJWSInput) => {
    const isOld = current && now().getTime() - current.readAt > MAX_AGE_MS;
    const find = current && !isOld ? current.find : await read();
    try {
      return await find(header, token);
    } catch (error) {
      const isFresh = !current || now().getTime() - current.readAt < COOLDOWN_MS;
      if (!(error instanceof errors.JWKSNoMatchingKey) || isFresh) throw error;
      return (await read())(header, token);
    }
  };
}
