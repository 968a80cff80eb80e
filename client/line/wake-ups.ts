/**
 * What befalls a page and concerns its line. `online`, `offline`: the network came or went. `shown`, `hidden`: the page did.
 * `used`: somebody touches it, a key, the wheel.
 */
export type PageEvent = 'online' | 'offline' | 'shown' | 'hidden' | 'used';

/** Tells what befalls the page; without a word which, that a line may have died unnoticed. Returns what ends it. */
export type WakeUps = (wake: (event?: PageEvent) => void) => () => void;

type Listener = (event: { readonly persisted?: boolean }) => void;

interface Target {
  addEventListener(type: string, listener: Listener, options?: { capture: boolean; passive: boolean }): void;
  removeEventListener(type: string, listener: Listener, options?: { capture: boolean }): void;
}

interface Page extends Partial<Target> {
  readonly document?: Target & { readonly visibilityState: string };
}

/** Not `scroll`: a list that follows its newest message scrolls without anybody. */
const USES = ['pointerdown', 'keydown', 'wheel'];

/** Of the page that this runs in. In Node there is none, and nothing to do. */
export const pageWakeUps: WakeUps = (wake) => {
  const page = globalThis as Page;
  const { document } = page;
  const isVisible = () => document?.visibilityState === 'visible';
  const used = () => {
    if (isVisible()) wake('used');
  };
  const ends: (() => void)[] = [];
  const on = (target: Partial<Target> | undefined, type: string, listener: Listener) => {
    // Seen before the application can stop it, and never in its way.
    target?.addEventListener?.(type, listener, { capture: true, passive: true });
    ends.push(() => target?.removeEventListener?.(type, listener, { capture: true }));
  };
  on(page, 'online', () => wake('online'));
  on(page, 'offline', () => wake('offline'));
  // Every page is shown once when it has loaded; this is for one that comes back from the back/forward cache.
  on(page, 'pageshow', ({ persisted }) => persisted && wake('shown'));
  on(document, 'visibilitychange', () => wake(isVisible() ? 'shown' : 'hidden'));
  if (document) for (const type of [...USES, 'focus']) on(page, type, used);
  return () => {
    for (const end of ends) end();
  };
};
