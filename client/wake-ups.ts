/** Tells when a line may have died unnoticed: the page is shown again, or the network is back. Returns what ends it. */
export type WakeUps = (wake: () => void) => () => void;

interface Page {
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
}

export const pageWakeUps: WakeUps = (wake) => {
  const page = globalThis as Page;
  const { document } = page;
  const shown = () => {
    if (document?.visibilityState === 'visible') wake();
  };
  page.addEventListener?.('online', wake);
  page.addEventListener?.('pageshow', wake);
  document?.addEventListener('visibilitychange', shown);
  return () => {
    page.removeEventListener?.('online', wake);
    page.removeEventListener?.('pageshow', wake);
    document?.removeEventListener('visibilitychange', shown);
  };
};
