import type { BrowserContext, Page } from 'playwright-core';

/** Runs before the page's own scripts. Records when the first message appears, and the long tasks of the page. */
const watch = `
const shown = Promise.withResolvers();
globalThis.bench = { firstMessage: shown.promise, longTasks: [], shifts: 0 };
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) bench.longTasks.push(duration);
}).observe({ type: 'longtask', buffered: true });
new PerformanceObserver((list) => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) bench.shifts += value;
}).observe({ type: 'layout-shift', buffered: true });
new MutationObserver((_, observer) => {
  if (!document.querySelector('li.message')) return;
  observer.disconnect();
  // The next frame shows it.
  requestAnimationFrame(() => shown.resolve(performance.now()));
}).observe(document, { childList: true, subtree: true });
`;

export interface Watched {
  /** In ms since the navigation. */
  readonly firstMessage: number;
  /** In ms each. */
  readonly longTasks: readonly number[];
  /** The sum of the layout shifts without a user's input. */
  readonly shifts: number;
}

export interface Transfer {
  requests: number;
  /** The bytes on the network, headers included. */
  bytes: number;
}

/** A tab that reports its downloads and its speed. */
export async function openWatched(context: BrowserContext) {
  await context.addInitScript({ content: watch });
  const page: Page = await context.newPage();
  const session = await context.newCDPSession(page);
  const transfer: Transfer = { requests: 0, bytes: 0 };
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    // A file from the browser's cache has no length.
    if (encodedDataLength === 0) return;
    transfer.requests += 1;
    transfer.bytes += encodedDataLength;
  });
  await session.send('Network.enable');
  return {
    page,
    /** Waits until a message is shown. */
    watched: () =>
      page.evaluate(
        'bench.firstMessage.then((firstMessage) => ({ ...bench, firstMessage }))',
      ) as Promise<Watched>,
    forgetTasks: () => page.evaluate('void (bench.longTasks.length = 0)'),
    /** The downloads since the last call. */
    takeTransfer(): Transfer {
      const taken = { ...transfer };
      transfer.requests = 0;
      transfer.bytes = 0;
      return taken;
    },
  };
}
