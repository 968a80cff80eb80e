/** Somebody else's log-in, whose tokens are taken for Parley's own (`-c issuers`). */
export interface Issuer {
  /** Its name, as its tokens say it in `iss`, character by character. */
  readonly issuer: string;
  /** The address of its keys. Without one, its discovery document says it. */
  readonly jwks?: string;
  /** A token must be for one of these (`aud`). */
  readonly audience?: readonly string[];
  /** A token must have been issued to one of these (`client_id`, `azp`). */
  readonly clientId?: readonly string[];
  /** Signatures that are accepted. None of them is symmetric. */
  readonly algorithms: readonly string[];
  /** Those that have other names than in OpenID Connect. */
  readonly claims?: Partial<ClaimNames>;
}

/** The claims of a token that tell about its user. */
export interface ClaimNames {
  /** It never changes, and no other user of the issuer has ever had it. */
  readonly id: string;
  readonly username: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
}

/** A user as an issuer knows them. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** What an issuer's token says about its user, in a form that an account may have. */
export interface ExternalUser extends Identity {
  /** A wish: another account may have it. */
  readonly username: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** The issuer has verified it. */
  readonly email?: string | undefined;
}

/**
 * Verifies a token of a trusted issuer.
 * @throws SubjectTokenInvalid, SubjectTokenExpired, IssuerUnavailable
 */
export type VerifySubjectToken = (
  token: string,
  type: SubjectTokenType,
) => Promise<{ readonly issuer: Issuer; readonly claims: Readonly<Record<string, unknown>> }>;

/** The kinds of tokens that are taken (RFC 8693 §3). */
export type SubjectTokenType = 'access_token' | 'id_token' | 'jwt';
