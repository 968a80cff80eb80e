import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** The requests that a port of the runtime accepts. */
export interface Admission {
  /**
   * Host names besides `localhost` that requests may use. With DNS rebinding, the owner of a name points it to 127.0.0.1.
   * Requests of such pages have that name as their `Host` and are refused. `'loopback'` allows loopback addresses only.
   */
  readonly hosts: readonly string[] | 'loopback';
  /** Whether web pages may call the port. If not, requests with a browser's marks are refused. */
  readonly pages: boolean;
}

/** For ports that only functions and tools use: no web pages, and only the names of this machine. */
export const machineOnly: Admission = { hosts: 'loopback', pages: false };

export interface Refused {
  readonly status: 400 | 403;
  readonly message: string;
}

/**
 * Normalizes a request for the handlers, to a path and a `Host`, and checks whether the port accepts it.
 *
 * @returns undefined for an accepted request
 */
export function admit(request: IncomingMessage, { hosts, pages }: Admission): Refused | undefined {
  if (!readTarget(request)) {
    return { status: 400, message: 'The request target must be a path or an http URL, with one Host.' };
  }
  if (!pages && isFromPage(request)) {
    return { status: 403, message: 'Web pages must not call this port.' };
  }
  const { host = '' } = request.headers;
  if (!isKnown(host, hosts)) {
    const known = hosts === 'loopback' ? 'localhost' : ['localhost', ...hosts].join(', ');
    const remedy = hosts === 'loopback' ? '' : ' Set HOSTS to add others.';
    return { status: 403, message: `The host "${host}" is not allowed. Allowed: ${known}.${remedy}` };
  }
  return undefined;
}

const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i;

/** Puts the path into `url` and the host into `headers.host`. Returns false for an invalid request target. */
function readTarget(request: IncomingMessage): boolean {
  const named = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (named.length > 1) return false;
  // RFC 9112, 3.2.2: a server must accept the absolute form. Its host takes precedence over the Host header.
  const [, authority, rest = ''] = absolute.exec(request.url ?? '') ?? [];
  if (authority !== undefined) {
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    request.headers.host = authority;
  }
  // HTTP/1.0 has no Host header.
  request.headers.host ||= `localhost:${request.socket.localPort}`;
  return request.url?.startsWith('/') === true;
}

/** Every browser marks the requests of its pages with these headers. SDKs and tools do not send them. */
function isFromPage({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || Object.keys(headers).some((name) => name.startsWith('sec-fetch-'));
}

function isKnown(host: string, hosts: Admission['hosts']): boolean {
  const [, name = ''] = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i.exec(host) ?? [];
  const plain = name
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[|\]$/g, '');
  if (plain === 'localhost' || plain.endsWith('.localhost') || isLoopback(plain)) return true;
  // DNS rebinding needs a name, so every IP address is safe.
  return hosts !== 'loopback' && (isIP(plain) !== 0 || hosts.includes(plain));
}

function isLoopback(name: string): boolean {
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
