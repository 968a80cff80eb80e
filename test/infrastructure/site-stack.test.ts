import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SITE_PROOF } from '../../functions/protocol/viewer.ts';
import { functionSpecs } from '../../lib/functions.ts';
import { ANSWER_HEADERS } from '../support/answer-headers.ts';
import { synthesize } from './support/synthesize.ts';

interface Behavior {
  readonly PathPattern: string;
  readonly TargetOriginId: string;
  readonly ViewerProtocolPolicy: string;
  readonly AllowedMethods: readonly string[];
  readonly CachePolicyId: unknown;
  readonly OriginRequestPolicyId: string;
  readonly ResponseHeadersPolicyId?: unknown;
  readonly FunctionAssociations: readonly { EventType: string; FunctionARN: { 'Fn::GetAtt': [string] } }[];
}

/** Managed policies of CloudFront, the same in every account. */
const CACHING_OPTIMIZED = '658327ea-f89d-4fab-a63d-7e88639e58f6';
const CACHING_DISABLED = '4135ea2d-6df8-44a3-9df3-4b5a84be39ad';
const ALL_VIEWER_EXCEPT_HOST_HEADER = 'b689b0a8-53d0-40ab-baf2-68738e2966ac';

const { site } = synthesize();
const config = site.only('AWS::CloudFront::Distribution').DistributionConfig;
const behaviors: readonly Behavior[] = config.CacheBehaviors;
const deployments = site
  .ofType('Custom::CDKBucketDeployment')
  .map(([id, resource]) => ({ ...resource, isAsset: id.startsWith('Assets') }));
const assets = deployments.filter(({ isAsset }) => isAsset);
const pages = deployments.filter(({ isAsset }) => !isAsset);
const policies = new Map(
  site
    .ofType('AWS::CloudFront::ResponseHeadersPolicy')
    .map(([id, { Properties }]) => [id, Properties.ResponseHeadersPolicyConfig]),
);
const configOf = ({ ResponseHeadersPolicyId }: Behavior) =>
  policies.get((ResponseHeadersPolicyId as { Ref: string }).Ref);
const contentSecurityPolicyOf = (each: Behavior): string =>
  configOf(each).SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
const originOf = (id: string) => config.Origins.find(({ Id }: { Id: string }) => Id === id);
const behavior = (pattern: string) =>
  behaviors.find(({ PathPattern }) => PathPattern === pattern) as Behavior;
const viewerFunctionOf = ({ FunctionAssociations }: Behavior) =>
  site.json.Resources[FunctionAssociations[0]?.FunctionARN['Fn::GetAtt'][0] ?? '']?.Properties;

