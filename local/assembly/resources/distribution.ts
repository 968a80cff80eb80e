import type { ResponseHeaderSpec } from '../../model.ts';
import { account } from '../account.ts';
import type { BehaviorDraft, OriginDraft } from '../draft.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

export const distribution: ResourceType = {
  identify: (_name, id) => ({
    ref: id.toUpperCase(),
    attributes: { Id: id.toUpperCase(), DomainName: `${id}.cloudfront.net` },
  }),
  read({ properties, error }, draft) {
    properties.harmless('labels', 'Tags');
    const config = properties.nested('DistributionConfig');
    if (config === undefined) throw properties.error('DistributionConfig', 'is missing');
    config.harmless('labels', 'Comment');
    config.harmless(
      'listeners of CloudFront; the runtime serves HTTP/1.1 on this machine',
      'HttpVersion',
      'IPV6Enabled',
      'PriceClass',
      'ViewerCertificate',
      'Aliases',
    );
    config.harmless('there are no access logs', 'Logging');
    config.harmless('there is no AWS WAF on this machine', 'WebACLId');
    config.expect('Enabled', true);
    for (const errorResponse of config.list('CustomErrorResponses')) {
      errorResponse.harmless('the runtime does not cache', 'ErrorCode', 'ErrorCachingMinTTL');
    }
    const behaviors = config
      .list('CacheBehaviors')
      .map((entry) => behavior(entry, entry.text('PathPattern')));
    const last = config.nested('DefaultCacheBehavior');
    if (last === undefined) throw config.error('DefaultCacheBehavior', 'is missing');
    draft.distributions.push({
      defaultRootObject: config.optionalText('DefaultRootObject'),
      origins: new Map(config.list('Origins').map(origin)),
      behaviors: [...behaviors, behavior(last, '*')],
      error,
    });
  },
};

/** An origin by its id. */
function origin(properties: Properties): [string, OriginDraft] {
  properties.harmless(
    'the runtime reaches origins without a network',
    'CustomOriginConfig',
    'ConnectionAttempts',
    'ConnectionTimeout',
    'OriginShield',
  );
  properties.harmless(
    'only the distribution has access to the bucket',
    'OriginAccessControlId',
    'S3OriginConfig',
  );
  properties.expect('OriginPath', '');
  const headers = properties
    .list('OriginCustomHeaders')
    .map((header) => [header.text('HeaderName').toLowerCase(), header.text('HeaderValue')] as const);
  return [
    properties.text('Id'),
    { host: properties.text('DomainName'), headers: Object.fromEntries(headers) },
  ];
}

function behavior(properties: Properties, pathPattern: string): BehaviorDraft {
  properties.harmless('there is no HTTPS on this machine', 'ViewerProtocolPolicy');
  properties.harmless('the runtime does not cache', 'CachedMethods');
  const [viewerRequest, ...others] = properties.list('FunctionAssociations');
  if (others.length > 0)
    throw properties.error(
      'FunctionAssociations',
      'must have at most one function, a viewer-request function',
    );
  viewerRequest?.expect('EventType', 'viewer-request');
  const methods = properties.texts('AllowedMethods');
  return {
    pathPattern,
    // The default of CloudFront.
    methods: methods.length === 0 ? ['GET', 'HEAD'] : methods,
    originId: properties.text('TargetOriginId'),
    viewerRequestArn: viewerRequest?.text('FunctionARN'),
    cachePolicyId: properties.text('CachePolicyId'),
    compress: properties.flag('Compress'),
    originRequestPolicyId: properties.optionalText('OriginRequestPolicyId'),
    responseHeadersPolicyId: properties.optionalText('ResponseHeadersPolicyId'),
  };
}

