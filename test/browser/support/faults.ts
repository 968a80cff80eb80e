import type { BrowserContext } from 'playwright-core';

/** What a browser logs of requests that got no answer. */
const NETWORK = /net::ERR_|WebSocket connection to|WebSocket is already in CLOSING/;
/** That a conversation has not begun is told as a 404, which a browser logs. */
const NOT_BEGUN = /status of 404 .*\/conversations\/[\w-]+\.[\w-]+(\/messages\?[^/]*)?\)$/;

export interface Faults {
  /** The test provokes this: what fits is none. */
  expect(pattern: RegExp): void;
  /** All that went wrong in the pages of the context, the browser's words about a failing network aside if it failed. */
  list(wasDisturbed: boolean): readonly string[];
}

/** Playwright's `evaluate` makes scripts of texts, which the pages' CSP forbids; markup of texts it forbids as before. */
function allowScriptsOfTests(): void {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: object): void };
  };
  trustedTypes?.createPolicy('default', { createScript: (script: string) => script });
}

/** Watches the pages of a context: nothing may be thrown, logged as an error, forbidden by the CSP, or asked of others. */
export async function watchFaults(context: BrowserContext, origin: string): Promise<Faults> {
  const faults: string[] = [];
  const expected: RegExp[] = [NOT_BEGUN];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`CSP: ${violatedDirective} forbids ${blockedURI}`);
    });
  });
  await context.addInitScript(allowScriptsOfTests);
  context.on('weberror', (error) => faults.push(`thrown: ${error.error().stack ?? error.error()}`));
  context.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    faults.push(`${message.type()}: ${message.text()} (${message.location().url})`);
  });
  const look = (url: string) => {
    const { host, protocol } = new URL(url);
    const isOwn = host === new URL(origin).host || ['data:', 'blob:', 'about:'].includes(protocol);
    if (!isOwn) faults.push(`a request to ${url}`);
  };
  context.on('request', (request) => look(request.url()));
  context.on('page', (page) => page.on('websocket', (socket) => look(socket.url())));
  return {
    expect: (pattern) => expected.push(pattern),
    list: (wasDisturbed) =>
      faults.filter(
        (fault) => !expected.some((pattern) => pattern.test(fault)) && !(wasDisturbed && NETWORK.test(fault)),
      ),
  };
}
