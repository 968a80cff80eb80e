import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The address that API Gateway sees: an IPv4 one in its own notation. */
export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Adds to the request what API Gateway tells an integration about the connection. */
export function addForwarded(request: IncomingMessage): void {
  appendForwardedFor(request);
  request.headers['x-forwarded-proto'] = 'encrypted' in request.socket ? 'https' : 'http';
  request.headers['x-forwarded-port'] = String(request.socket.localPort ?? '');
  request.headers['x-amzn-trace-id'] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

/** Every hop appends the address it was called from. */
export function appendForwardedFor(request: IncomingMessage): void {
  const before = request.headers['x-forwarded-for'];
  request.headers['x-forwarded-for'] = [before ?? [], sourceIp(request)].flat().join(', ');
}
