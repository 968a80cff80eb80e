import { Duration, Validations } from 'aws-cdk-lib';
import { type CfnStage, CorsHttpMethod, HttpApi, HttpMethod, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { accessLog } from './access-log.ts';
import type { ParleyFunction } from './function.ts';
import { type FunctionSpec, functionSpecs, type HttpEntry } from './functions.ts';
import { refusedRoutes, routesWith } from './routes.ts';
import type { Settings } from './settings.ts';
import { type Throttle, throttle } from './throttle.ts';

export interface ParleyHttpApiProps {
  readonly settings: Settings;
  readonly functions: Readonly<Record<HttpEntry, ParleyFunction>>;
}

/** The HTTP API: every route of `routes.ts` to its function, and all other requests to the fallback. */
export class ParleyHttpApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, { settings, functions }: ParleyHttpApiProps) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: `parley-${settings.stage}-http`,
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('Fallback', functions['http/fallback']),
      ...cors(settings.origins),
    });
    const routes = [
      ...Map.groupBy([...routesWith(settings), ...refusedRoutes], ({ entry }) => entry),
    ].flatMap(([entry, specs]) => {
      // One permission for each function instead of one for each route. Its pattern, stage/method/path, does not
      // match $default, which has no path, so the integration above keeps its own.
      const integration = new HttpLambdaIntegration(entry, functions[entry], {
        scopePermissionToRoute: false,
      });
      return specs.flatMap(({ method, path }) =>
        this.api.addRoutes({ path, methods: [HttpMethod[method]], integration }),
      );
    });
    Validations.of(this.api).acknowledge({
      id: 'AwsSolutions-APIG4',
      reason:
        'Functions verify the bearer token in process: no second invocation, and problem details instead of the gateway’s own 401.',
    });

    const limits = throttle(settings, 1 / 10);
    const stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      autoDeploy: true,
      // The rest is for sockets and @connections calls.
      throttle: limits,
      accessLogSettings: accessLog(this, settings, 'http', {
        requestId: '$context.requestId',
        time: '$context.requestTime',
        ip: '$context.identity.sourceIp',
        route: '$context.routeKey',
        protocol: '$context.protocol',
        status: '$context.status',
        responseBytes: '$context.responseLength',
        latencyMs: '$context.responseLatency',
        error: '$context.error.message',
        integrationError: '$context.integrationErrorMessage',
      }),
    });
    (stage.node.defaultChild as CfnStage).routeSettings = routeLimits(settings, limits);
    // A stage may only name routes that exist.
    stage.node.addDependency(...routes);
  }
}

/**
 * Each of these requests takes a tenth of a second of a whole processor. The limit holds a flood of them to about ten
 * functions at once (each path and its twin have their own limit). So the chat keeps its concurrency and the bill
 * stays low.
 */
const HASHING: Throttle = { rateLimit: 50, burstLimit: 100 };

/** Each of these requests waits for more than a second, and may send a mail: about fifteen functions at once. */
const MAILING: Throttle = { rateLimit: 10, burstLimit: 20 };

function routeLimits(settings: Settings, { rateLimit, burstLimit }: Throttle) {
  return Object.fromEntries(
    routesWith(settings).flatMap(({ method, path, entry }) => {
      const spec: FunctionSpec = functionSpecs[entry];
      const most = spec.sendsMail ? MAILING : spec.hashesPasswords ? HASHING : undefined;
      if (most === undefined) return [];
      const limit = {
        ThrottlingRateLimit: Math.min(most.rateLimit, rateLimit),
        ThrottlingBurstLimit: Math.min(most.burstLimit, burstLimit),
      };
      return [[`${method} ${path}`, limit]];
    }),
  );
}

/** Without a list of origins there is no CORS. The site's own pages have the same origin as the APIs. */
function cors(origins: readonly string[]) {
  if (origins.length === 0) {
    return {};
  }
  return {
    corsPreflight: {
      allowOrigins: [...origins],
      allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key'],
      allowMethods: [
        CorsHttpMethod.GET,
        CorsHttpMethod.POST,
        CorsHttpMethod.PUT,
        CorsHttpMethod.PATCH,
        CorsHttpMethod.DELETE,
      ],
      // Otherwise a page of another origin sees only the simplest headers.
      exposeHeaders: ['Link', 'Retry-After'],
      maxAge: Duration.hours(1),
    },
  };
}
