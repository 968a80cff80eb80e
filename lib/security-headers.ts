import { Duration } from 'aws-cdk-lib';
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from 'aws-cdk-lib/aws-cloudfront';
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

const { 'require-trusted-types-for': _, ...withoutTrustedTypes } = contentSecurityPolicy;

/** Swagger UI uses inline styles, markup made from texts, and a font in its style sheet. */
const contentSecurityPolicyOfSwagger = {
  ...withoutTrustedTypes,
  'style-src': "'self' 'unsafe-inline'",
  'font-src': "'self' data:",
};

/** The security headers of every page and answer of the site. */
export function securityHeaders(scope: Construct): ResponseHeadersPolicy {
  return headersPolicy(scope, 'SecurityHeaders', 'headers', contentSecurityPolicy);
}

/** The same for the page that shows the HTTP API. */
export function securityHeadersOfSwagger(scope: Construct): ResponseHeadersPolicy {
  return headersPolicy(scope, 'SecurityHeadersOfSwagger', 'headers-swagger', contentSecurityPolicyOfSwagger);
}

function headersPolicy(
  scope: Construct,
  id: string,
  purpose: string,
  policy: Readonly<Record<string, string>>,
): ResponseHeadersPolicy {
  const contentSecurityPolicy = Object.entries(policy)
    .map((directive) => directive.join(' '))
    .join('; ');
  return new ResponseHeadersPolicy(scope, id, {
    responseHeadersPolicyName: globalName(scope, purpose),
    securityHeadersBehavior: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: true },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override: true },
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), override: true },
    },
    customHeadersBehavior: {
      customHeaders: [
        {
          header: 'permissions-policy',
          value: 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
          override: true,
        },
        { header: 'cross-origin-opener-policy', value: 'same-origin', override: true },
      ],
    },
  });
}