/** A CloudFront function, which a behaviour runs for each request. */
export const viewerFunction: ResourceType = {
  nameProperty: 'Name',
  identify(name) {
    const functionArn = `arn:${account.partition}:cloudfront::${account.id}:function/${name}`;
    return { ref: functionArn, attributes: { FunctionARN: functionArn } };
  },
  read({ ref, properties }, draft) {
    properties.harmless('the name is in the ARN', 'Name');
    properties.harmless('labels', 'Tags', 'FunctionMetadata');
    properties.expect('AutoPublish', true);
    const config = properties.nested('FunctionConfig');
    config?.harmless('labels', 'Comment');
    config?.expect('Runtime', 'cloudfront-js-2.0');
    draft.viewerFunctions.set(ref, properties.text('FunctionCode'));
  },
};

/** The runtime does not cache. So the policy must leave caching to the origin's Cache-Control. */
export const cachePolicy: ResourceType = {
  identify: byId('Id'),
  read({ ref, properties }, draft) {
    const config = properties.nested('CachePolicyConfig');
    if (config === undefined) throw properties.error('CachePolicyConfig', 'is missing');
    config.harmless('labels', 'Name', 'Comment');
    if (config.integer('DefaultTTL') !== 0 || config.integer('MinTTL') !== 0) {
      throw config.error('DefaultTTL', 'DefaultTTL and MinTTL must be 0, because the runtime does not cache');
    }
    const kept = config.nested('ParametersInCacheKeyAndForwardedToOrigin');
    kept?.harmless(
      'cache keys have no effect without a cache',
      ...['HeadersConfig', 'CookiesConfig', 'QueryStringsConfig'],
    );
    const brotli = kept?.flag('EnableAcceptEncodingBrotli');
    const gzip = kept?.flag('EnableAcceptEncodingGzip');
    // Without caching, CloudFront does not compress.
    const compresses = config.integer('MaxTTL') > 0;
    draft.originLedCachePolicies.set(
      ref,
      compresses ? [...(brotli ? (['br'] as const) : []), ...(gzip ? (['gzip'] as const) : [])] : [],
    );
  },
};

/** Headers that CloudFront adds to responses. */
export const responseHeadersPolicy: ResourceType = {
  identify: byId('Id'),
  read({ ref, properties }, draft) {
    const config = properties.nested('ResponseHeadersPolicyConfig');
    if (config === undefined) throw properties.error('ResponseHeadersPolicyConfig', 'is missing');
    config.harmless('labels', 'Name', 'Comment');
    const custom = config.nested('CustomHeadersConfig')?.list('Items') ?? [];
    draft.responseHeaders.set(ref, [
      ...custom.map((item) => header(item, item.text('Header'), item.text('Value'))),
      ...securityHeaders(config.nested('SecurityHeadersConfig')),
    ]);
  },
};

function securityHeaders(config: Properties | undefined): ResponseHeaderSpec[] {
  const csp = config?.nested('ContentSecurityPolicy');
  const types = config?.nested('ContentTypeOptions');
  const frames = config?.nested('FrameOptions');
  const referrer = config?.nested('ReferrerPolicy');
  const transport = config?.nested('StrictTransportSecurity');
  return [
    csp && header(csp, 'content-security-policy', csp.text('ContentSecurityPolicy')),
    types && header(types, 'x-content-type-options', 'nosniff'),
    frames && header(frames, 'x-frame-options', frames.text('FrameOption')),
    referrer && header(referrer, 'referrer-policy', referrer.text('ReferrerPolicy')),
    transport && header(transport, 'strict-transport-security', hsts(transport)),
  ].filter((entry) => entry !== undefined);
}

function hsts(transport: Properties): string {
  const age = `max-age=${transport.integer('AccessControlMaxAgeSec')}`;
  const subdomains = transport.flag('IncludeSubdomains') ? '; includeSubDomains' : '';
  return age + subdomains + (transport.flag('Preload') ? '; preload' : '');
}

function header(properties: Properties, name: string, value: string): ResponseHeaderSpec {
  return { name: name.toLowerCase(), value, override: properties.flag('Override') };
}
