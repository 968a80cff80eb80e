import { Duration } from 'aws-cdk-lib';
import {
  HeadersFrameOption,
  HeadersReferrerPolicy,
  type ResponseHeadersContentSecurityPolicy,
  ResponseHeadersPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import type { Construct } from 'constructs';
import { globalName } from './global-name.ts';

/**
 * The page loads files of the site only, no text becomes markup or a script, and no site may frame it. `'self'` of a
 * page includes its sockets in every browser that the app supports (Safari since 16, of 2022).
 */
const contentSecurityPolicy = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  // Otherwise it would follow script-src.
  'worker-src': "'none'",
  'base-uri': "'none'",
  'form-action': "'self'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
};

/**
 * An answer of an API is nobody's page. The functions say the same (`functions/middleware/http-replies.ts`), except with the
 * pages of Swagger UI (`functions/http/api-docs.ts`).
 */
const contentSecurityPolicyOfAnswers = { 'default-src': "'none'", 'frame-ancestors': "'none'" };

/** The security headers of the site's pages. */
export function securityHeadersOfPages(scope: Construct): ResponseHeadersPolicy {
  return headersPolicy(scope, 'SecurityHeaders', 'headers', {
    contentSecurityPolicy: inWords(contentSecurityPolicy),
    override: true,
  });
}

/**
 * The same for answers of the APIs. API Gateway cannot add headers to its own refusals, such as 429, so they get theirs here.
 * A function's answer keeps its own policy.
 */
export function securityHeadersOfAnswers(scope: Construct): ResponseHeadersPolicy {
  return headersPolicy(scope, 'SecurityHeadersOfAnswers', 'headers-answers', {
    contentSecurityPolicy: inWords(contentSecurityPolicyOfAnswers),
    override: false,
  });
}

function inWords(policy: Readonly<Record<string, string>>): string {
  return Object.entries(policy)
    .map((directive) => directive.join(' '))
    .join('; ');
}

function headersPolicy(
  scope: Construct,
  id: string,
  purpose: string,
  contentSecurityPolicy: ResponseHeadersContentSecurityPolicy,
): ResponseHeadersPolicy {
  return new ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: globalName(scope, purpose),
    securityHeadersBehavior: {
      contentSecurityPolicy,
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.days(365),
        includeSubdomains: true,
        override: true,
      },
    },
    customHeadersBehavior: {
      customHeaders: [
        {
          header: 'permissions-policy',
          value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
          override: true,
        },
        { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
        // For refusals of API Gateway and S3. All other answers have their own.
        { header: 'cache-control', value: 'no-store', override: false },
      ],
    },
  });
}
