import type { BehaviorDraft } from '../draft.ts';
import type { Properties } from '../properties.ts';
import type { ResourceType } from '../resource-type.ts';

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
      'where and how CloudFront listens; here it is HTTP/1.1 on this machine',
      'HttpVersion',
      'IPV6Enabled',
      'PriceClass',
      'ViewerCertificate',
      'Aliases',
    );
    config.harmless('there are no access logs', 'Logging');
    config.expect('Enabled', true);
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

/** Id and host. */
function origin(properties: Properties): [string, string] {
  properties.harmless(
    'the runtime reaches origins without a network',
    'CustomOriginConfig',
    'ConnectionAttempts',
    'ConnectionTimeout',
    'OriginShield',
  );
  properties.harmless(
    'only the distribution reaches the bucket here',
    'OriginAccessControlId',
    'S3OriginConfig',
  );
  properties.expect('OriginPath', '');
  return [properties.text('Id'), properties.text('DomainName')];
}

function behavior(properties: Properties, pathPattern: string): BehaviorDraft {
  properties.harmless('there is no HTTPS on this machine', 'ViewerProtocolPolicy');
  properties.harmless('nothing is kept', 'CachedMethods');
  const [viewerRequest, ...others] = properties.list('FunctionAssociations');
  if (others.length > 0)
    throw properties.error('FunctionAssociations', 'only a viewer-request function is known');
  viewerRequest?.expect('EventType', 'viewer-request');
  const methods = properties.texts('AllowedMethods');
  return {
    pathPattern,
    // CloudFront's default.
    methods: methods.length === 0 ? ['GET', 'HEAD'] : methods,
    originId: properties.text('TargetOriginId'),
    viewerRequestArn: viewerRequest?.text('FunctionARN'),
    cachePolicyId: properties.text('CachePolicyId'),
    compress: properties.flag('Compress'),
    originRequestPolicyId: properties.optionalText('OriginRequestPolicyId'),
    responseHeadersPolicyId: properties.optionalText('ResponseHeadersPolicyId'),
  };
}
