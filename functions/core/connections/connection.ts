/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The one conversation that the socket is for. */
  readonly conversation: string;
  readonly connectedAt: Date;
}

/** API Gateway closes any socket after two hours; a row older than this is of a socket whose `$disconnect` got lost. */
export const CONNECTION_SECONDS = 2 * 60 * 60;
