import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Serves one request. A handler in front of another may rewrite `request.url` and `request.headers`, so
 * values are read from there, never from `rawHeaders`.
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Serves one request to upgrade, as `http.Server`'s `upgrade` event gives it. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void | Promise<void>;

/** Answers with JSON, as the gateways do for what they refuse themselves. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const payload = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': payload.byteLength,
  });
  response.end(payload);
}
