import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { IssuerUnavailable, SubjectTokenExpired, SubjectTokenInvalid } from '../core/errors.ts';
import type { Issuer, SubjectTokenType, VerifySubjectToken } from '../core/issuers/issuer.ts';
import { isCompactJws } from './compact-jws.ts';

/** How far the clocks of an issuer and of this function may differ. */
const CLOCK_TOLERANCE_SECONDS = 60;

/**
 * The types of tokens (`typ`) that tell about a user: none, the general one, and that of access tokens (RFC 9068 §2.1). Others,
 * such as the notice of a logout, are signed by the same keys and must not pass for them (RFC 8725 §3.11).
 */
const TYPES: Readonly<Record<string, readonly SubjectTokenType[]>> = {
  '': ['access_token', 'id_token', 'jwt'],
  jwt: ['access_token', 'id_token', 'jwt'],
  'at+jwt': ['access_token', 'jwt'],
};

/** Verifies tokens of these issuers in process. */
export function subjectTokenVerifier(options: {
  readonly issuers: readonly Issuer[];
  readonly keysOf: (issuer: Issuer) => JWTVerifyGetKey;
  readonly now: () => Date;
}): VerifySubjectToken {
  const { keysOf, now } = options;
  const trusted = new Map(options.issuers.map((issuer) => [issuer.issuer, { issuer, keys: keysOf(issuer) }]));
  return async (token, type) => {
    if (!isCompactJws(token)) throw new SubjectTokenInvalid('The `subject_token` is no JWT.');
    const found = trusted.get(issuerNamedIn(token));
    if (!found) throw new SubjectTokenInvalid('The `subject_token` is of no issuer that is trusted here.');
    const { issuer, keys } = found;
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: [...issuer.algorithms],
      issuer: issuer.issuer,
      ...(issuer.audience && { audience: [...issuer.audience] }),
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now(),
      requiredClaims: ['exp'],
    }).catch(explain);
    const fits =
      isOfType(protectedHeader.typ, type) &&
      isIssuedTo(issuer.clientId, payload) &&
      !isFromTheFuture(payload, now()) &&
      !isForSomethingElse(payload);
    if (!fits) throw new SubjectTokenInvalid();
    return { issuer, claims: payload };
  };
}

/** Whom the token claims to come from. It chooses the keys, and counts only once they have verified it. */
function issuerNamedIn(token: string): string {
  try {
    return String(decodeJwt(token).iss);
  } catch {
    throw new SubjectTokenInvalid('The `subject_token` is not a JWT.');
  }
}

/** Tells mistakes of the client. Any other fault comes from a key that cannot be used, so from the issuer. */
function explain(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new SubjectTokenExpired();
  if (error instanceof errors.JOSEError) throw new SubjectTokenInvalid();
  throw error instanceof IssuerUnavailable ? error : new IssuerUnavailable({ cause: error });
}

function isOfType(typ: unknown = '', type: SubjectTokenType): boolean {
  if (typeof typ !== 'string') return false;
  const name = typ.toLowerCase().replace(/^application\//, '');
  return Object.hasOwn(TYPES, name) && TYPES[name]?.includes(type) === true;
}

/** `client_id` is that of RFC 9068, `azp` that of OpenID Connect. A token that has both must fit by both. */
function isIssuedTo(clients: Issuer['clientId'], { client_id, azp }: JWTPayload): boolean {
  const named = [client_id, azp].filter((client) => client !== undefined);
  return !clients || (named.length > 0 && named.every((client) => clients.includes(client as string)));
}

function isFromTheFuture({ iat = 0 }: JWTPayload, now: Date): boolean {
  return iat > now.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS;
}

/**
 * `events` makes it a notice, such as of a logout (RFC 8417 §2.2). `cnf` binds it to a key of its holder (RFC 7800 §3), who
 * cannot prove that here. For whoever has stolen it, an exchange would undo the binding.
 */
function isForSomethingElse(payload: JWTPayload): boolean {
  return payload.events !== undefined || payload.cnf !== undefined;
}
