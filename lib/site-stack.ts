import { join } from 'node:path';
import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  AccessLevel,
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  type IOrigin,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  Function as ViewerFunction,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin, S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { Construct } from 'constructs';
import { pagesBucket } from './pages.ts';
import { securityHeaders } from './security-headers.ts';
import type { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';

export interface SiteStackProps {
  readonly settings: Settings;
  readonly service: ServiceStack;
  /** The folder of static pages. */
  readonly pages: string;
}

/** One domain for everything: pages, the HTTP API and sockets behind one CloudFront distribution. */
export class SiteStack extends Stack {
  constructor(scope: Construct, id: string, { settings, service, pages }: SiteStackProps) {
    super(scope, id, { description: `Parley (${settings.stage}): the distribution and its pages` });
    const responseHeadersPolicy = securityHeaders(this);
    const bucket = pagesBucket(this, settings.stage, pages);
    const http: BehaviorOptions = {
      ...api(origin(service.httpDomain), this.#viewerFunction('HttpRequest', 'http-request.js')),
      responseHeadersPolicy,
    };
    const sockets = api(
      origin(service.webSocketDomain),
      this.#viewerFunction('WebSocketRequest', 'websocket-request.js'),
    );

    const distribution = new Distribution(this, 'Distribution', {
      comment: `parley-${settings.stage}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      // Viewers elsewhere are served, too, from the edges of this class.
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        // With the right to list, a page that is not there is a 404; without it, S3 says 403.
        origin: S3BucketOrigin.withOriginAccessControl(bucket, {
          originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
        }),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cachePolicy: CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy,
      },
      additionalBehaviors: {
        '/users*': http,
        '/chat*': http,
        '/schema/swagger-ui/*': { ...http, cachePolicy: this.#asTheOriginSays() },
        '/schema*': http,
        '/.well-known/*': http,
        '/ws*': sockets,
      },
    });
    acknowledge(distribution);
    new CfnOutput(this, 'SiteUrl', { value: `https://${distribution.distributionDomainName}/` });
  }

  #viewerFunction(id: string, file: string): ViewerFunction {
    return new ViewerFunction(this, id, {
      code: FunctionCode.fromFile({ filePath: join(import.meta.dirname, 'edge', file) }),
      runtime: FunctionRuntime.JS_2_0,
    });
  }

  /** Not the managed policy of that name: it forwards Host, by which API Gateway would look for another API. */
  #asTheOriginSays(): CachePolicy {
    return new CachePolicy(this, 'AsTheOriginSays', {
      comment: 'Cache-Control decides; without it nothing is kept',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(365),
      enableAcceptEncodingBrotli: true,
      enableAcceptEncodingGzip: true,
    });
  }
}

function acknowledge(distribution: Distribution): void {
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'A chat for no country in particular.' },
    {
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL costs money while nobody talks, and Parley costs none then; stages throttle and log-ins are counted. Put your own in front.',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'Both APIs write access logs of their own; the rest are public pages.',
    },
    {
      id: 'AwsSolutions-CFR4',
      reason:
        'CloudFront fixes the policy of its own domain (*.cloudfront.net) at TLSv1; it can be raised with a domain and certificate of yours alone.',
    },
    {
      id: '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason: 'There is a default root object, so no path lists the bucket.',
    },
  );
}

function origin(domain: string): IOrigin {
  return new HttpOrigin(domain, {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
  });
}

function api(to: IOrigin, viewerRequest: ViewerFunction): BehaviorOptions {
  return {
    origin: to,
    allowedMethods: AllowedMethods.ALLOW_ALL,
    // Redirecting would come too late: the first request has its token or password in it.
    viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
    cachePolicy: CachePolicy.CACHING_DISABLED,
    // API Gateway finds the API by Host, so that one is the origin's own; all others pass, Sec-WebSocket-* among them.
    originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: viewerRequest }],
  };
}
