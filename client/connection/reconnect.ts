import { hasCode } from '../errors.ts';
import type { Retry } from '../retry.ts';
import type { Session } from '../session/session.ts';
import type { Socket } from './socket.ts';

interface Options {
  readonly session: Pick<Session, 'access' | 'refresh'>;
  readonly retry: Retry;
  /** Any request to the HTTP API. A browser does not say why a handshake was refused, but an HTTP error does. */
  readonly probe: () => Promise<unknown>;
  readonly open: (token: string) => Socket;
  readonly onOpen: (socket: Socket) => void;
  /** An attempt has begun, or has failed. */
  readonly onChange: () => void;
  /** The session has ended. */
  readonly onEnded: () => void;
}

/** Opens a socket: one attempt at a time, with growing pauses between them. */
export function createReconnector(options: Options) {
  const { session, probe, open, onOpen, onChange, onEnded } = options;
  const { delay } = options.retry;
  let attempt: { socket?: Socket } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Attempts since the last frame from the server. */
  let failures = 0;
  /** The refresh token was tried since the last frame from the server. */
  let hasCheckedSession = false;

  /**
   * Why an attempt failed. If a handshake is refused although HTTP accepts the access token, the session may have
   * ended. Trying the refresh token tells. This happens once until the next frame from the server.
   */
  const reasonOf = async (error: unknown, token: string | undefined): Promise<unknown> => {
    if (token === undefined || failures <= 1 || hasCheckedSession) return error;
    hasCheckedSession = true;
    return session.refresh(token).then(
      () => error,
      (refusal: unknown) => refusal,
    );
  };

  const connect = async () => {
    if (attempt) return;
    const mine: { socket?: Socket } = {};
    attempt = mine;
    clearTimeout(timer);
    onChange();
    let token: string | undefined;
    try {
      if (failures > 1) await probe();
      token = await session.access();
      if (mine !== attempt) return;
      const socket = open(token);
      mine.socket = socket;
      await socket.opened;
      if (mine !== attempt) return;
      attempt = undefined;
      // Counts as a failure until a frame comes: a socket that closes at once is tried ever more rarely.
      failures += 1;
      onOpen(socket);
    } catch (error) {
      const reason = mine === attempt ? await reasonOf(error, token) : error;
      if (mine === attempt) fail(reason);
    }
  };

  const fail = (reason: unknown) => {
    attempt = undefined;
    if (hasCode(reason, 'session_ended', 'not_logged_in')) return onEnded();
    failures += 1;
    retry(reason);
  };

  const retry = (reason?: unknown) => {
    clearTimeout(timer);
    timer = setTimeout(() => void connect(), delay(reason, failures));
    onChange();
  };

  return {
    get isConnecting() {
      return attempt !== undefined;
    },
    get failures() {
      return failures;
    },
    connect,
    retry,
    /** The next attempts need not wait. */
    reset(): void {
      failures = 0;
    },
    /** The server sent a frame. */
    received(): void {
      failures = 0;
      hasCheckedSession = false;
    },
    /** Gives up the attempt that is under way, and the next one. */
    stop(): void {
      clearTimeout(timer);
      const abandoned = attempt;
      attempt = undefined;
      abandoned?.socket?.close();
    },
  };
}
