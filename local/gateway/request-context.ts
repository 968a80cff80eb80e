/** What both gateways tell a function about a request: ids, the time, and the addresses of the connection. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** An id in the form of API Gateway's connection, message and request ids, for example `JC1dgf9yoAMCK-g=`. */
export function gatewayId(): string {
  return `${randomBytes(11).toString('base64url')}=`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The time of a request in the CLF format that API Gateway uses: `12/Mar/2020:19:03:58 +0000`. */
export function requestTime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${day}/${months[date.getUTCMonth()]}/${date.getUTCFullYear()}:${date.toISOString().slice(11, 19)} +0000`;
}

/** The address of the peer. IPv4 addresses are in IPv4 notation. */
export function sourceIp(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/** Adds the headers in which API Gateway describes the connection to an integration. */
export function addForwarded(request: IncomingMessage): void {
  appendForwardedFor(request);
  const scheme = schemeOf(request);
  // Behind a proxy, the runtime's own port is not the one that the caller used.
  const own = scheme === 'http' ? String(request.socket.localPort ?? '') : '443';
  const forwarded = /^\d{1,5}$/.exec(first(request.headers['x-forwarded-port']))?.[0];
  request.headers['x-forwarded-proto'] = scheme;
  request.headers['x-forwarded-port'] = (scheme === 'https' && forwarded) || own;
  request.headers['x-amzn-trace-id'] ??=
    `Root=1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString('hex')}`;
}

/** Every hop appends the address of its own caller. */
export function appendForwardedFor(request: IncomingMessage): void {
  const before = request.headers['x-forwarded-for'];
  request.headers['x-forwarded-for'] = [before ?? [], sourceIp(request)].flat().join(', ');
}

/**
 * `https` if a TLS proxy on this machine says so. Some proxies write `wss` for a WebSocket. The runtime listens on
 * loopback only, so a forged header can mislead only its own sender.
 */
function schemeOf({ headers, socket }: IncomingMessage): 'http' | 'https' {
  const isLocal = /^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress ?? '');
  return isLocal && /^(https|wss)$/i.test(first(headers['x-forwarded-proto'])) ? 'https' : 'http';
}

/** The first value of a list. The hop next to the caller wrote it. */
function first(header: string | string[] | undefined): string {
  return [header ?? []].flat().join(',').split(',')[0]?.trim() ?? '';
}
