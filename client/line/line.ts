import type { Action, Frame } from '../contract/frame-types.ts';
import { hasCode, ParleyError } from '../errors.ts';
import { observable } from '../observable.ts';
import { backoff, delayAfter } from '../retrying/backoff.ts';
import type { Session } from '../session/session.ts';
import { type Link, openLink, type SocketConstructor } from './link.ts';
import { createPulse } from './pulse.ts';
import type { PageEvent, WakeUps } from './wake-ups.ts';

/** `off`: nobody is logged in, or the client was closed. `waiting`: it will be tried again. */
export type LineState = 'off' | 'connecting' | 'online' | 'waiting';

/** API Gateway's cuts, in ms; others only for a gateway that cuts otherwise. */
export interface Limits {
  /** After so long a silence: 10 minutes. */
  readonly idleMs: number;
  /** However busy: 2 hours. */
  readonly connectionMs: number;
}

interface Options {
  readonly url: string;
  readonly session: Pick<Session, 'access' | 'refresh' | 'freshFor' | 'end'>;
  readonly WebSocket: SocketConstructor;
  readonly now: () => number;
  readonly random: () => number;
  readonly limits: Limits;
  readonly wakeUps: WakeUps;
  /** Asks the HTTP API for anything: a browser does not tell why a handshake was refused, this does. */
  readonly probe: () => Promise<unknown>;
  readonly onFrame: (frame: Frame) => void;
  /** A socket has opened. `isRenewal`: the one before still stood, so nothing can have been missed for long. */
  readonly onOpen: (isRenewal: boolean) => void;
  /** A line was found alive on which something may have been missed: it was silent for long, or the server had lost it. */
  readonly onAlive: () => void;
  /** The page is hidden: the last moment for what was to be told soon, as it may be closed next. */
  readonly onHidden: () => void;
}

/** Together they notice a dead line within 15 s of any frame. */
const REPLY_MS = 10_000;
const PONG_MS = 5_000;

