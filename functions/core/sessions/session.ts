/** What logged in or refreshed last, as far as its request tells. */
export interface ClientInfo {
  /** What the client calls itself: its `User-Agent`. Anybody can claim any. */
  readonly device: string;
  /** The IP address that the request came from. */
  readonly address: string;
}

/** A login on one device: a family of refresh tokens, each valid for one use. */
export interface Session extends ClientInfo {
  readonly id: string;
  readonly userId: string;
  /** Hash of the secret that all tokens of the family share. It tells a used token from an invented one. */
  readonly familyHash: string;
  /** Hash of the secret that only the current token has. */
  readonly rotationHash: string;
  readonly createdAt: string;
  readonly expiresAt: Date;
}

/** The claims of a refresh token, with its secrets hashed. */
export interface RefreshClaim {
  readonly userId: string;
  readonly sessionId: string;
  readonly familyHash: string;
  readonly rotationHash: string;
}

/** The caller, according to their access token. */
export interface Identity {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
  readonly staff: boolean;
  readonly expiresAt: Date;
}

export interface TokenPair {
  readonly access: string;
  readonly refresh: string;
}

export interface SessionStore {
  create(session: Session): Promise<void>;
  /**
   * Replaces the current rotation hash by `next` if `claim` has it, in one conditional write: `rotated`. `unknown`
   * means that there is no such live session or family, or that it is too old. Otherwise an old token came back, and the
   * result tells how the current token came to be; before the first exchange that is unknown.
   */
  rotate(claim: RefreshClaim, next: Rotation, now: Date): Promise<'rotated' | 'unknown' | LastExchange>;
  /** Ends the session if the claim is of its family; false if there was nothing to end. */
  end(claim: RefreshClaim): Promise<boolean>;
}

/** A session as its user sees it. */
export interface LiveSession extends ClientInfo {
  readonly id: string;
  readonly createdAt: string;
  /** The last exchange of its refresh token, or the log-in before the first one. */
  readonly lastUsedAt: string;
}

/** The sessions of a user. */
export interface SessionList {
  /** Those that live, in any order. Strongly consistent. */
  of(userId: string, now: Date): Promise<readonly LiveSession[]>;
  /** Ends a session; false if the user has no such live session. */
  remove(userId: string, sessionId: string, now: Date): Promise<boolean>;
}

export interface Rotation extends ClientInfo {
  readonly rotationHash: string;
  /** The new token is derived from the replaced token and this salt. */
  readonly salt: string;
  readonly expiresAt: Date;
  /** A session that began earlier is not extended. */
  readonly bornSince: Date;
}

/** The token that was replaced last, by its hash, with the time and the salt. */
export interface LastExchange {
  readonly replacedHash: string | undefined;
  readonly salt: string;
  readonly at: Date;
}

/** A refresh token to hand out, and the hashes to store. */
export interface IssuedRefresh {
  readonly token: string;
  readonly familyHash: string;
  readonly rotationHash: string;
}

export interface RefreshTokens {
  /** The first token of a new family. */
  first(userId: string, sessionId: string): IssuedRefresh;
  newSalt(): string;
  /** The successor of `token`, with the same family secret. The same salt always gives the same successor. */
  next(token: string, salt: string): IssuedRefresh;
  /** The claims of a token; undefined for a text that does not look like a refresh token. */
  read(token: string): RefreshClaim | undefined;
}

export interface AccessTokens {
  sign(identity: Omit<Identity, 'expiresAt'>): Promise<string>;
}

/** A public key as a JWK (RFC 7517). */
export interface PublicKey {
  readonly kty: string;
  readonly kid: string;
  readonly [member: string]: unknown;
}

/** The published keys, for functions that verify tokens. */
export interface PublicKeyReader {
  read(): Promise<readonly PublicKey[]>;
}

export interface PublicKeyWriter {
  write(keys: readonly PublicKey[]): Promise<void>;
}
