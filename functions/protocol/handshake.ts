type Headers = Readonly<Record<string, string | undefined>> | null | undefined;

/** A header by its lower-case name. A WebSocket API keeps the client's spelling of names (RFC 9110 §5.1). */
export function header(headers: Headers, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** All values of a header. A client may send it several times. */
export function headerValues(
  headers: Readonly<Record<string, readonly string[] | undefined>> | null | undefined,
  name: string,
): readonly string[] {
  return Object.entries(headers ?? {}).flatMap(([key, values]) =>
    key.toLowerCase() === name ? (values ?? []) : [],
  );
}

/**
 * The origin of the service itself, as a browser writes it (RFC 6454 §6.2). CloudFront's function reports the viewer's host, and
 * API Gateway reports the scheme. CloudFront and API Gateway take nothing but https.
 */
export function ownOrigin(headers: Headers): string | undefined {
  const host = header(headers, 'x-viewer-host') ?? header(headers, 'host') ?? '';
  const scheme = header(headers, 'x-forwarded-proto') === 'http' ? 'http' : 'https';
  const url = `${scheme}://${host}`;
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Whether a page of this origin may open a socket: a page of the service itself, or of an origin in the list. Scheme and port
 * count: a page without TLS can be changed on its way. Clients that are not browsers send no `Origin`, and may. A browser sends
 * one.
 */
export function isAllowedOrigin(
  origins: readonly string[],
  { list, own }: { readonly list: readonly string[]; readonly own: string | undefined },
): boolean {
  const [origin, ...more] = origins;
  if (origin === undefined) return true;
  return more.length === 0 && (origin === own || list.includes(origin));
}

/** The subprotocol that the server chooses if a client offers it beside its token. */
export const SUBPROTOCOL = 'parley';

/** The token of `Authorization: Bearer <token>` (RFC 6750 §2.1). */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}

/** The subprotocols that a client offers (RFC 6455 §4.1), in order. */
export function offeredSubprotocols(header: string | undefined): string[] {
  return (header ?? '').split(',').flatMap((name) => name.trim() || []);
}

/**
 * The token of a handshake: in the `Authorization` header or, since browsers cannot set that, as the subprotocol
 * beside `parley`: `Sec-WebSocket-Protocol: parley, <token>`.
 */
export function handshakeToken(headers: {
  readonly authorization: string | undefined;
  readonly subprotocols: string | undefined;
}): string | undefined {
  const offered = offeredSubprotocols(headers.subprotocols);
  const beside = offered.includes(SUBPROTOCOL) ? offered.find((name) => name !== SUBPROTOCOL) : undefined;
  return bearerToken(headers.authorization) ?? beside;
}
