import { Duration, Validations } from 'aws-cdk-lib';
import { CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { accessLog } from './access-log.ts';
import type { ParleyFunction } from './function.ts';
import type { HttpEntry } from './functions.ts';
import { httpRoutes } from './routes.ts';
import type { Settings } from './settings.ts';

export interface ParleyHttpApiProps {
  readonly settings: Settings;
  readonly functions: Readonly<Record<HttpEntry, ParleyFunction>>;
}

/** The REST half: every route of `routes.ts` to its function, all else to the fallback. */
export class ParleyHttpApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { settings, functions }: ParleyHttpApiProps) {
    super(scope, id);
    const integrations = new Map<HttpEntry, HttpLambdaIntegration>();
    const integration = (entry: HttpEntry): HttpLambdaIntegration => {
      const known = integrations.get(entry);
      if (known) {
        return known;
      }
      // One permission a function, not one a route: what a route may call is written in the route.
      const made = new HttpLambdaIntegration(entry, functions[entry], { scopePermissionToRoute: false });
      integrations.set(entry, made);
      return made;
    };

    this.api = new HttpApi(this, 'Api', {
      apiName: `parley-${settings.stage}-http`,
      createDefaultStage: false,
      defaultIntegration: integration('http/fallback'),
      ...cors(settings.origins),
    });
    for (const { method, path, entry } of httpRoutes) {
      this.api.addRoutes({ path, methods: [HttpMethod[method]], integration: integration(entry) });
    }
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Functions verify the bearer token in process: no second invocation, and problem details instead of the gateway’s own 401.',
    });

    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      // A tenth of the account's 10,000 requests/s, which sockets and @connections calls draw on, too.
      throttle: { rateLimit: 1000, burstLimit: 500 },
      accessLogSettings: accessLog(this, settings.stage, 'http', {
        requestId: '$context.requestId',
        time: '$context.requestTime',
        ip: '$context.identity.sourceIp',
        route: '$context.routeKey',
        path: '$context.path',
        protocol: '$context.protocol',
        status: '$context.status',
        responseBytes: '$context.responseLength',
        latencyMs: '$context.responseLatency',
        error: '$context.error.message',
        integrationError: '$context.integrationErrorMessage',
      }),
    });
  }
}

/** Without a list of origins there is no CORS: the site's own pages share the APIs' origin. */
function cors(origins: readonly string[]) {
  if (origins.length === 0) {
    return {};
  }
  return {
    corsPreflight: {
      allowOrigins: [...origins],
      allowHeaders: ['Authorization', 'Content-Type'],
      allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.POST, CorsHttpMethod.PATCH, CorsHttpMethod.DELETE],
      maxAge: Duration.hours(1),
    },
  };
}
