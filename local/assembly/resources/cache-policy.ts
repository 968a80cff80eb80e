import { byId, type ResourceType } from '../resource-type.ts';

/** The runtime caches nothing, which only a policy allows that leaves it to the origin's Cache-Control. */
export const cachePolicy: ResourceType = {
  identify: byId('Id'),
  read({ ref, properties }, draft) {
    const config = properties.nested('CachePolicyConfig');
    if (config === undefined) throw properties.error('CachePolicyConfig', 'is missing');
    config.harmless('labels', 'Name', 'Comment');
    config.harmless('a cache may always be empty', 'MaxTTL', 'ParametersInCacheKeyAndForwardedToOrigin');
    if (config.integer('DefaultTTL') !== 0 || config.integer('MinTTL') !== 0) {
      throw config.error(
        'DefaultTTL',
        'answers would be kept without their origin asking for it; the runtime keeps none',
      );
    }
    draft.originLedCachePolicies.add(ref);
  },
};
