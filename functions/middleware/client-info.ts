import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { ClientInfo } from '../core/sessions/session.ts';

/** Longer than those of common browsers. With it, the item of a session stays within the 1 KB of one WRU. */
const MAX_DEVICE = 256;

/** A header may have any byte. Only printable ASCII is kept, so a list of devices cannot be spoofed by control characters. */
const UNPRINTABLE = /[^\x20-\x7e]+/g;

/** An IPv6 address with a zone has less. */
const MAX_ADDRESS = 64;

/**
 * The client of a request. The address is that of the viewer (`throughSite`), or of the caller of a bare API. `X-Forwarded-For` is not read:
 * whoever calls the bare API can claim any address in it.
 */
export function clientInfo({ http }: APIGatewayProxyEventV2['requestContext']): ClientInfo {
  return {
    device: (http.userAgent ?? '').replace(UNPRINTABLE, ' ').trim().slice(0, MAX_DEVICE),
    address: (http.sourceIp ?? '').slice(0, MAX_ADDRESS),
  };
}
