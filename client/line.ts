import { backoff } from './backoff.ts';
import { hasCode, ParleyError } from './errors.ts';
import type { Action, Frame } from './frame-types.ts';
import { type Link, openLink, type SocketConstructor } from './link.ts';
import { observable } from './observable.ts';
import type { Session } from './session.ts';
import type { WakeUps } from './wake-ups.ts';

/** `off`: nobody is logged in, or the client was closed. `waiting`: it will be tried again. */
export type LineState = 'off' | 'connecting' | 'online' | 'waiting';

/** API Gateway's cuts, in ms; others only for a gateway that cuts otherwise. */
export interface Limits {
  readonly idleMs: number;
  readonly connectionMs: number;
}

interface Options {
  readonly url: string;
  readonly session: Pick<Session, 'access' | 'refresh' | 'freshFor' | 'state'>;
  readonly WebSocket: SocketConstructor;
  readonly random: () => number;
  readonly limits: Limits;
  readonly wakeUps: WakeUps;
  /** Asks the HTTP API for anything: a browser does not tell why a handshake was refused, this does. */
  readonly probe: () => Promise<unknown>;
  readonly onFrame: (frame: Frame) => void;
  /** A socket has opened. `isRenewal`: the one before still stood, so nothing can have been missed for long. */
  readonly onOpen: (isRenewal: boolean) => void;
  /** An idle line, or one that the page came back to, was found alive. What was not delivered on it shows now. */
  readonly onAlive: () => void;
}

/** Together they notice a dead line within 15 s of any frame. */
const REPLY_MS = 10_000;
const PONG_MS = 5_000;

/** The device's line to the server: one socket after the other, the next one open before the last one closes. */
export function createLine(options: Options) {
  const { url, session, WebSocket, random, limits, wakeUps, probe, onFrame, onOpen, onAlive } = options;
  const state = observable<LineState>('off');
  let current: Link | undefined;
  let opening: Link | undefined;
  let token = '';
  let failures = 0;
  /** Counts starts and stops: what an earlier run awaited does not concern this one. */
  let run = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let keepAlive: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let stopWaking: (() => void) | undefined;

  const connect = async () => {
    if (isBusy || state.value === 'off') return;
    isBusy = true;
    clearTimeout(retry);
    const mine = run;
    if (!current) state.set('connecting');
    try {
      if (failures > 1) await probe();
      const fresh = await session.access();
      if (mine !== run) return;
      const link: Link = openLink({
        url,
        token: fresh,
        WebSocket,
        onFrame: (frame) => {
          if (mine === run) receive(frame, fresh);
        },
        onClose: () => closed(link),
      });
      opening = link;
      await link.opened;
      if (mine === run) adopt(link, fresh);
      else link.close();
    } catch (error) {
      if (mine === run) failed(error);
    } finally {
      if (mine === run) {
        isBusy = false;
        opening = undefined;
      }
    }
  };

  const adopt = (link: Link, access: string) => {
    const before = current;
    current = link;
    token = access;
    failures = 0;
    before?.retire();
    state.set('online');
    stayAlive();
    // Not all clients at once, and well before API Gateway's cut or the token's end.
    const lifetime = Math.min(limits.connectionMs * (0.85 + 0.1 * random()), session.freshFor() + 1);
    clearTimeout(renewal);
    renewal = setTimeout(() => void connect(), Math.max(lifetime, 1_000));
    onOpen(before !== undefined);
  };

  const failed = (error: unknown) => {
    if (hasCode(error, 'session_ended', 'not_logged_in')) return stop();
    failures += 1;
    const { retryAfter } = error as Partial<ParleyError>;
    again(Math.max(backoff(failures, random), (retryAfter ?? 0) * 1000));
  };

  const again = (delayMs: number) => {
    if (!current) state.set('waiting');
    clearTimeout(retry);
    retry = setTimeout(() => void connect(), delayMs);
  };

  const closed = (link: Link) => {
    if (link !== current) return;
    current = undefined;
    clearTimeout(keepAlive);
    clearTimeout(renewal);
    if (state.value === 'off') return;
    if (isBusy) state.set('connecting');
    else again(backoff(0, random));
  };

  const receive = (frame: Frame, access: string) => {
    if (frame.type === 'error' && frame.code === 'token_expired') void renewToken(access);
    onFrame(frame);
  };

  const renewToken = async (access: string) => {
    const mine = run;
    // What fails here, fails in `connect` as well, which knows what to do.
    await session.refresh(access).catch(() => undefined);
    if (mine !== run || token !== access) return;
    current?.close();
    await connect();
  };

  const stayAlive = () => {
    clearTimeout(keepAlive);
    // 9 of 10 minutes at most; a hidden page's timers may be late by one of them.
    keepAlive = setTimeout(() => void check(), limits.idleMs * 0.85);
  };

  const ask = (link: Link, action: Action, deadlineMs: number) => {
    stayAlive();
    return link.request(action, deadlineMs);
  };

  /** Whether the line lives. What does not answer is given up, and the next one tried at once. */
  const check = async () => {
    const link = current;
    if (!link) return;
    try {
      await ask(link, { action: 'ping' }, PONG_MS);
      if (link === current) onAlive();
    } catch (error) {
      if (hasCode(error, 'timeout')) link.close();
    }
  };

  const wake = () => {
    failures = 0;
    if (current) void check();
    else if (isBusy) opening?.close();
    else void connect();
  };

  const start = () => {
    if (state.value !== 'off') return;
    run += 1;
    isBusy = false;
    failures = 0;
    state.set('connecting');
    stopWaking = wakeUps(wake);
    void connect();
  };

  const stop = () => {
    run += 1;
    state.set('off');
    for (const timer of [retry, renewal, keepAlive]) clearTimeout(timer);
    stopWaking?.();
    current?.close();
    opening?.close();
    current = opening = undefined;
  };

  return {
    state,
    start,
    stop,
    wake,
    /** Rejects with what the server refused, or `timeout`, or `offline`. */
    async request(action: Action): Promise<Frame> {
      if (!current) throw new ParleyError('offline', 'There is no connection.');
      const link = current;
      try {
        return await ask(link, action, REPLY_MS);
      } catch (error) {
        // Late, or lost, or the line is dead: a ping tells.
        if (hasCode(error, 'timeout') && link === current) void check();
        throw error;
      }
    },
  };
}
