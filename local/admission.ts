import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Whom a port of the runtime serves. */
export interface Admission {
  /**
   * Names besides this machine's own that requests may be for. Pages of a name that its owner lets point to 127.0.0.1 (DNS
   * rebinding) give that name as the `Host`, and are refused. `'loopback'`: addresses of this machine alone.
   */
  readonly hosts: readonly string[] | 'loopback';
  /** Whether pages of browsers may call; if not, whatever a browser marks as its own is refused. */
  readonly pages: boolean;
}

/** Where functions and tools reach the runtime: no page, and no name but this machine's. */
export const machineOnly: Admission = { hosts: 'loopback', pages: false };

export interface Refused {
  readonly status: 400 | 403;
  readonly message: string;
}

/**
 * Brings a request into the form that handlers expect, a path and a `Host`, and decides whether it is let in.
 *
 * @returns undefined when it is
 */
export function admit(request: IncomingMessage, { hosts, pages }: Admission): Refused | undefined {
  if (!readTarget(request)) {
    return { status: 400, message: 'The request target must be a path or an http URL, with one Host.' };
  }
  if (!pages && isFromPage(request)) {
    return { status: 403, message: 'Pages of a browser may not call this port.' };
  }
  const { host = '' } = request.headers;
  if (!isKnown(host, hosts)) {
    const known = hosts === 'loopback' ? 'localhost' : ['localhost', ...hosts].join(', ');
    const remedy = hosts === 'loopback' ? '' : '; name others in HOSTS';
    return { status: 403, message: `The host "${host}" is not known here. Known: ${known}${remedy}.` };
  }
  return undefined;
}

const absolute = /^https?:\/\/([^/?#]*)([^#]*)$/i;

/** Puts a path into `url` and the name that the request is for into `headers.host`; false if there is no such thing. */
function readTarget(request: IncomingMessage): boolean {
  const named = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  if (named.length > 1) return false;
  // RFC 9112, 3.2.2: a server takes the absolute form, too, and what it names wins over the Host.
  const [, authority, rest = ''] = absolute.exec(request.url ?? '') ?? [];
  if (authority !== undefined) {
    request.url = rest.startsWith('/') ? rest : `/${rest}`;
    request.headers.host = authority;
  }
  // HTTP/1.0 knows no Host.
  request.headers.host ||= `localhost:${request.socket.localPort}`;
  return request.url?.startsWith('/') === true;
}

/** Every browser marks what its pages send; no SDK and no tool does. */
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
  // An address needs no DNS, so it cannot be rebound.
  return hosts !== 'loopback' && (isIP(plain) !== 0 || hosts.includes(plain));
}

function isLoopback(name: string): boolean {
  return name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}
