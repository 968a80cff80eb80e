/** The subprotocol that answers a client which carries its token beside it. */
export const SUBPROTOCOL = 'parley';

/** The token of `Authorization: Bearer <token>` (RFC 6750 §2.1). */
export function bearerToken(authorization: string | undefined): string | undefined {
  return /^bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}

/** The subprotocols that a client offers (RFC 6455 §4.1), in its order. */
export function offeredSubprotocols(header: string | undefined): string[] {
  return (header ?? '').split(',').flatMap((name) => name.trim() || []);
}

/**
 * The token of a handshake: in the `Authorization` header, or, since a browser cannot set that, as the subprotocol
 * offered beside `parley`: `Sec-WebSocket-Protocol: parley, <token>`.
 */
export function handshakeToken(headers: {
  readonly authorization: string | undefined;
  readonly subprotocols: string | undefined;
}): string | undefined {
  const offered = offeredSubprotocols(headers.subprotocols);
  const beside = offered.includes(SUBPROTOCOL) ? offered.find((name) => name !== SUBPROTOCOL) : undefined;
  return bearerToken(headers.authorization) ?? beside;
}
