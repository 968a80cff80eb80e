import { type Observable, observable } from '../observable.ts';

const OWN_EVERY_MS = 3_000;

/**
 * Typing in one conversation. The other member's is shown until it expires. The user's own is sent every 3 s at most.
 */
export function createTyping(send: () => Promise<unknown>, now: () => number) {
  const peer = observable(false);
  let expiry: ReturnType<typeof setTimeout> | undefined;
  let sentAt = 0;
  const end = () => {
    clearTimeout(expiry);
    peer.set(false);
  };
  return {
    peer: peer as Observable<boolean>,
    begin(seconds: number): void {
      clearTimeout(expiry);
      expiry = setTimeout(end, seconds * 1000);
      peer.set(true);
    },
    end,
    own(): void {
      const since = now() - sentAt;
      // If the clock was set back, send it all the same.
      if (since >= 0 && since < OWN_EVERY_MS) return;
      sentAt = now();
      // Losing it does no harm.
      void send().catch(() => undefined);
    },
  };
}
