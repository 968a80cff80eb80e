/** A login on one device: a family of refresh tokens, each good for one use. */
export interface Session {
  readonly id: string;
  readonly userId: string;
  /** Hash of the secret that all tokens of the family share: it tells a used token from a made-up one. */
  readonly familyHash: string;
  /** Hash of the secret that only the current token has. */
  readonly rotationHash: string;
  readonly createdAt: string;
  readonly expiresAt: Date;
}

/** What a refresh token says, after hashing its secrets. */
export interface RefreshClaim {
  readonly userId: string;
  readonly sessionId: string;
  readonly familyHash: string;
  readonly rotationHash: string;
}

/** Who a caller is, as their access token says. */
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
   * Replaces the current rotation hash by `next` if `claim` holds it, in one conditional write: `rotated`.
   * `unknown`: no such live session or family. Else the family is right and the rotation is not: an old token came back,
   * and this is how the current one came to be; nothing is known of that before the first exchange.
   */
  rotate(claim: RefreshClaim, next: Rotation, now: Date): Promise<'rotated' | 'unknown' | LastExchange>;
  /** Ends the session if the claim is of its family; false when there was nothing to end. */
  end(claim: RefreshClaim): Promise<boolean>;
}

export interface Rotation {
  readonly rotationHash: string;
  /** With it the new token follows from the one that it replaces. */
  readonly salt: string;
  readonly expiresAt: Date;
}

/** Which token was replaced last, by its hash; when, and with which salt. */
export interface LastExchange {
  readonly replacedHash: string | undefined;
  readonly salt: string;
  readonly at: Date;
}

/** A refresh token as it is handed out, and the hashes that are kept. */
export interface IssuedRefresh {
  readonly token: string;
  readonly familyHash: string;
  readonly rotationHash: string;
}

export interface RefreshTokens {
  /** The first token of a new family. */
  first(userId: string, sessionId: string): IssuedRefresh;
  newSalt(): string;
  /** The token that replaces `token`, with the same family secret: always the same one for the same salt. */
  next(token: string, salt: string): IssuedRefresh;
  /** What a token claims; undefined when it is not one of ours by its shape. */
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

/** The published keys, where those that verify tokens find them. */
export interface PublicKeyReader {
  read(): Promise<readonly PublicKey[]>;
}

export interface PublicKeyWriter {
  write(keys: readonly PublicKey[]): Promise<void>;
}
