import { isIP } from 'node:net';

/**
 * CloudFront adds this header to all requests to the APIs. Its value proves that a request came through the site. What a viewer sent
 * under this name is replaced (CloudFront Developer Guide, "Add custom headers to origin requests").
 */
export const SITE_PROOF = 'x-parley-site';

/** CloudFront's functions write the address of the viewer into it. It counts only beside the proof of the site. */
export const VIEWER_ADDRESS = 'x-viewer-address';

/** The address, if it is one: an IPv4 or IPv6 address without a port. */
export function viewerAddress(header: string | undefined): string | undefined {
  return header !== undefined && isIP(header) !== 0 ? header : undefined;
}
