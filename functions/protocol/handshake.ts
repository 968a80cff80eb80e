type Headers = Readonly<Record<string, string | undefined>> | null | undefined;

/** A header by its lower-case name. A WebSocket API keeps the client's spelling of names (RFC 9110 §5.1). */
export function header(headers: Headers, name: string): string | undefined {
  return Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
}

/**
 * Whether a page of this origin may open a socket. Without a list, every page may: no cookie authenticates a browser
 * here, only a token that the page holds. With a list, its members may, the service's own pages (`ownHost`, which
 * CloudFront's function reports), and clients that are not browsers and send no `Origin`.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  { list, ownHost }: { readonly list: readonly string[]; readonly ownHost: string | undefined },
): boolean {
  if (origin === undefined || list.length === 0 || list.includes(origin)) return true;
  return ownHost !== undefined && URL.canParse(origin) && new URL(origin).host === ownHost.toLowerCase();
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
