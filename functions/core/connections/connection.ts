/** An open socket. */
export interface Connection {
  readonly connectionId: string;
  readonly userId: string;
  readonly sessionId: string;
  /** The one conversation that the socket is for; empty for a device's socket, which carries all of them. */
  readonly conversation: string;
  readonly connectedAt: Date;
}

/** API Gateway closes any socket after two hours; a row older than this is of a socket whose `$disconnect` got lost. */
export const CONNECTION_SECONDS = 2 * 60 * 60;

/** The original protocol's clients know messages and errors alone; every other frame is for devices. */
export function isDevice(connection: Connection): boolean {
  return connection.conversation === '';
}