describe('the distribution', () => {
  it('puts the HTTP API, sockets and pages on one domain', () => {
    const api = (pattern: string) =>
      JSON.stringify(originOf(behavior(pattern).TargetOriginId).DomainName).match(
        /RefHttp|RefWebSocket/,
      )?.[0];
    expect(behaviors.map(({ PathPattern }) => [PathPattern, api(PathPattern)])).toEqual([
      ['/users*', 'RefHttp'],
      ['/chat*', 'RefHttp'],
      ['/conversations*', 'RefHttp'],
      ['/invitations*', 'RefHttp'],
      ['/reports*', 'RefHttp'],
      ['/schema/swagger-ui/*', 'RefHttp'],
      ['/schema*', 'RefHttp'],
      ['/.well-known/*', 'RefHttp'],
      ['/ws/ticket*', 'RefHttp'],
      ['/ws*', 'RefWebSocket'],
    ]);
    expect(originOf(config.DefaultCacheBehavior.TargetOriginId)).toHaveProperty('S3OriginConfig');
    expect(config.DefaultRootObject).toBe('index.html');
  });

  it('takes seven methods at most, and no TRACE', () => {
    const seven = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];
    for (const { AllowedMethods = ['GET', 'HEAD'] } of [...behaviors, config.DefaultCacheBehavior]) {
      expect(AllowedMethods.filter((method: string) => !seven.includes(method))).toEqual([]);
    }
  });

  it.each(behaviors.map(({ PathPattern }) => PathPattern))(
    'passes %s on with every header of the viewer but Host, over TLS 1.2, without a path of its own',
    (pattern) => {
      expect(behavior(pattern)).toMatchObject({
        OriginRequestPolicyId: ALL_VIEWER_EXCEPT_HOST_HEADER,
        ViewerProtocolPolicy: 'https-only',
      });
      const origin = originOf(behavior(pattern).TargetOriginId);
      expect(origin.CustomOriginConfig).toEqual({
        OriginProtocolPolicy: 'https-only',
        OriginSSLProtocols: ['TLSv1.2'],
      });
      expect(origin).not.toHaveProperty('OriginPath');
    },
  );

  it('caches no answer of the APIs, except files of the page by their Cache-Control', () => {
    for (const { PathPattern, CachePolicyId } of behaviors) {
      if (PathPattern !== '/schema/swagger-ui/*') expect(CachePolicyId).toBe(CACHING_DISABLED);
    }
    expect(site.only('AWS::CloudFront::CachePolicy').CachePolicyConfig).toMatchObject({
      MinTTL: 0,
      DefaultTTL: 0,
      ParametersInCacheKeyAndForwardedToOrigin: { HeadersConfig: { HeaderBehavior: 'none' } },
    });
  });

  it('keeps no error, of the APIs or of a missing page', () => {
    const kept = config.CustomErrorResponses.map((one: object) => Object.values(one));
    expect(kept).toEqual(
      [400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504].map((status) => [0, status]),
    );
  });

  it('runs the viewer functions from the source tree', () => {
    const source = (file: string) => readFileSync(`lib/edge/${file}`, 'utf8');
    for (const each of behaviors) {
      const file = each.PathPattern === '/ws*' ? 'websocket-request.js' : 'http-request.js';
      expect(each.FunctionAssociations[0]?.EventType).toBe('viewer-request');
      expect(viewerFunctionOf(each)).toMatchObject({
        FunctionCode: source(file),
        FunctionConfig: { Runtime: 'cloudfront-js-2.0' },
        AutoPublish: true,
      });
      // CloudFront's size limit for a function.
      expect(source(file).length).toBeLessThan(10_240);
    }
  });

  it('redirects pages to HTTPS and sends HSTS', () => {
    expect(config.DefaultCacheBehavior.ViewerProtocolPolicy).toBe('redirect-to-https');
    for (const { SecurityHeadersConfig } of policies.values()) {
      expect(SecurityHeadersConfig.StrictTransportSecurity).toEqual({
        AccessControlMaxAgeSec: 31_536_000,
        IncludeSubdomains: true,
        Override: true,
      });
      expect(SecurityHeadersConfig.FrameOptions.FrameOption).toBe('DENY');
    }
  });

  it('lets pages load everything from the site itself, nothing inline, and no text as markup', () => {
    expect(contentSecurityPolicyOf(config.DefaultCacheBehavior)).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
        "manifest-src 'self'; worker-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'",
    );
  });

  it('lets an answer of the HTTP API load nothing, unless the function says otherwise', () => {
    for (const each of behaviors.filter(({ PathPattern }) => PathPattern !== '/ws*')) {
      expect(configOf(each).SecurityHeadersConfig.ContentSecurityPolicy).toEqual({
        ContentSecurityPolicy: ANSWER_HEADERS['content-security-policy'],
        Override: false,
      });
    }
  });

  it('forbids to cache what says nothing of it, such as refusals of API Gateway and S3', () => {
    for (const { CustomHeadersConfig } of policies.values()) {
      expect(CustomHeadersConfig.Items).toContainEqual({
        Header: 'cache-control',
        Value: 'no-store',
        Override: false,
      });
    }
  });

  it('sends the security headers with pages and answers, not with sockets', () => {
    expect(config.DefaultCacheBehavior).toHaveProperty('ResponseHeadersPolicyId');
    const without = behaviors.filter((each) => !('ResponseHeadersPolicyId' in each));
    expect(without.map(({ PathPattern }) => PathPattern)).toEqual(['/ws*']);
  });

  it('is the only reader of the bucket, which is closed to the public', () => {
    const [[bucket, { Properties }] = ['', { Properties: {} }]] = site.ofType('AWS::S3::Bucket');
    expect(Properties.PublicAccessBlockConfiguration).toEqual({
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    });
    const { Bucket, PolicyDocument } = site.only('AWS::S3::BucketPolicy');
    expect(Bucket).toEqual({ Ref: bucket });
    const readers = PolicyDocument.Statement.filter(
      ({ Effect, Action }: { Effect: string; Action: string[] }) =>
        Effect === 'Allow' && Action.some((action) => /^s3:(GetObject|\*)/.test(action)),
    );
    expect(readers).toMatchObject([
      { Principal: { Service: 'cloudfront.amazonaws.com' }, Action: ['s3:GetObject', 's3:ListBucket'] },
    ]);
    expect(JSON.stringify(readers[0].Condition)).toContain('Distribution');
  });

  it('serves pages that browsers request each time, and assets that they request once', () => {
    for (const { Properties } of assets) {
      expect(Properties).toMatchObject({
        DestinationBucketKeyPrefix: 'assets',
        SystemMetadata: { 'cache-control': 'public, max-age=31536000, immutable' },
      });
    }
    for (const { Properties } of pages) {
      expect(Properties).toMatchObject({ SystemMetadata: { 'cache-control': 'no-cache' } });
    }
  });

  it('names the charset of texts, in a deployment for each of their types, and leaves out none of the others', () => {
    const parts = (some: typeof deployments) =>
      some.map(({ Properties: { Exclude = [], Include = [], SystemMetadata } }) => [
        Exclude,
        Include,
        SystemMetadata['content-type'],
      ]);
    expect(parts(assets)).toEqual([
      [['*.js', '*.css'], [], undefined],
      [['*'], ['*.js'], 'text/javascript; charset=utf-8'],
      [['*'], ['*.css'], 'text/css; charset=utf-8'],
    ]);
    expect(parts(pages)).toEqual([
      [['assets/*', '*.html'], [], undefined],
      [['*'], ['*.html'], 'text/html; charset=utf-8'],
    ]);
  });

  it('deploys assets before the pages that name them, and keeps old ones for open pages', () => {
    for (const { DependsOn, Properties } of pages) {
      expect(DependsOn?.join().match(/AssetsDeployment/g)?.length).toBeGreaterThanOrEqual(assets.length);
      expect(Properties.Prune).toBe(true);
    }
    for (const { Properties } of assets) expect(Properties.Prune).toBe(false);
  });

  it('compresses pages and the files of the APIs, but no answers', () => {
    expect(config.DefaultCacheBehavior).toMatchObject({ Compress: true, CachePolicyId: CACHING_OPTIMIZED });
    expect(site.only('AWS::CloudFront::CachePolicy').CachePolicyConfig).toMatchObject({
      ParametersInCacheKeyAndForwardedToOrigin: {
        EnableAcceptEncodingBrotli: true,
        EnableAcceptEncodingGzip: true,
      },
    });
    expect(behavior('/schema/swagger-ui/*')).toHaveProperty('Compress', true);
  });

  it('deletes its pages with the stack, because only an empty bucket can be deleted', () => {
    const [[bucket, { DeletionPolicy }] = ['', { DeletionPolicy: '' }]] = site.ofType('AWS::S3::Bucket');
    expect(DeletionPolicy).toBe('Delete');
    expect(site.only('Custom::S3AutoDeleteObjects').BucketName).toEqual({ Ref: bucket });
  });

  it('logs its viewers in prod, into a bucket that is retained; in dev nothing is retained', () => {
    const prod = synthesize({ stage: 'prod' }).site;
    const logging = prod.only('AWS::CloudFront::Distribution').DistributionConfig.Logging;
    const log = prod.json.Resources[logging.Bucket['Fn::GetAtt'][0]];
    expect(log?.DeletionPolicy).toBe('Retain');
    expect(log?.Properties.LifecycleConfiguration.Rules[0]).toMatchObject({ ExpirationInDays: 90 });
    expect(config).not.toHaveProperty('Logging');
    const staying = Object.values(site.json.Resources).filter(
      ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
    );
    expect(staying).toEqual([]);
  });
});

