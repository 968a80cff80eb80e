interface Options {
  /** Asks the line. `isLong`: so long a silence that what was missed in it is asked for as well. */
  readonly check: (isLong: boolean) => void;
  /** API Gateway's cut of an idle socket. */
  readonly idleMs: number;
  readonly now: () => number;
}

/** A page is in use for so long after somebody touched it. */
const IN_USE_MS = 60_000;
/** A line in use that says nothing for so long is asked. */
const SILENCE_MS = 10_000;

/**
 * When an open line is asked whether it lives: every 9 minutes for its own sake, and every 10 s of silence while somebody
 * uses the page, since only then does it matter how soon a dead line is noticed.
 */
export function createPulse({ check, idleMs, now }: Options) {
  // 9 of 10 minutes at most; a hidden page's timers may be late by one of them.
  const keepAliveMs = idleMs * 0.85;
  let keepAlive: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let isOpen = false;
  let heardAt = 0;
  let usedAt = Number.NEGATIVE_INFINITY;
  let hiddenAt = Number.NEGATIVE_INFINITY;

  /** A clock that was set back says nothing: it may have been long. */
  const since = (time: number) => {
    const ms = now() - time;
    return ms < 0 ? Number.POSITIVE_INFINITY : ms;
  };

  const listen = () => {
    if (!isOpen || silence !== undefined || since(usedAt) >= IN_USE_MS) return;
    silence = setTimeout(
      () => {
        silence = undefined;
        if (since(usedAt) >= IN_USE_MS) return;
        // The pong goes on with it.
        if (since(heardAt) >= SILENCE_MS) check(false);
        else listen();
      },
      Math.max(0, SILENCE_MS - since(heardAt)),
    );
  };

  const stayAlive = () => {
    clearTimeout(keepAlive);
    keepAlive = setTimeout(() => check(true), keepAliveMs);
  };

  const heard = () => {
    heardAt = now();
    listen();
  };

  const used = () => {
    usedAt = now();
    const silentMs = since(heardAt);
    // Without its keep-alive the timers stood still: the device slept.
    if (isOpen && silentMs >= SILENCE_MS) check(silentMs >= keepAliveMs);
    else listen();
  };

  return {
    begin(): void {
      isOpen = true;
      stayAlive();
      heard();
    },
    end(): void {
      isOpen = false;
      clearTimeout(keepAlive);
      clearTimeout(silence);
      silence = undefined;
    },
    /** A frame came. */
    heard,
    /** A frame leaves. */
    said: stayAlive,
    /** Somebody touches the page. */
    used,
    hidden(): void {
      hiddenAt = now();
      usedAt = Number.NEGATIVE_INFINITY;
    },
    /** The page is there again. */
    shown(): void {
      usedAt = now();
      if (isOpen) check(since(hiddenAt) >= IN_USE_MS);
    },
  };
}
