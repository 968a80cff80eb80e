import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The address that API Gateway sees: an IPv4 one in its own notation. */
export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Adds to the request what API Gateway tells an integration about the connection. */
export function addForwarded(request: IncomingMessage): void {
  appendForwardedFor(request);
  const scheme = schemeOf(request);
  // Behind a proxy the runtime's own port is not the one that the caller used.
  const own = scheme === 'http' ? String(request.socket.localPort ?? '') : '443';
  const told = /^\d{1,5}$/.exec(first(request.headers['x-forwarded-port']))?.[0];
  request.headers['x-forwarded-proto'] = scheme;
  request.headers['x-forwarded-port'] = (scheme === 'https' && told) || own;
  request.headers['x-amzn-trace-id'] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

/**
 * `https` where a TLS proxy on this machine says so (some write `wss` for a socket). The runtime listens on loopback alone,
 * so the peer is on this machine; whoever forges the header misleads only themselves.
 */
function schemeOf({ headers, socket }: IncomingMessage): 'http' | 'https' {
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
  return isLocal && /^(https|wss)$/i.test(first(headers['x-forwarded-proto'])) ? 'https' : 'http';
}

/** What the hop next to the caller wrote. */
function first(header: string | string[] | undefined): string {
  return [header ?? []].flat().join(',').split(',')[0]?.trim() ?? '';
}

/** Every hop appends the address it was called from. */
export function appendForwardedFor(request: IncomingMessage): void {
  const before = request.headers['x-forwarded-for'];
  request.headers['x-forwarded-for'] = [before ?? [], sourceIp(request)].flat().join(', ');
}
