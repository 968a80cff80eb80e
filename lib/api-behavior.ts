import { Duration } from 'aws-cdk-lib';
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  FunctionEventType,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  type Function as ViewerFunction,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { globalName } from './global-name.ts';

/** The functions look for it: functions/protocol/viewer.ts. */
const SITE_PROOF = 'x-parley-site';

/**
 * The distribution's behaviour for an API of API Gateway, HTTP or WebSocket.
 *
 * @param proof the secret by which the API knows the distribution
 */
export function apiBehavior(
  domain: string,
  viewerRequest: ViewerFunction,
  proof: Secret | undefined,
): BehaviorOptions {
  return {
    origin: new HttpOrigin(domain, {
      protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
      originSslProtocols: [OriginSslPolicy.TLS_V1_2],
      // A reference. CloudFormation resolves it, so the value is in no template.
      ...(proof && { customHeaders: { [SITE_PROOF]: proof.secretValue.unsafeUnwrap() } }),
    }),
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // A redirect would come too late: the first request already carries its token or password.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // API Gateway finds the API by `Host`, so the origin gets its own. All other headers pass, among them Sec-
    // WebSocket-*.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: viewerRequest }],
  };
}

/**
 * Caches what Cache-Control allows. The managed policy for this (UseOriginCacheControlHeaders) forwards `Host`, by
 * which API Gateway would look for another API.
 */
export function asTheOriginSays(scope: Construct): CachePolicy {
  return new CachePolicy(scope, 'AsTheOriginSays', {
    cachePolicyName: globalName(scope, 'as-origin-says'),
    minTtl: Duration.seconds(0),
    defaultTtl: Duration.seconds(0),
    maxTtl: Duration.days(365),
    enableAcceptEncodingBrotli: true,
    enableAcceptEncodingGzip: true,
  });
}
