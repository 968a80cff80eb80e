import { type IncomingMessage, type OutgoingHttpHeaders, ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ResponseHeaderSpec } from '../model.ts';

/** Sends an error page, as CloudFront does for requests that it refuses itself. */
export function sendError(response: ServerResponse, status: number, detail: string): void {
  const page = `<!DOCTYPE html>
<html lang="en"><title>ERROR: The request could not be satisfied</title>
<h1>${status} ${STATUS_CODES[status]}</h1><p>${detail}</p></html>
`;
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': Buffer.byteLength(page) });
  response.end(page);
}

/** Adds the headers of a response headers policy to the response, whichever handler writes it later. */
export function addResponseHeaders(response: ServerResponse, policy: readonly ResponseHeaderSpec[]): void {
  const writeHead = response.writeHead.bind(response);
  // All handlers of the distribution call `writeHead` in this form.
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

/** A response to an upgrade request, for which Node creates none. It closes the connection at its end. */
export function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  socket.on('error', () => socket.destroy());
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  return response;
}
