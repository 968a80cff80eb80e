import { describe, expect, it } from 'vitest';
import { readApp } from './app.ts';

describe('the templates', () => {
  const app = readApp();

  it('describe the table', () => {
    expect(app.table).toEqual({
      name: expect.stringMatching(/^data-Table-/),
      partitionKey: 'pk',
      sortKey: 'sk',
      ttlAttribute: 'ttl',
      streamView: 'NEW_AND_OLD_IMAGES',
    });
  });

  it('describe functions with their assets and imported values, without the functions of custom resources', () => {
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

  it('link routes to their functions', () => {
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

  it('link the stream to its function', () => {
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

  it('link behaviours to their origins, with the default behaviour last', () => {
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
              {
                folder: '/out/asset.pages',
                prefix: 'site/',
                except: ['x/*'],
                include: ['x/*.html'],
                contentType: 'text/html; charset=utf-8',
                cacheControl: 'max-age=60',
              },
            ],
          },
          viewerRequest: undefined,
          responseHeaders: [],
          encodings: ['br', 'gzip'],
        },
      ],
    });
  });

  describe('the compression of a behaviour', () => {
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
      ['uses both encodings of the cache policy', true, policy(60, true, true), ['br', 'gzip']],
      ['uses the one encoding of the cache policy', true, policy(60, true, false), ['gzip']],
      ['is off with a cache policy that does not cache', true, policy(0, true, true), []],
      ['is off if the behaviour does not compress', false, policy(60, true, true), []],
    ])('%s', (_what, compress, own, encodings) => {
      const { distribution } = readApp((changed) => {
        changed.site.Resources.Own = own;
        const [api] = changed.site.Resources.Distribution.Properties.DistributionConfig.CacheBehaviors;
        Object.assign(api, { CachePolicyId: { Ref: 'Own' }, Compress: compress });
      });
      expect(distribution.behaviors[0]?.encodings).toEqual(encodings);
    });
  });

  it('show outputs without an export name', () => {
    expect(app.outputs).toEqual({ SiteUrl: expect.stringMatching(/\.cloudfront\.net$/) });
  });

  it('leave out resources whose condition is false', () => {
    const { functions } = readApp((changed) => {
      changed.service.Conditions = { IsChina: { 'Fn::Equals': [{ Ref: 'AWS::Partition' }, 'aws-cn'] } };
      changed.service.Resources.Other = { ...changed.service.Resources.Hello, Condition: 'IsChina' };
    });
    expect(functions).toHaveLength(1);
  });
});

describe('an unsupported part of a template', () => {
  it('causes an error that names the type of resource', () => {
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
      'an unknown authorization',
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
      'a stage without AutoDeploy',
      'service',
      'SocketStage',
      'AutoDeploy',
      false,
      'SocketStage (AWS::ApiGatewayV2::Stage) AutoDeploy',
    ],
  ])('%s causes an error that names it', (_what, stack, logicalId, property, value, message) => {
    expect(() =>
      readApp((app) => {
        app[stack].Resources[logicalId].Properties[property] = value;
      }),
    ).toThrow(message);
  });

  it('causes an error with the path of a nested property', () => {
    expect(() =>
      readApp((app) => {
        const { CacheBehaviors } = app.site.Resources.Distribution.Properties.DistributionConfig;
        CacheBehaviors[0].LambdaFunctionAssociations = [];
      }),
    ).toThrow(
      'DistributionConfig.CacheBehaviors[0].LambdaFunctionAssociations: the local runtime does not support this property',
    );
  });

  it('causes an error for a cache policy that caches responses of an API', () => {
    expect(() =>
      readApp((app) => {
        const { CacheBehaviors } = app.site.Resources.Distribution.Properties.DistributionConfig;
        CacheBehaviors[0].CachePolicyId = '658327ea-f89d-4fab-a63d-7e88639e58f6';
      }),
    ).toThrow('/hello*: the cache policy of an API must not cache responses');
  });

  it('causes an error for a second table', () => {
    expect(() =>
      readApp((app) => {
        app.data.Resources.Other = app.data.Resources.Table;
      }),
    ).toThrow('exactly one table, not 2');
  });

  it('causes an error that names the section of the template', () => {
    expect(() =>
      readApp((app) => {
        app.data.Transform = 'AWS::Serverless-2016-10-31';
      }),
    ).toThrow('data: the section Transform is not supported');
  });
});

describe('an ignored type of resource', () => {
  const withTopic = (app: Parameters<NonNullable<Parameters<typeof readApp>[0]>>[0]) => {
    app.service.Resources.News = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'news' } };
  };

  it('has no effect on the deployment', () => {
    expect(readApp(withTopic, ['AWS::SNS::Topic'])).toEqual(readApp());
  });

  it('causes an error that mentions --ignore if it is not ignored', () => {
    expect(() => readApp(withTopic)).toThrow(
      'service News (AWS::SNS::Topic): the local runtime does not support this type of resource. Use --ignore to leave it out',
    );
  });

  it('has no attributes for other resources', () => {
    const used = (app: Parameters<typeof withTopic>[0]) => {
      withTopic(app);
      app.service.Resources.Hello.Properties.Environment.Variables.QUEUE = { 'Fn::GetAtt': ['News', 'Arn'] };
    };
    expect(() => readApp(used, ['AWS::SNS::Topic'])).toThrow(
      'Fn::GetAtt of "News.Arn": there is no such resource',
    );
  });
});
