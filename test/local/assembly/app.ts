import { readTemplates } from '../../../local/assembly/read-assembly.ts';
import type { Template } from '../../../local/assembly/template.ts';
import type { Deployment } from '../../../local/model.ts';

type Resources = NonNullable<Template['Resources']>;

const invokeUri = (logicalId: string) => ({
  'Fn::Join': [
    '',
    [
      'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/',
      { 'Fn::GetAtt': [logicalId, 'Arn'] },
      '/invocations',
    ],
  ],
});

const data: Resources = {
  Table: {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
      TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
    },
  },
};

const service: Resources = {
  Hello: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: 'app-hello',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      MemorySize: 256,
      Timeout: 5,
      Code: { S3Bucket: 'assets', S3Key: 'hello.zip' },
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Environment: { Variables: { TABLE_NAME: { 'Fn::ImportValue': 'table-name' } } },
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      ManagedPolicyArns: [
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Fn::Sub's own syntax
        { 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole' },
      ],
    },
  },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'policy',
      Roles: [{ Ref: 'Role' }],
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['xray:PutTraceSegments', 'dynamodb:ListStreams'],
            Resource: '*',
          },
          {
            Effect: 'Allow',
            Action: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
            Resource: { 'Fn::ImportValue': 'stream' },
          },
          {
            Effect: 'Allow',
            Action: 'dynamodb:Query',
            Resource: [{ 'Fn::ImportValue': 'table-arn' }],
            Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['CONV#*'] } },
          },
          {
            Effect: 'Allow',
            Action: 'logs:PutLogEvents',
            Resource: '*',
            Condition: { Bool: { 'aws:x': 'true' } },
          },
        ],
      },
    },
  },
  Http: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'http', ProtocolType: 'HTTP' } },
  HttpStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Http' }, StageName: '$default', AutoDeploy: true },
  },
  HttpIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Http' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['Hello', 'Arn'] },
      PayloadFormatVersion: '2.0',
    },
  },
  HttpRoute: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Http' },
      RouteKey: 'GET /hello',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Fn::Sub's own syntax
      Target: { 'Fn::Sub': 'integrations/${HttpIntegration}' },
    },
  },
  Socket: {
    Type: 'AWS::ApiGatewayV2::Api',
    Properties: { ProtocolType: 'WEBSOCKET', RouteSelectionExpression: '$request.body.action' },
  },
  SocketStage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: { ApiId: { Ref: 'Socket' }, StageName: 'ws', AutoDeploy: true },
  },
  SocketIntegration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Socket' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: invokeUri('Hello'),
    },
  },
  Authorizer: {
    Type: 'AWS::ApiGatewayV2::Authorizer',
    Properties: {
      ApiId: { Ref: 'Socket' },
      Name: 'a',
      AuthorizerType: 'REQUEST',
      AuthorizerUri: invokeUri('Hello'),
      IdentitySource: [],
    },
  },
  Connect: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Socket' },
      RouteKey: '$connect',
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: 'Authorizer' },
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'SocketIntegration' }]] },
    },
  },
  Default: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Socket' },
      RouteKey: '$default',
      RouteResponseSelectionExpression: '$default',
      Target: { 'Fn::Join': ['/', ['integrations', { Ref: 'SocketIntegration' }]] },
    },
  },
  Answer: {
    Type: 'AWS::ApiGatewayV2::RouteResponse',
    Properties: { ApiId: { Ref: 'Socket' }, RouteId: { Ref: 'Default' }, RouteResponseKey: '$default' },
  },
  Follow: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      FunctionName: { Ref: 'Hello' },
      EventSourceArn: { 'Fn::ImportValue': 'stream' },
      StartingPosition: 'TRIM_HORIZON',
      MaximumRetryAttempts: 2,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["REMOVE"]}' }] },
    },
  },
};

const site: Resources = {
  Pages: { Type: 'AWS::S3::Bucket', Properties: {} },
  Copier: {
    Type: 'AWS::Lambda::Function',
    Properties: { Runtime: 'python3.13', Handler: 'index.handler', Code: {}, Layers: ['x'] },
  },
  Deployment: {
    Type: 'Custom::CDKBucketDeployment',
    Properties: {
      ServiceToken: { 'Fn::GetAtt': ['Copier', 'Arn'] },
      SourceBucketNames: ['assets'],
      SourceObjectKeys: ['pages.zip'],
      DestinationBucketName: { Ref: 'Pages' },
      DestinationBucketKeyPrefix: 'site',
      Exclude: ['x/*'],
      Include: ['x/*.html'],
      SystemMetadata: { 'cache-control': 'max-age=60', 'content-type': 'text/html; charset=utf-8' },
    },
  },
  Rewrite: {
    Type: 'AWS::CloudFront::Function',
    Properties: {
      Name: 'rewrite',
      AutoPublish: true,
      FunctionCode: 'function handler(event) { return event.request; }',
      FunctionConfig: { Comment: '', Runtime: 'cloudfront-js-2.0' },
    },
  },
  Distribution: {
    Type: 'AWS::CloudFront::Distribution',
    Properties: {
      DistributionConfig: {
        Enabled: true,
        DefaultRootObject: 'index.html',
        Origins: [
          { Id: 'pages', DomainName: { 'Fn::GetAtt': ['Pages', 'RegionalDomainName'] }, S3OriginConfig: {} },
          { Id: 'http', DomainName: { 'Fn::ImportValue': 'http-host' } },
        ],
        CacheBehaviors: [
          {
            PathPattern: '/hello*',
            TargetOriginId: 'http',
            AllowedMethods: ['GET', 'HEAD', 'OPTIONS'],
            CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
            OriginRequestPolicyId: 'b689b0a8-53d0-40ab-baf2-68738e2966ac',
            FunctionAssociations: [
              { EventType: 'viewer-request', FunctionARN: { 'Fn::GetAtt': ['Rewrite', 'FunctionARN'] } },
            ],
          },
        ],
        DefaultCacheBehavior: {
          TargetOriginId: 'pages',
          CachePolicyId: '658327ea-f89d-4fab-a63d-7e88639e58f6',
          Compress: true,
          ViewerProtocolPolicy: 'redirect-to-https',
        },
      },
    },
  },
};

const templates = {
  data: {
    Resources: data,
    Outputs: {
      Name: { Value: { Ref: 'Table' }, Export: { Name: 'table-name' } },
      Arn: { Value: { 'Fn::GetAtt': ['Table', 'Arn'] }, Export: { Name: 'table-arn' } },
      Stream: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] }, Export: { Name: 'stream' } },
    },
  },
  service: {
    Resources: service,
    Outputs: {
      Host: {
        Value: { 'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': ['Http', 'ApiEndpoint'] }] }] },
        Export: { Name: 'http-host' },
      },
    },
  },
  site: {
    Resources: site,
    Outputs: { SiteUrl: { Value: { 'Fn::GetAtt': ['Distribution', 'DomainName'] } } },
  },
};

type Templates = { [Name in keyof typeof templates]: Template };

// biome-ignore lint/suspicious/noExplicitAny: a template's properties are what CloudFormation makes of them
type Loose = any;

/** Reads a small app of three stacks, after `change` has modified it. */
export function readApp(
  change: (app: Loose) => void = () => {},
  ignoredTypes: readonly string[] = [],
): Deployment {
  const app: Templates = structuredClone(templates);
  change(app);
  const assets = new Map([
    ['hello.zip', '/out/asset.hello'],
    ['pages.zip', '/out/asset.pages'],
  ]);
  return readTemplates(Object.entries(app), assets, { ignoredTypes });
}