describe('the bare APIs answer only what comes through the site:', () => {
  const { service } = synthesize();
  const open = synthesize({ bareApis: 'on' });
  const secretId = service.ofType('AWS::SecretsManager::Secret')[0]?.[0] ?? '';
  const headersTo = (template: typeof site) =>
    (template.only('AWS::CloudFront::Distribution').DistributionConfig.Origins as object[]).map(
      (origin) => (origin as { OriginCustomHeaders?: object[] }).OriginCustomHeaders,
    );

  it('CloudFront sends the secret to both APIs, and to nothing else', () => {
    const proofs = behaviors.map(({ TargetOriginId }) => originOf(TargetOriginId).OriginCustomHeaders);
    for (const proof of proofs) {
      expect(proof).toEqual([{ HeaderName: SITE_PROOF, HeaderValue: expect.anything() }]);
      expect(JSON.stringify(proof)).toMatch(/"\{\{resolve:secretsmanager:".*":SecretString:::\}\}"/);
    }
    expect(originOf(config.DefaultCacheBehavior.TargetOriginId)).not.toHaveProperty('OriginCustomHeaders');
  });

  it('each function of the HTTP API and the authorizer of sockets get the same secret, and no other function does', () => {
    const having = [...service.functions()].filter(
      ([, { Environment }]) => Environment.Variables.SITE_SECRET !== undefined,
    );
    expect(having.map(([name]) => name).toSorted()).toEqual(
      Object.keys(functionSpecs)
        .filter((entry) => entry.startsWith('http/') || entry === 'websocket/authorize')
        .map((entry) => entry.split('/')[1])
        .filter((name) => service.functions().has(name as string))
        .toSorted(),
    );
    for (const [, { Environment }] of having)
      expect(Environment.Variables.SITE_SECRET).toEqual({
        'Fn::Join': ['', ['{{resolve:secretsmanager:', { Ref: secretId }, ':SecretString:::}}']],
      });
  });

  it('with -c bareApis=on there is no secret, and no header', () => {
    expect(open.service.ofType('AWS::SecretsManager::Secret')).toEqual([]);
    expect(headersTo(open.site).filter((headers) => headers !== undefined)).toEqual([]);
    for (const { Environment } of open.service.functions().values())
      expect([undefined, 'off']).toContain(Environment.Variables.SITE_SECRET);
  });
});
