import type { BehaviorSpec, ContentEncoding, DistributionSpec, OriginSpec } from '../model.ts';
import { apiHost } from './account.ts';
import type { BehaviorDraft, DistributionDraft, Draft } from './draft.ts';

interface ApiIds {
  readonly httpApi: string;
  readonly webSocketApi: string;
}

/** The ids of CloudFront's managed policies. */
const cachingDisabled = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const cachingOptimized = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const allViewerExceptHostHeader = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

export function linkDistribution(
  distribution: DistributionDraft,
  draft: Draft,
  ids: ApiIds,
): DistributionSpec {
  return {
    defaultRootObject: distribution.defaultRootObject,
    behaviors: distribution.behaviors.map((behavior) => linkBehavior(behavior, distribution, draft, ids)),
  };
}

function linkBehavior(
  behavior: BehaviorDraft,
  distribution: DistributionDraft,
  draft: Draft,
  ids: ApiIds,
): BehaviorSpec {
  const complain = (problem: string) => distribution.error(`${behavior.pathPattern}: ${problem}`);
  const from = distribution.origins.get(behavior.originId);
  const origin = from === undefined ? undefined : originOf(from.host, draft, ids);
  if (from === undefined || origin === undefined)
    throw complain(
      `the origin "${from?.host ?? behavior.originId}" is neither an API nor a bucket of the app`,
    );

  const encodings = encodingsOf(behavior.cachePolicyId, draft);
  if (origin.kind !== 'bucket') {
    if (behavior.originRequestPolicyId !== allViewerExceptHostHeader) {
      throw complain(
        'the origin request policy of an API must be AllViewerExceptHostHeader, because the runtime passes all but Host',
      );
    }
    if (encodings === undefined || behavior.cachePolicyId === cachingOptimized) {
      throw complain(
        'the cache policy of an API must not cache responses, because the runtime does not cache',
      );
    }
  } else if (encodings === undefined) {
    // All supported policies are fine for a bucket, because its files do not change while the runtime serves them.
    throw complain(`the cache policy ${behavior.cachePolicyId} is not supported`);
  }

  const viewerRequest =
    behavior.viewerRequestArn === undefined
      ? undefined
      : draft.viewerFunctions.get(behavior.viewerRequestArn);
  if (behavior.viewerRequestArn !== undefined && viewerRequest === undefined) {
    throw complain(`there is no CloudFront function ${behavior.viewerRequestArn}`);
  }
  const headersId = behavior.responseHeadersPolicyId;
  const responseHeaders = headersId === undefined ? [] : draft.responseHeaders.get(headersId);
  if (responseHeaders === undefined)
    throw complain(`the response headers policy ${headersId} is not supported`);
  return {
    pathPattern: behavior.pathPattern,
    methods: behavior.methods,
    origin,
    ...(Object.keys(from.headers).length > 0 && { originHeaders: from.headers }),
    viewerRequest,
    responseHeaders,
    encodings: behavior.compress ? encodings : [],
  };
}

/** The encodings that the cache policy allows. CloudFront compresses with no others. Undefined for an unknown policy. */
function encodingsOf(cachePolicyId: string, draft: Draft): readonly ContentEncoding[] | undefined {
  if (cachePolicyId === cachingDisabled) return [];
  // If a viewer accepts both, CloudFront prefers Brotli.
  if (cachePolicyId === cachingOptimized) return ['br', 'gzip'];
  return draft.originLedCachePolicies.get(cachePolicyId);
}

function originOf(host: string, draft: Draft, ids: ApiIds): OriginSpec | undefined {
  if (host === apiHost(ids.httpApi)) return { kind: 'http-api' };
  if (host === apiHost(ids.webSocketApi)) return { kind: 'websocket-api' };
  const bucket = draft.bucketDomains.get(host);
  if (bucket === undefined) return undefined;
  return { kind: 'bucket', contents: draft.bucketContents.get(bucket) ?? [] };
}
