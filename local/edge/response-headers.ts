import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { ResponseHeaderSpec } from '../model.ts';

/** Adds what a response headers policy says to whatever answer is written later. */
export function addResponseHeaders(response: ServerResponse, policy: readonly ResponseHeaderSpec[]): void {
  const writeHead = response.writeHead.bind(response);
  // The handlers behind it all write their head in this one form.
  response.writeHead = ((status: number, headers: OutgoingHttpHeaders = {}) => {
    const all = { ...headers };
    for (const { name, value, override } of policy) {
      const present = Object.keys(all).find((other) => other.toLowerCase() === name.toLowerCase());
      if (override || present === undefined) {
        all[present ?? name] = value;
      }
    }
    return writeHead(status, all);
  }) as typeof response.writeHead;
}
