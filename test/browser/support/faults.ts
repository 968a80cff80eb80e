import type { BrowserContext } from 'playwright-core';

/** The browser's messages about requests without a response. */
const NETWORK = /net::ERR_|WebSocket connection to|WebSocket is already in CLOSING/;
/** A conversation without messages is a 404, which the browser logs. */
const NOT_BEGUN = /status of 404 .*\/conversations\/[\w-]+\.[\w-]+(\/messages\?[^/]*)?\)$/;

export interface Faults {
  /** The test causes errors that match the pattern, so they do not count. */
  expect(pattern: RegExp): void;
  /** All errors in the pages of the context, without the browser's network errors if the network failed. */
  list(wasDisturbed: boolean): readonly string[];
}

/** Playwright's `evaluate` compiles strings, which the CSP forbids. The CSP for markup stays. */
function allowScriptsOfTests(): void {
  const { trustedTypes } = globalThis as {
    trustedTypes?: { createPolicy(name: string, rules: object): void };
  };
  trustedTypes?.createPolicy('default', { createScript: (script: string) => script });
}

/** Watches the pages of a context for exceptions, logged errors, CSP violations, and requests to other hosts. */
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
