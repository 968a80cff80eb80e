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
