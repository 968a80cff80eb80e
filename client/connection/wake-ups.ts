/**
 * What happens to a page and matters to its connection. `online`, `offline`: the network came or went. `shown`,
 * `hidden`: the page did. `used`: a touch, a key or the wheel.
 */
export type PageEvent = 'online' | 'offline' | 'shown' | 'hidden' | 'used';

/**
 * Reports page events. Without an event: the connection may have died unnoticed. Returns a function that ends the
 * reports.
 */
export type WakeUps = (wake: (event?: PageEvent) => void) => () => void;

type Listener = (event: { readonly persisted?: boolean }) => void;

interface Target {
  addEventListener(type: string, listener: Listener, options?: { capture: boolean; passive: boolean }): void;
  removeEventListener(type: string, listener: Listener, options?: { capture: boolean }): void;
}

interface Page extends Partial<Target> {
  readonly document?: Target & { readonly visibilityState: string };
}

/** Without `scroll`: a list that follows its newest message scrolls by itself. */
const USES = ['pointerdown', 'keydown', 'wheel'];

/** Listens to the events of the page. Node has no page, so it does nothing there. */
export const pageWakeUps: WakeUps = (wake) => {
  const page = globalThis as Page;
  const { document } = page;
  const isVisible = () => document?.visibilityState === 'visible';
  const used = () => {
    if (isVisible()) wake('used');
  };
  const ends: (() => void)[] = [];
  const on = (target: Partial<Target> | undefined, type: string, listener: Listener) => {
    // Before the application can stop the event, and without delaying it.
    target?.addEventListener?.(type, listener, { capture: true, passive: true });
    ends.push(() => target?.removeEventListener?.(type, listener, { capture: true }));
  };
  for (const type of ['online', 'offline'] as const) on(page, type, () => wake(type));
  // Every page is shown once when it has loaded. This is for a page that comes back from the back/forward cache.
  on(page, 'pageshow', ({ persisted }) => persisted && wake('shown'));
  on(document, 'visibilitychange', () => wake(isVisible() ? 'shown' : 'hidden'));
  if (document) for (const type of [...USES, 'focus']) on(page, type, used);
  return () => {
    for (const end of ends) end();
  };
};
