import { describe, expect, it } from 'vitest';
import { readApp } from './app.ts';

describe('reading the templates', () => {
  const app = readApp();

  it('finds the table', () => {
    expect(app.table).toEqual({
      name: expect.stringMatching(/^data-Table-/),
      partitionKey: 'pk',
      sortKey: 'sk',
      ttlAttribute: 'ttl',
      streamView: 'NEW_AND_OLD_IMAGES',
    });
  });

  it('finds functions with their asset and what other stacks export, but not those that only deploy', () => {
    expect(app.functions).toEqual([
      {
        name: 'app-hello',
        codeFolder: '/out/asset.hello',
        handler: 'index.handler',
        memoryMb: 256,
        timeoutSeconds: 5,
        environment: { TABLE_NAME: app.table.name },
        permissions: expect.any(Array),
      },
    ]);
  });

  it('follows routes to their functions', () => {
    expect(app.httpApi).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{10}$/),
      cors: undefined,
      routes: [{ key: 'GET /hello', functionName: 'app-hello' }],
    });
    expect(app.webSocketApi).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{10}$/),
      stage: 'ws',
      routeSelection: '$request.body.action',
      routes: [
        {
          key: '$connect',
          functionName: 'app-hello',
          answers: false,
          authorizer: { functionName: 'app-hello', identitySources: [] },
        },
        { key: '$default', functionName: 'app-hello', answers: true, authorizer: undefined },
      ],
    });
  });

  it('follows the stream to its function', () => {
    expect(app.eventSources).toEqual([
      {
        functionName: 'app-hello',
        batchSize: 100,
        windowSeconds: 0,
        reportsItemFailures: false,
        bisectsOnError: false,
        maximumRetries: 2,
        filters: [{ eventName: ['REMOVE'] }],
        hasDeadLetters: false,
      },
    ]);
  });

  it('follows behaviours to their origins, the default one last', () => {
    expect(app.distribution).toEqual({
      defaultRootObject: 'index.html',
      behaviors: [
        {
          pathPattern: '/hello*',
          methods: ['GET', 'HEAD', 'OPTIONS'],
          origin: { kind: 'http-api' },
          viewerRequest: 'function handler(event) { return event.request; }',
          responseHeaders: [],
          encodings: [],
        },
        {
          pathPattern: '*',
          methods: ['GET', 'HEAD'],
          origin: {
            kind: 'bucket',
            contents: [
              { folder: '/out/asset.pages', prefix: 'site/', except: ['x/*'], cacheControl: 'max-age=60' },
            ],
          },
          viewerRequest: undefined,
          responseHeaders: [],
          encodings: ['br', 'gzip'],
        },
      ],
    });
  });

  describe('compresses', () => {
    const policy = (maxTtl: number, gzip: boolean, brotli: boolean) => ({
      Type: 'AWS::CloudFront::CachePolicy',
      Properties: {
        CachePolicyConfig: {
          Name: 'own',
          MinTTL: 0,
          DefaultTTL: 0,
          MaxTTL: maxTtl,
          ParametersInCacheKeyAndForwardedToOrigin: {
            EnableAcceptEncodingGzip: gzip,
            EnableAcceptEncodingBrotli: brotli,
            HeadersConfig: { HeaderBehavior: 'none' },
          },
        },
      },
    });

    it.each([
      ['in what the cache policy keeps', true, policy(60, true, true), ['br', 'gzip']],
      ['in what the cache policy keeps', true, policy(60, true, false), ['gzip']],
      ['nothing by a cache policy that keeps nothing', true, policy(0, true, true), []],
      ['nothing unless the behaviour says so', false, policy(60, true, true), []],
    ])('%s', (_what, compress, own, encodings) => {
      const { distribution } = readApp((changed) => {
        changed.site.Resources.Own = own;
        const [api] = changed.site.Resources.Distribution.Properties.DistributionConfig.CacheBehaviors;
        Object.assign(api, { CachePolicyId: { Ref: 'Own' }, Compress: compress });
      });
      expect(distribution.behaviors[0]?.encodings).toEqual(encodings);
    });
  });

  it('shows what the stacks put out for people', () => {
    expect(app.outputs).toEqual({ SiteUrl: expect.stringMatching(/\.cloudfront\.net$/) });
  });

  it('leaves out resources whose condition does not hold', () => {
    const { functions } = readApp((changed) => {
      changed.service.Conditions = { IsChina: { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-cn'] } };
      changed.service.Resources.Other = { ...changed.service.Resources.Hello, Condition: 'IsChina' };
    });
    expect(functions).toHaveLength(1);
  });
});

