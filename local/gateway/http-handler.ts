import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/**
 * Serves one request. A handler in front of another may rewrite `request.url` and `request.headers`;
 * nobody reads `rawHeaders`.
 */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Serves one request to upgrade, as `http.Server`'s `upgrade` event gives it. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void | Promise<void>;
