import { join } from 'node:path';
import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AccessLevel,
  Distribution,
  FunctionCode,
  FunctionRuntime,
  HttpVersion,
  PriceClass,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  Function as ViewerFunction,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { S3BucketOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { apiBehavior, asTheOriginSays } from './api-behavior.ts';
import { globalName } from './global-name.ts';
import { markedPages } from './marked-pages.ts';
import { pagesBucket } from './pages.ts';
import { securityHeadersOfAnswers, securityHeadersOfPages } from './security-headers.ts';
import type { ServiceStack } from './service-stack.ts';
import type { Settings } from './settings.ts';
import { viewerLogBucket } from './viewer-log.ts';

export interface SiteStackProps {
  readonly settings: Settings;
  readonly service: ServiceStack;
  /** The folder of static pages. */
  readonly pages: string;
}

/** One domain for pages, the HTTP API and sockets: a CloudFront distribution. */
export class SiteStack extends Stack {
  constructor(scope: Construct, id: string, { settings, service, pages }: SiteStackProps) {
    super(scope, id, { description: `Parley (${settings.stage}): the distribution and its pages` });
    const http = {
      ...apiBehavior(
        service.httpDomain,
        this.#viewerFunction('HttpRequest', 'http-request', 'http-request.js'),
        service.siteSecret,
      ),
      responseHeadersPolicy: securityHeadersOfAnswers(this),
    };
    const sockets = apiBehavior(
      service.webSocketDomain,
      this.#viewerFunction('WebSocketRequest', 'socket-request', 'websocket-request.js'),
      service.siteSecret,
    );

    const distribution = new Distribution(this, 'Distribution', {
      comment: `parley-${settings.stage}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      // The cheapest edges (North America, Europe). They serve viewers of other regions, too.
      priceClass: PriceClass.PRICE_CLASS_100,
      defaultRootObject: 'index.html',
      defaultBehavior: {
        // With the right to list the bucket, a missing page is a 404. Without it, S3 answers 403.
        origin: S3BucketOrigin.withOriginAccessControl(
          pagesBucket(this, settings, markedPages(pages, settings)),
          {
            originAccessControl: new S3OriginAccessControl(this, 'PagesAccess', {
              originAccessControlName: globalName(this, 'pages'),
            }),
            originAccessLevels: [AccessLevel.READ, AccessLevel.LIST],
          },
        ),
        viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        responseHeadersPolicy: securityHeadersOfPages(this),
      },
      errorResponses: uncachedErrors,
      // The first pattern that matches decides.
      additionalBehaviors: {
        '/users*': http,
        '/chat*': http,
        '/conversations*': http,
        '/invitations*': http,
        '/reports*': http,
        ...(settings.apiDocs && {
          '/schema/swagger-ui/*': { ...http, cachePolicy: asTheOriginSays(this) },
        }),
        '/schema*': http,
        '/.well-known/*': http,
        '/ws/ticket*': http,
        '/ws*': sockets,
      },
      ...(settings.domain && {
        domainNames: [settings.domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', settings.domain.certificate),
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
      ...(settings.webAcl && { webAclId: settings.webAcl }),
      ...(settings.protect && { logBucket: viewerLogBucket(this) as IBucket }),
    });
    acknowledge(distribution, settings);
    const host = distribution.distributionDomainName;
    new CfnOutput(this, 'SiteUrl', { value: `https://${settings.domain?.name ?? host}/` });
    // A DNS record of the domain must lead there.
    if (settings.domain) new CfnOutput(this, 'DistributionHost', { value: host });
  }

  #viewerFunction(id: string, purpose: string, file: string): ViewerFunction {
    return new ViewerFunction(this, id, {
      functionName: globalName(this, purpose),
      code: FunctionCode.fromFile({ filePath: join(import.meta.dirname, 'edge', file) }),
      runtime: FunctionRuntime.JS_2_0,
    });
  }
}

/**
 * CloudFront keeps errors for 10 seconds, even without a cache: a page that was asked for a moment before its deployment would
 * stay missing. These are all statuses for which the time can be set.
 */
const uncachedErrors = [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((httpStatus) => ({
  httpStatus,
  ttl: Duration.seconds(0),
}));

function acknowledge(distribution: Distribution, { protect, domain, webAcl }: Settings): void {
  Validations.of(distribution).acknowledge(
    { id: 'AwsSolutions-CFR1', reason: 'A chat for no country in particular.' },
    {
      id: '@aws-cdk/aws-cloudfront-origins:listBucketSecurityRisk',
      reason: 'There is a default root object, so no path lists the bucket.',
    },
  );
  if (domain === undefined) {
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR4',
      reason:
        'CloudFront fixes the policy of its own domain (*.cloudfront.net) at TLSv1; -c domain and -c certificate raise it to TLS 1.2.',
    });
  }
  if (webAcl === undefined) {
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR2',
      reason:
        'A web ACL costs money while nobody talks, and Parley costs little then. Stages throttle and failed log-ins are counted; -c webAcl puts one in front.',
    });
  }
  if (!protect) {
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR3',
      reason:
        'A stage to throw away: a bucket with logs in it would be what keeps the stack from being deleted. Both APIs log.',
    });
  }
}