/** The device's line to the server: one socket after the other, the next one open before the last one closes. */
export function createLine(options: Options) {
  const { url, session, WebSocket, now, random, limits, wakeUps, probe, onFrame, onOpen, onAlive, onHidden } =
    options;
  const state = observable<LineState>('off');
  /** With those that only wait for a last reply. */
  const links = new Set<Link>();
  let current: Link | undefined;
  let opening: Link | undefined;
  /** The attempt under way: what an abandoned one awaited does not concern it. */
  let attempt: symbol | undefined;
  /** Attempts since the server last said anything. */
  let failures = 0;
  /** Since then, it was asked whether the session still is one. */
  let hasAskedSession = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  /** Whose pong is awaited. */
  let checked: Link | undefined;
  let mayHaveMissed = false;
  let stopWaking: (() => void) | undefined;

  const connect = async () => {
    if (attempt || state.value === 'off') return;
    const mine = Symbol('attempt');
    attempt = mine;
    clearTimeout(retry);
    if (!current) state.set('connecting');
    let token: string | undefined;
    try {
      if (failures > 1) await probe();
      token = await session.access();
      if (mine !== attempt) return;
      const own = token;
      const link: Link = openLink({
        url,
        token,
        WebSocket,
        onFrame: (frame) => receive(frame, link, own),
        onClose: () => closed(link),
      });
      links.add(link);
      opening = link;
      await link.opened;
      if (mine === attempt) adopt(link);
      else link.close();
    } catch (error) {
      const reason = mine === attempt ? await cause(error, token) : error;
      if (mine === attempt) failed(reason);
    } finally {
      if (mine === attempt) attempt = opening = undefined;
    }
  };

  /**
   * Why an attempt failed. A handshake that is refused although HTTP takes the token may be that of a session which has ended:
   * the refresh token tells. Once, until the server has said something on a socket.
   */
  const cause = async (error: unknown, token: string | undefined): Promise<unknown> => {
    if (token === undefined || failures <= 1 || hasAskedSession) return error;
    hasAskedSession = true;
    return session.refresh(token).then(
      () => error,
      (refusal: unknown) => refusal,
    );
  };

  const abandon = () => {
    const link = opening;
    attempt = opening = undefined;
    link?.close();
  };

  const adopt = (link: Link) => {
    const before = current;
    current = link;
    // Until it has said something: one that closes at once is tried ever more rarely.
    failures += 1;
    mayHaveMissed = false;
    before?.retire();
    state.set('online');
    // Whoever heard that may have ended it.
    if (current !== link) return;
    pulse.begin();
    // Not all clients at once, and well before API Gateway's cut or the token's end.
    const lifetime = Math.min(limits.connectionMs * (0.85 + 0.1 * random()), session.freshFor() + 1);
    clearTimeout(renewal);
    renewal = setTimeout(() => void connect(), Math.max(lifetime, 1_000));
    onOpen(before !== undefined);
  };

  const failed = (error: unknown) => {
    if (hasCode(error, 'session_ended', 'not_logged_in')) return stop();
    failures += 1;
    again(delayAfter(error, failures, random));
  };

  const again = (delayMs: number) => {
    clearTimeout(retry);
    retry = setTimeout(() => void connect(), delayMs);
    if (!current) state.set('waiting');
  };

  const closed = (link: Link) => {
    links.delete(link);
    if (link !== current) return;
    current = undefined;
    pulse.end();
    clearTimeout(renewal);
    if (state.value === 'off') return;
    if (attempt) state.set('connecting');
    else again(backoff(failures, random));
  };

  const receive = (frame: Frame, link: Link, token: string) => {
    if (link === current) pulse.heard();
    if (frame.type === 'error' && frame.code === 'token_expired') void renewToken(link, token);
    else {
      failures = 0;
      hasAskedSession = false;
    }
    if (frame.type === 'session.ended') void session.end(token);
    onFrame(frame);
  };

  const renewToken = async (link: Link, token: string) => {
    // What fails here, fails in `connect` as well, which knows what to do.
    await session.refresh(token).catch(() => undefined);
    if (link !== current) return;
    link.close();
    // A server that finds every token expired is not asked without a pause.
    if (failures < 2) await connect();
  };

  /** Whether the line lives. What does not answer is given up, and the next one tried at once. */
  const check = async (isLong: boolean) => {
    const link = current;
    mayHaveMissed ||= isLong;
    if (!link || checked === link) return;
    checked = link;
    try {
      pulse.said();
      const pong = await link.request({ action: 'ping' }, PONG_MS);
      mayHaveMissed ||= pong.type === 'pong' && pong.restored === true;
      if (link !== current || !mayHaveMissed) return;
      mayHaveMissed = false;
      onAlive();
    } catch (error) {
      if (hasCode(error, 'timeout')) return link.close();
      // A refusal is an answer as well.
      if (link !== current || !mayHaveMissed) return;
      mayHaveMissed = false;
      onAlive();
    } finally {
      if (checked === link) checked = undefined;
    }
  };

  const pulse = createPulse({ check: (isLong) => void check(isLong), idleMs: limits.idleMs, now });

  const wake = (event?: PageEvent) => {
    if (event === 'used') return pulse.used();
    if (event === 'hidden') {
      onHidden();
      return pulse.hidden();
    }
    if (event === 'offline') return void check(false);
    failures = 0;
    if (event === 'shown') pulse.shown();
    else void check(true);
    // What began on the network that was may wait long for nothing.
    const isBegunAnew = attempt !== undefined && event !== 'shown';
    if (isBegunAnew) abandon();
    if (isBegunAnew || !current) void connect();
  };

  const start = () => {
    if (state.value !== 'off') return;
    failures = 0;
    stopWaking = wakeUps(wake);
    state.set('connecting');
    void connect();
  };

  const stop = () => {
    state.set('off');
    clearTimeout(retry);
    clearTimeout(renewal);
    stopWaking?.();
    stopWaking = undefined;
    abandon();
    for (const link of links) link.close();
  };

  return {
    state,
    start,
    stop,
    wake,
    /** Rejects with what the server refused, or `timeout`, or `offline`. */
    async request(action: Action): Promise<Frame> {
      const link = current;
      if (!link) throw new ParleyError('offline', 'There is no connection.');
      try {
        pulse.said();
        return await link.request(action, REPLY_MS);
      } catch (error) {
        // Late, or lost, or the line is dead: a ping tells.
        if (hasCode(error, 'timeout') && link === current) void check(true);
        throw error;
      }
    },
  };
}
