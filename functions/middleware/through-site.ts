import type { MiddlewareObj } from '@middy/core';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { IsProof } from '../auth/site-proof.ts';
import { SiteOnly } from '../protocol/errors.ts';
import { SITE_PROOF, VIEWER_ADDRESS, viewerAddress } from '../protocol/viewer.ts';
import type { HttpReply } from './http-replies.ts';

/**
 * Refuses a request that did not come through the site. Behind the site, API Gateway sees CloudFront's address, so the viewer's takes
 * its place. Nothing after this one has the proof, so no log can.
 *
 * @param isProof undefined if the bare API is open: then nobody can prove whose address they tell
 */
export function throughSite(isProof: IsProof | undefined): MiddlewareObj<APIGatewayProxyEventV2, HttpReply> {
  return {
    before({ event }) {
      const { [SITE_PROOF]: proof, [VIEWER_ADDRESS]: told, ...headers } = event.headers;
      event.headers = headers;
      if (isProof === undefined) return;
      if (!isProof(proof)) throw new SiteOnly();
      const address = viewerAddress(told);
      if (address !== undefined) event.requestContext.http.sourceIp = address;
    },
  };
}
