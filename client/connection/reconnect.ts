import { hasCode } from '../errors.ts';
import type { Retry } from '../retry.ts';
import type { Session } from '../session/session.ts';
import type { Socket } from './socket.ts';

interface Options {
  readonly session: Pick<Session, 'access' | 'refresh'>;
  readonly now: () => number;
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

/** A socket that closes sooner counts as a failure, even if it got frames: a server may close each one at its first message. */
const SETTLED_MS = 2_000;

/** But on a bad network, where sockets work for a moment, the pauses must not grow beyond some seconds. */
const FAILURES_WITH_FRAMES = 3;

/** Opens a socket: one attempt at a time, with growing pauses between them. */
export function createReconnector(options: Options) {
  const { session, now, probe, open, onOpen, onChange, onEnded } = options;
  const { delay } = options.retry;
  let attempt: { socket?: Socket } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Attempts since a socket last lived for {@link SETTLED_MS}. */
  let failures = 0;
  /** Of the socket that is open. */
  let openedAt = Number.POSITIVE_INFINITY;
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

  const settle = () => {
    if (now() - openedAt >= SETTLED_MS) failures = 0;
  };

  const connect = async () => {
    if (attempt) return;
    settle();
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
      // Counts as a failure until it has lived for a while: a socket that closes soon is tried ever more rarely.
      failures += 1;
      openedAt = now();
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
    /** The socket has closed. */
    lost(): void {
      settle();
      openedAt = Number.POSITIVE_INFINITY;
    },
    /** The server sent a frame. */
    received(): void {
      settle();
      failures = Math.min(failures, FAILURES_WITH_FRAMES);
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
