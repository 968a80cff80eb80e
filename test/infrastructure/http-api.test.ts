import { describe, expect, it } from 'vitest';
import { synthesize } from './support/synthesize.ts';
import { functionAt, type Template } from './support/template.ts';

const { service } = synthesize();
const apiId = (template: Template) =>
  template
    .ofType('AWS::ApiGatewayV2::Api')
    .find(([, { Properties }]) => Properties.ProtocolType === 'HTTP')?.[0] as string;

function routes(template: Template): Record<string, string | undefined> {
  const ofApi = template
    .ofType('AWS::ApiGatewayV2::Route')
    .filter(([, { Properties }]) => Properties.ApiId.Ref === apiId(template));
  return Object.fromEntries(
    ofApi.map(([, { Properties }]) => {
      const integration = template.json.Resources[Properties.Target['Fn::Join'][1][1].Ref];
      return [Properties.RouteKey, functionAt(template, integration?.Properties.IntegrationUri)];
    }),
  );
}

function stage(template: Template) {
  return template
    .ofType('AWS::ApiGatewayV2::Stage')
    .map(([, resource]) => resource)
    .find(({ Properties }) => Properties.ApiId.Ref === apiId(template));
}

describe('the HTTP API', () => {
  it.each([
    ['POST /users/register', 'register'],
    ['POST /users/register/confirm', 'confirm-sign-up'],
    ['POST /users/token', 'token'],
    ['POST /users/token/refresh', 'refresh'],
    ['POST /users/logout', 'logout'],
    ['POST /users/password/reset', 'reset-password'],
    ['POST /users/password/reset/confirm', 'confirm-reset'],
    ['POST /users/email/verification', 'verify-email'],
    ['POST /users/me/email/verification', 'send-verification'],
    ['GET /users', 'list-users'],
    ['GET /users/me', 'me'],
    ['PATCH /users/me', 'me'],
    ['GET /users/{user_id}', 'user'],
    ['GET /chat/history/{user_id}', 'history'],
    ['GET /conversations', 'conversations'],
    ['POST /conversations', 'groups'],
    ['GET /conversations/{conversation}', 'conversations'],
    ['PATCH /conversations/{conversation}', 'groups'],
    ['DELETE /conversations/{conversation}', 'groups'],
    ['PATCH /conversations/{conversation}/settings', 'settings'],
    ['PUT /conversations/{conversation}/members/{user_id}', 'groups'],
    ['DELETE /conversations/{conversation}/members/{user_id}', 'groups'],
    ['GET /conversations/{conversation}/invitations', 'invitations'],
    ['POST /conversations/{conversation}/invitations', 'invitations'],
    ['DELETE /conversations/{conversation}/invitations/{invitation}', 'invitations'],
    ['POST /invitations/preview', 'invitations'],
    ['POST /invitations/join', 'join'],
    ['GET /conversations/{conversation}/messages', 'messages'],
    ['POST /conversations/{conversation}/messages', 'send-message'],
    ['GET /schema', 'schema'],
  ])('routes %s, with and without its trailing slash, to %s', (key, name) => {
    expect(routes(service)[key]).toBe(name);
    expect(routes(service)[`${key}/{proxy+}`]).toBe(name);
  });

  it('routes the key set and the page’s files by their names', () => {
    expect(routes(service)).toMatchObject({
      'GET /.well-known/jwks.json': 'jwks',
      'GET /schema/swagger-ui': 'api-docs',
      'GET /schema/swagger-ui/{asset+}': 'api-docs',
    });
  });

  it.each([
    ['in prod', { stage: 'prod' }, false],
    ['with -c apiDocs=off', { apiDocs: 'off' }, false],
    ['in prod with -c apiDocs=on', { stage: 'prod', apiDocs: 'on' }, true],
    ['in dev', {}, true],
  ])('%s, Swagger UI has a function, routes and a behaviour of its own: %j %s', (_, context, served) => {
    const { service: made, site, all } = synthesize(context);
    const told = JSON.parse(made.functions().get('fallback')?.Environment.Variables.ROUTES);
    const isOfPage = (path: string) => path.includes('swagger-ui');
    const { CacheBehaviors } = site.only('AWS::CloudFront::Distribution').DistributionConfig;
    expect([
      made.functions().has('api-docs'),
      Object.keys(routes(made)).some(isOfPage),
      told.flat().some(isOfPage),
      CacheBehaviors.some(({ PathPattern }: { PathPattern: string }) => isOfPage(PathPattern)),
      site.ofType('AWS::CloudFront::CachePolicy').length === 1,
      /api-?docs|swagger/i.test(JSON.stringify(all.map(({ json }) => json))),
    ]).toEqual(Array(6).fill(served));
    expect(routes(made)['GET /schema']).toBe('schema');
  });

  it('sends everything else to the fallback', () => {
    expect(routes(service).$default).toBe('fallback');
  });

  it.each(['/users/register', '/users/token', '/users/token/refresh', '/users/logout'])(
    'takes GET %s neither for the twin of GET /users nor for a user’s id: it is the wrong method',
    (path) => {
      expect(routes(service)[`GET ${path}`]).toBe('fallback');
      expect(routes(service)[`GET ${path}/{proxy+}`]).toBe('fallback');
    },
  );

  it('has no route key that ends in a slash, because API Gateway refuses it', () => {
    expect(Object.keys(routes(service)).filter((key) => key.endsWith('/'))).toEqual([]);
  });

  it('passes every other route but the twins to the fallback as a variable, which stays below the 4 KB of AWS', () => {
    const told = JSON.parse(service.functions().get('fallback')?.Environment.Variables.ROUTES);
    const keys = Object.entries(routes(service))
      .filter(([key, name]) => name !== 'fallback' && !key.endsWith('/{proxy+}'))
      .map(([key]) => key.split(' '));
    expect(told.toSorted()).toEqual(keys.toSorted());
    const { Variables } = service.functions().get('fallback')?.Environment ?? {};
    expect(JSON.stringify(Variables).length).toBeLessThan(4_096);
  });

  it('calls functions as proxies with payload 2.0', () => {
    for (const [, { Properties }] of service.ofType('AWS::ApiGatewayV2::Integration')) {
      expect(Properties.IntegrationType).toBe('AWS_PROXY');
      if (Properties.ApiId.Ref === apiId(service)) expect(Properties.PayloadFormatVersion).toBe('2.0');
    }
  });

  it('may invoke every function that it routes to, including the fallback for $default, which has no path', () => {
    const permitted = service
      .ofType('AWS::Lambda::Permission')
      .filter(([, { Properties }]) => JSON.stringify(Properties.SourceArn).includes(apiId(service)))
      .map(([, { Properties }]) => ({
        name: functionAt(service, Properties.FunctionName),
        pattern: Properties.SourceArn['Fn::Join'][1].at(-1),
      }));
    for (const name of new Set(Object.values(routes(service)))) {
      expect(permitted).toContainEqual({ name, pattern: '/*/*/*' });
    }
    expect(permitted).toContainEqual({ name: 'fallback', pattern: '/*/*' });
  });

  it('deploys itself and throttles, routes that hash or send mail more than others', () => {
    expect(stage(service)?.Properties).toMatchObject({
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 250, ThrottlingBurstLimit: 125 },
    });
    const { RouteSettings } = stage(service)?.Properties ?? {};
    expect(Object.keys(RouteSettings)).toEqual([
      'POST /users/register',
      'POST /users/register/{proxy+}',
      'POST /users/register/confirm',
      'POST /users/register/confirm/{proxy+}',
      'POST /users/token',
      'POST /users/token/{proxy+}',
      'POST /users/password/reset',
      'POST /users/password/reset/{proxy+}',
      'POST /users/password/reset/confirm',
      'POST /users/password/reset/confirm/{proxy+}',
      'DELETE /users/me',
      'DELETE /users/me/{proxy+}',
      'POST /users/me/password',
      'POST /users/me/password/{proxy+}',
      'POST /users/me/email/verification',
      'POST /users/me/email/verification/{proxy+}',
    ]);
    expect(Object.keys(routes(service))).toEqual(expect.arrayContaining(Object.keys(RouteSettings)));
  });

  it.each([
    ['2500', [625, 1250], [125, 250], [100, 50]],
    ['10000', [2500, 5000], [500, 1000], [100, 50]],
    ['100', [25, 50], [5, 10], [5, 10]],
  ])('shares %s requests a second with sockets', (requestsPerSecond, sockets, http, hashing) => {
    const { service: limited } = synthesize({ requestsPerSecond });
    const limits = (settings: Record<string, number>) => [
      settings.ThrottlingBurstLimit,
      settings.ThrottlingRateLimit,
    ];
    const { DefaultRouteSettings, RouteSettings } = stage(limited)?.Properties ?? {};
    const ws = limited
      .ofType('AWS::ApiGatewayV2::Stage')
      .find(([, one]) => one.Properties.StageName === 'ws');
    expect(limits(ws?.[1].Properties.DefaultRouteSettings)).toEqual(sockets);
    expect(limits(DefaultRouteSettings)).toEqual(http);
    expect(limits(RouteSettings['POST /users/token'])).toEqual(hashing);
    const mailing = [Math.min(20, Number(hashing[0])), 10];
    expect(limits(RouteSettings['POST /users/password/reset'])).toEqual(mailing);
  });

  it('sends registrations elsewhere where addresses must be verified, with the limit of mails', () => {
    const mail = { mailFrom: 'parley@chat.example', siteUrl: 'https://chat.example' };
    const { service: verified } = synthesize({ ...mail, verifyEmail: 'required' });
    const changed = Object.entries(routes(verified)).filter(([key, name]) => routes(service)[key] !== name);
    expect(changed).toEqual([
      ['POST /users/register', 'sign-up'],
      ['POST /users/register/{proxy+}', 'sign-up'],
    ]);
    const { RouteSettings } = stage(verified)?.Properties ?? {};
    expect(RouteSettings['POST /users/register']).toEqual({
      ThrottlingBurstLimit: 20,
      ThrottlingRateLimit: 10,
    });
  });

  it('throttles routes only after they exist', () => {
    const limited = Object.keys(stage(service)?.Properties.RouteSettings);
    const ids = service
      .ofType('AWS::ApiGatewayV2::Route')
      .filter(([, { Properties }]) => limited.includes(Properties.RouteKey))
      .map(([id]) => id);
    expect(ids).toHaveLength(16);
    expect(stage(service)?.DependsOn).toEqual(expect.arrayContaining(ids));
  });

  it('logs requests as JSON, without query strings or headers', () => {
    const format = JSON.parse(stage(service)?.Properties.AccessLogSettings.Format);
    expect(format).toMatchObject({ requestId: '$context.requestId', status: '$context.status' });
    expect(JSON.stringify(format)).not.toMatch(/querystring|header|authorization|context\.path|userAgent/i);
  });

  it('has CORS only if origins are configured', () => {
    const { service: fenced } = synthesize({ origins: 'https://a.example' });
    const corsOf = (template: Template) =>
      template.json.Resources[apiId(template)]?.Properties.CorsConfiguration;
    expect(corsOf(service)).toBeUndefined();
    expect(corsOf(fenced)).toEqual({
      AllowOrigins: ['https://a.example'],
      AllowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      AllowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      ExposeHeaders: ['Link', 'Retry-After'],
      MaxAge: 3600,
    });
  });
});
