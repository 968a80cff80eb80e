import type { Action, Frame } from '../contract/frame-types.ts';
import { hasCode, ParleyError } from '../errors.ts';
import { observable } from '../observable.ts';
import type { Retry } from '../retry.ts';
import type { Session } from '../session/session.ts';
import { createHeartbeat } from './heartbeat.ts';
import { createReconnector } from './reconnect.ts';
import { openSocket, type Socket, type SocketConstructor } from './socket.ts';
import type { PageEvent, WakeUps } from './wake-ups.ts';

/**
 * `off`: nobody is logged in, or the client was closed. `waiting`: the next attempt follows after a pause. `replaced`: the account
 * has too many connections, and newer ones go on. The next attempt follows when the page is shown again, or with `reconnect`.
 */
export type ConnectionState = 'off' | 'connecting' | 'online' | 'waiting' | 'replaced';

/** When the gateway closes a socket, in ms. Change these only for another gateway than API Gateway. */
export interface Limits {
  /** After this much silence: 10 minutes. */
  readonly idleMs: number;
  /** However busy it is: 2 hours. */
  readonly connectionMs: number;
}

interface Options {
  readonly url: string;
  readonly session: Pick<Session, 'access' | 'refresh' | 'freshFor' | 'end'>;
  readonly WebSocket: SocketConstructor;
  readonly now: () => number;
  readonly random: () => number;
  readonly retry: Retry;
  readonly limits: Limits;
  readonly wakeUps: WakeUps;
  readonly probe: () => Promise<unknown>;
  readonly onFrame: (frame: Frame) => void;
  /** A socket has opened. `isRenewal`: the previous one still worked, so at most a moment was missed. */
  readonly onOpen: (isRenewal: boolean) => void;
  /** The connection works, but frames may have been missed. */
  readonly onAlive: () => void;
  /** The page is hidden and may be closed next: the last moment to send anything. */
  readonly onHidden: () => void;
}

const REPLY_MS = 10_000;

/** The device's connection to the server: a sequence of sockets. The next one opens before the last one closes. */
export function createConnection(options: Options) {
  const { url, session, WebSocket, now, random, limits, wakeUps, onFrame, onOpen, onHidden } = options;
  const state = observable<ConnectionState>('off');
  /** The sockets with their tokens. Includes retired sockets that wait for a last reply. */
  const sockets = new Map<Socket, string>();
  let current: Socket | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let stopWaking: (() => void) | undefined;
  let isOn = false;
  /** To connect again by itself would replace another client, which would do the same. */
  let isReplaced = false;

  const updateState = () => {
    if (!isOn) return state.set('off');
    if (current) return state.set('online');
    state.set(reconnector.isConnecting ? 'connecting' : isReplaced ? 'replaced' : 'waiting');
  };

  const open = (token: string) => {
    const socket: Socket = openSocket({
      url,
      token,
      WebSocket,
      onFrame: (frame) => receive(frame, socket, sockets.get(socket) ?? token),
      onClose: () => closed(socket),
    });
    sockets.set(socket, token);
    return socket;
  };

  const opened = (socket: Socket) => {
    const previous = current;
    current = socket;
    isReplaced = false;
    heartbeat.begin(socket);
    previous?.retire();
    updateState();
    // A listener of the state may have closed it.
    if (current !== socket) return;
    renewIn(socket, now() + limits.connectionMs * (0.85 + 0.1 * random()));
    onOpen(previous !== undefined);
  };

  /** Not all clients at once, and well before the token expires or, at `end`, API Gateway closes the socket. */
  const renewIn = (socket: Socket, end: number) => {
    const [left, fresh] = [end - now(), session.freshFor() + 1];
    clearTimeout(renewal);
    renewal = setTimeout(
      () => void (fresh < left ? renew(socket, end) : reconnector.connect()),
      Math.max(Math.min(left, fresh), 1_000),
    );
  };

  /** Sends the next token over the open socket. If that fails, a new socket carries it. */
  const renew = async (socket: Socket, end: number) => {
    try {
      const token = await session.access();
      if (socket !== current) return;
      await socket.request({ action: 'auth.refresh', token }, REPLY_MS);
      if (socket !== current) return;
      sockets.set(socket, token);
      renewIn(socket, end);
    } catch {
      if (socket === current) await reconnector.connect();
    }
  };

  const closed = (socket: Socket) => {
    sockets.delete(socket);
    if (socket !== current) return;
    current = undefined;
    reconnector.lost();
    heartbeat.end();
    clearTimeout(renewal);
    if (!isOn) return;
    if (reconnector.isConnecting || isReplaced) updateState();
    else reconnector.retry();
  };

  const receive = (frame: Frame, socket: Socket, token: string) => {
    if (socket === current) heartbeat.received();
    if (frame.type === 'error' && frame.code === 'token_expired') void renewToken(socket, token);
    else reconnector.received();
    if (frame.type === 'session.ended') void session.end(token);
    if (frame.type === 'connection.replaced' && socket === current) {
      isReplaced = true;
      socket.close();
    }
    onFrame(frame);
  };

  const renewToken = async (socket: Socket, token: string) => {
    // If this fails, it fails in `connect` as well, which handles the error.
    await session.refresh(token).catch(() => undefined);
    if (socket !== current) return;
    socket.close();
    // If the server says that every token has expired, pause before the next attempt.
    if (reconnector.failures < 2) await reconnector.connect();
  };

  const heartbeat = createHeartbeat(options);
  const reconnector = createReconnector({
    ...options,
    open,
    onOpen: opened,
    onChange: updateState,
    onEnded: () => stop(),
  });

  const wake = (event?: PageEvent) => {
    if (event === 'used') return heartbeat.used();
    if (event === 'hidden') {
      onHidden();
      return heartbeat.hidden();
    }
    if (event === 'offline') return void heartbeat.ping(false);
    reconnector.reset();
    if (event === 'shown') heartbeat.shown();
    else void heartbeat.ping(true);
    // An attempt that began on the previous network may hang for long.
    const isOutdated = reconnector.isConnecting && event !== 'shown';
    if (isOutdated) reconnector.stop();
    if (isOn && (isOutdated || !current)) void reconnector.connect();
  };

  const start = () => {
    if (isOn) return;
    reconnector.reset();
    stopWaking = wakeUps(wake);
    isOn = true;
    void reconnector.connect();
  };

  const stop = () => {
    isOn = false;
    updateState();
    reconnector.stop();
    clearTimeout(renewal);
    stopWaking?.();
    stopWaking = undefined;
    for (const socket of sockets.keys()) socket.close();
  };

  return {
    state,
    start,
    stop,
    wake,
    /** Rejects with the server's error, `timeout` or `offline`. */
    async request(action: Action): Promise<Frame> {
      const socket = current;
      if (!socket) throw new ParleyError('offline', 'There is no connection.');
      try {
        heartbeat.sent();
        return await socket.request(action, REPLY_MS);
      } catch (error) {
        // The reply is late or lost, or the connection is dead. A ping tells.
        if (hasCode(error, 'timeout') && socket === current) void heartbeat.ping(true);
        throw error;
      }
    },
  };
}