describe('what the runtime does not know is an error that names it', () => {
  it('a type of resource', () => {
    expect(() =>
      readApp((app) => {
        app.data.Resources.Cache = { Type: 'AWS::ElastiCache::CacheCluster' };
      }),
    ).toThrow(
      'data Cache (AWS::ElastiCache::CacheCluster): the local runtime does not support this type of resource',
    );
  });

  it.each([
    [
      'a property',
      'data',
      'Table',
      'GlobalSecondaryIndexes',
      [],
      'data Table (AWS::DynamoDB::Table) GlobalSecondaryIndexes',
    ],
    [
      'a function’s layers',
      'service',
      'Hello',
      'Layers',
      ['x'],
      'service Hello (AWS::Lambda::Function) Layers',
    ],
    [
      'another runtime',
      'service',
      'Hello',
      'Runtime',
      'python3.13',
      'Hello (AWS::Lambda::Function) Runtime: "python3.13"',
    ],
    [
      'a second authorization',
      'service',
      'HttpRoute',
      'AuthorizationType',
      'JWT',
      'AuthorizationType: JWT is not supported',
    ],
    [
      'an operator of a filter',
      'service',
      'Follow',
      'FilterCriteria',
      { Filters: [{ Pattern: '{"a":[{"cidr":"::/0"}]}' }] },
      'FilterCriteria.Filters[0].Pattern: the local runtime does not know the filter rule {"cidr":"::/0"}',
    ],
    [
      'another kind of source',
      'service',
      'Follow',
      'EventSourceArn',
      'arn:aws:sqs:x',
      'the source must be the table\'s stream, not "arn:aws:sqs:x"',
    ],
    [
      'a stage that is not deployed by itself',
      'service',
      'SocketStage',
      'AutoDeploy',
      false,
      'SocketStage (AWS::ApiGatewayV2::Stage) AutoDeploy',
    ],
  ])('%s', (_what, stack, logicalId, property, value, message) => {
    expect(() =>
      readApp((app) => {
        app[stack].Resources[logicalId].Properties[property] = value;
      }),
    ).toThrow(message);
  });

  it('a property deep within', () => {
    expect(() =>
      readApp((app) => {
        const { CacheBehaviors } = app.site.Resources.Distribution.Properties.DistributionConfig;
        CacheBehaviors[0].LambdaFunctionAssociations = [];
      }),
    ).toThrow(
      'DistributionConfig.CacheBehaviors[0].LambdaFunctionAssociations: the local runtime does not support this property',
    );
  });

  it('a cache policy that keeps an API’s answers', () => {
    expect(() =>
      readApp((app) => {
        const { CacheBehaviors } = app.site.Resources.Distribution.Properties.DistributionConfig;
        CacheBehaviors[0].CachePolicyId = '658327ea-f89d-4fab-a63d-7e88639e58f6';
      }),
    ).toThrow('/hello*: the cache policy of an API must not cache responses');
  });

  it('a second table', () => {
    expect(() =>
      readApp((app) => {
        app.data.Resources.Other = app.data.Resources.Table;
      }),
    ).toThrow('exactly one table, not 2');
  });

  it('a section of the template', () => {
    expect(() =>
      readApp((app) => {
        app.data.Transform = 'AWS::Serverless-2016-10-31';
      }),
    ).toThrow('data: the section Transform is not supported');
  });
});

describe('a type of resource that is ignored', () => {
  const withTopic = (app: Parameters<NonNullable<Parameters<typeof readApp>[0]>>[0]) => {
    app.service.Resources.News = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } };
  };

  it('has no part in what runs', () => {
    expect(readApp(withTopic, ['AWS::SNS::Topic'])).toEqual(readApp());
  });

  it('is an error without that, which says how to ignore it', () => {
    expect(() => readApp(withTopic)).toThrow(
      'service News (AWS::SNS::Topic): the local runtime does not support this type of resource. Use --ignore to leave it out',
    );
  });

  it('still has no attributes that others could use', () => {
    const used = (app: Parameters<typeof withTopic>[0]) => {
      withTopic(app);
      app.service.Resources.Hello.Properties.Environment.Variables.QUEUE = { 'Fn::GetAtt': ['News', 'Arn'] };
    };
    expect(() => readApp(used, ['AWS::SNS::Topic'])).toThrow(
      'Fn::GetAtt of "News.Arn": there is no such resource',
    );
  });
});
