import { byId, type ResourceType } from '../resource-type.ts';

/** The runtime caches nothing, which only a policy allows that leaves it to the origin's Cache-Control. */
export const cachePolicy: ResourceType = {
  identify: byId('Id'),
  read({ ref, properties }, draft) {
    const config = properties.nested('CachePolicyConfig');
    if (config === undefined) throw properties.error('CachePolicyConfig', 'is missing');
    config.harmless('labels', 'Name', 'Comment');
    if (config.integer('DefaultTTL') !== 0 || config.integer('MinTTL') !== 0) {
      throw config.error(
        'DefaultTTL',
        'answers would be kept without their origin asking for it; the runtime keeps none',
      );
    }
    const kept = config.nested('ParametersInCacheKeyAndForwardedToOrigin');
    kept?.harmless(
      'a cache may always be empty',
      ...['HeadersConfig', 'CookiesConfig', 'QueryStringsConfig'],
    );
    const brotli = kept?.flag('EnableAcceptEncodingBrotli');
    const gzip = kept?.flag('EnableAcceptEncodingGzip');
    // A policy that keeps nothing compresses nothing.
    const compresses = config.integer('MaxTTL') > 0;
    draft.originLedCachePolicies.set(
      ref,
      compresses ? [...(brotli ? (['br'] as const) : []), ...(gzip ? (['gzip'] as const) : [])] : [],
    );
  },
};
