import { type Observable, observable } from '../observable.ts';

const OWN_EVERY_MS = 3_000;

/** Who types in one conversation: the other one's is shown until it expires, one's own told every 3 s at most. */
export function createTyping(tell: () => Promise<unknown>, now: () => number) {
  const peer = observable(false);
  let expiry: ReturnType<typeof setTimeout> | undefined;
  let told = Number.NEGATIVE_INFINITY;
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
      const since = now() - told;
      // A clock that was set back must not silence it.
      if (since >= 0 && since < OWN_EVERY_MS) return;
      told = now();
      // Nobody misses it.
      void tell().catch(() => undefined);
    },
  };
}
