import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';
import { functionAt } from './support/template.ts';

const { service } = synthesize();
const [apiId, api] = service
  .ofType('AWS::ApiGatewayV2::Api')
  .find(([, { Properties }]) => Properties.ProtocolType === 'WEBSOCKET') as [string, { Properties: object }];
const ofApi = (type: string) =>
  service.ofType(type).filter(([, { Properties }]) => Properties.ApiId.Ref === apiId);
const route = (key: string) =>
  ofApi('AWS::ApiGatewayV2::Route').find(([, { Properties }]) => Properties.RouteKey === key);

describe('the WebSocket API', () => {
  it.each([
    ['$connect', 'connect'],
    ['$disconnect', 'disconnect'],
    ['$default', 'message'],
  ])('routes %s to %s, and may invoke it', (key, name) => {
    const target = route(key)?.[1].Properties.Target['Fn::Join'][1][1].Ref;
    const integration = service.json.Resources[target]?.Properties;
    expect(integration.IntegrationType).toBe('AWS_PROXY');
    expect(functionAt(service, integration.IntegrationUri)).toBe(name);
    const permission = service
      .ofType('AWS::Lambda::Permission')
      .find(([, { Properties }]) => functionAt(service, Properties.FunctionName) === name);
    expect(permission?.[1].Properties.SourceArn['Fn::Join'][1].slice(-2)).toEqual([
      { Ref: apiId },
      `/*${key}`,
    ]);
  });

  it('has no other routes', () => {
    expect(ofApi('AWS::ApiGatewayV2::Route')).toHaveLength(3);
  });

  it('selects routes by the body’s action', () => {
    expect(api.Properties).toMatchObject({ RouteSelectionExpression: '$request.body.action' });
  });

  it('authorizes $connect by request, without an identity source and without a cache', () => {
    const [id, authorizer] = ofApi('AWS::ApiGatewayV2::Authorizer')[0] ?? [];
    expect(route('$connect')?.[1].Properties).toMatchObject({
      AuthorizationType: 'CUSTOM',
      AuthorizerId: { Ref: id },
    });
    expect(authorizer?.Properties).toMatchObject({ AuthorizerType: 'REQUEST', IdentitySource: [] });
    expect(authorizer?.Properties).not.toHaveProperty('AuthorizerResultTtlInSeconds');
    expect(functionAt(service, authorizer?.Properties.AuthorizerUri)).toBe('authorize');
  });

  it('sends the result of the message function back to the sender', () => {
    const [id, { Properties }] = route('$default') as NonNullable<ReturnType<typeof route>>;
    expect(Properties.RouteResponseSelectionExpression).toBe('$default');
    expect(service.only('AWS::ApiGatewayV2::RouteResponse')).toEqual({
      ApiId: { Ref: apiId },
      RouteId: { Ref: id },
      RouteResponseKey: '$default',
    });
  });

  it('has a stage named ws, so that sockets have the same path behind CloudFront, and throttles it', () => {
    expect(ofApi('AWS::ApiGatewayV2::Stage').map(([, { Properties }]) => Properties)).toMatchObject([
      {
        StageName: 'ws',
        AutoDeploy: true,
        DefaultRouteSettings: { ThrottlingRateLimit: 1250, ThrottlingBurstLimit: 625 },
      },
    ]);
    expect(JSON.stringify(service.json.Outputs.WebSocketUrl.Value)).toMatch(/"wss:\/\/".*"\/ws"/);
  });

  it('logs frames as JSON, without query strings or headers, once the account allows it', () => {
    const [, stage] = ofApi('AWS::ApiGatewayV2::Stage')[0] ?? [];
    const format = JSON.parse(stage?.Properties.AccessLogSettings.Format);
    expect(format).toMatchObject({ requestId: '$context.requestId', userId: '$context.authorizer.userId' });
    expect(JSON.stringify(format)).not.toMatch(/querystring|header\b|authorization/i);
    const [account, settings] = service.ofType('AWS::ApiGateway::Account')[0] ?? [];
    expect(stage?.DependsOn).toContain(account);
    expect(settings?.DeletionPolicy).toBe('Retain');
  });
});
