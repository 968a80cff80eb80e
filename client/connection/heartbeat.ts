import { hasCode } from '../errors.ts';
import type { Socket } from './socket.ts';

interface Options {
  readonly limits: { readonly idleMs: number };
  readonly now: () => number;
  /** The connection works, but frames may have been lost: it was silent for long, or the server had lost the socket. */
  readonly onAlive: () => void;
}

/** After a touch or a key, a page counts as in use for this long. */
const IN_USE_MS = 60_000;
/** While the page is in use, a connection that is silent for this long is pinged. */
const SILENCE_MS = 10_000;
/** With the deadline of a request, a dead connection is noticed within 15 s of any frame. */
const PONG_MS = 5_000;

/**
 * Pings the open socket: every 9 minutes to keep it open, and after 10 s of silence while somebody uses the page. Only
 * then does it matter how soon a dead connection is noticed. A socket without a pong is closed, and the next one opens
 * at once.
 */
export function createHeartbeat({ limits, now, onAlive }: Options) {
  // At most 9 of the 10 minutes: in a hidden page, timers may be a minute late.
  const keepAliveMs = limits.idleMs * 0.85;
  let socket: Socket | undefined;
  /** The socket whose pong is pending. */
  let pinged: Socket | undefined;
  let mayHaveMissed = false;
  let keepAlive: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let receivedAt = 0;
  let usedAt = 0;
  let hiddenAt = 0;

  /** Infinite if the clock was set back: the time may have been long. */
  const since = (time: number) => {
    const ms = now() - time;
    return ms < 0 ? Number.POSITIVE_INFINITY : ms;
  };

  /** `isLong`: the silence was so long that frames may have been missed in it. */
  const ping = async (isLong: boolean) => {
    const mine = socket;
    mayHaveMissed ||= isLong;
    if (!mine || pinged === mine) return;
    pinged = mine;
    stayAlive();
    try {
      const pong = await mine.request({ action: 'ping' }, PONG_MS);
      mayHaveMissed ||= pong.type === 'pong' && pong.restored === true;
    } catch (error) {
      // Any other error is a reply as well, so the connection works.
      if (hasCode(error, 'timeout')) mine.close();
    }
    if (pinged === mine) pinged = undefined;
    if (mine !== socket || !mayHaveMissed) return;
    mayHaveMissed = false;
    onAlive();
  };

  const stayAlive = () => {
    clearTimeout(keepAlive);
    keepAlive = setTimeout(ping, keepAliveMs, true);
  };

  const watchSilence = () => {
    if (!socket || silence !== undefined || since(usedAt) >= IN_USE_MS) return;
    silence = setTimeout(
      () => {
        silence = undefined;
        if (since(usedAt) >= IN_USE_MS) return;
        // The pong starts the next wait.
        if (since(receivedAt) >= SILENCE_MS) void ping(false);
        else watchSilence();
      },
      Math.max(0, SILENCE_MS - since(receivedAt)),
    );
  };

  const received = () => {
    receivedAt = now();
    watchSilence();
  };

  return {
    begin(next: Socket): void {
      socket = next;
      mayHaveMissed = false;
      stayAlive();
      received();
    },
    end(): void {
      socket = undefined;
      clearTimeout(keepAlive);
      clearTimeout(silence);
      silence = undefined;
    },
    ping,
    /** A frame came. */
    received,
    /** A frame leaves. */
    sent: stayAlive,
    /** Somebody touches the page. */
    used(): void {
      usedAt = now();
      const silentMs = since(receivedAt);
      // If even the keep-alive did not run, the timers stood still: the device was asleep.
      if (socket && silentMs >= SILENCE_MS) void ping(silentMs >= keepAliveMs);
      else watchSilence();
    },
    hidden(): void {
      hiddenAt = now();
      usedAt = 0;
    },
    shown(): void {
      usedAt = now();
      if (socket) void ping(since(hiddenAt) >= IN_USE_MS);
    },
  };
}
