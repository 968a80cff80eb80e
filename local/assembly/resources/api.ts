import type { CorsSpec } from '../../model.ts';
import { apiHost } from '../account.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** An HTTP or a WebSocket API of API Gateway, and the resources that are parts of it. */
export const api: ResourceType = {
  identify: (_name, id) => ({ ref: id, attributes: { ApiId: id, ApiEndpoint: `https://${apiHost(id)}` } }),
  read({ ref, properties }, draft) {
    properties.harmless('labels', 'Name', 'Description', 'Tags');
    // IPv6 besides IPv4.
    properties.harmless('the runtime listens on this machine alone', 'IpAddressType');
    properties.expect('DisableExecuteApiEndpoint', false);
    const protocol = properties.text('ProtocolType');
    if (protocol !== 'HTTP' && protocol !== 'WEBSOCKET') {
      throw properties.error('ProtocolType', `${protocol} is not known`);
    }
    draft.apis.push({
      id: ref,
      protocol,
      routeSelection: properties.optionalText('RouteSelectionExpression'),
      cors: cors(properties.nested('CorsConfiguration')),
    });
  },
};

function cors(configuration: Properties | undefined): CorsSpec | undefined {
  return (
    configuration && {
      origins: configuration.texts('AllowOrigins'),
      methods: configuration.texts('AllowMethods'),
      headers: configuration.texts('AllowHeaders'),
      exposed: configuration.texts('ExposeHeaders'),
      maxAgeSeconds: configuration.optionalInteger('MaxAge'),
      credentials: configuration.flag('AllowCredentials'),
    }
  );
}

export const stage: ResourceType = {
  nameProperty: 'StageName',
  identify: (name) => ({ ref: name, attributes: {} }),
  read({ properties, error }, draft) {
    properties.harmless('labels', 'Tags', 'Description');
    properties.harmless(
      'there is no access log: the functions’ own lines are in the terminal',
      'AccessLogSettings',
    );
    throttling(properties.nested('DefaultRouteSettings'));
    const ofRoutes = properties.nested('RouteSettings');
    for (const key of ofRoutes?.names() ?? []) throttling(ofRoutes?.nested(key));
    properties.expect('AutoDeploy', true);
    if (properties.take('AutoDeploy') !== true) {
      throw properties.error('AutoDeploy', 'the runtime serves the routes as they are: true is expected');
    }
    draft.stages.push({ apiId: properties.text('ApiId'), name: properties.text('StageName'), error });
  },
};

function throttling(settings: Properties | undefined): void {
  // It guards an account's shared quotas and its bill; on this machine a single developer would only meet it by a load test.
  settings?.harmless('a guard of the AWS account', 'ThrottlingBurstLimit', 'ThrottlingRateLimit');
  settings?.harmless('metrics and logs of AWS', 'DetailedMetricsEnabled', 'LoggingLevel', 'DataTraceEnabled');
}

export const route: ResourceType = {
  identify: byId('RouteId'),
  read({ ref, properties, error }, draft) {
    const authorization = properties.optionalText('AuthorizationType') ?? 'NONE';
    if (authorization !== 'NONE' && authorization !== 'CUSTOM') {
      throw properties.error('AuthorizationType', `${authorization} is not known`);
    }
    properties.expect('RouteResponseSelectionExpression', '$default');
    properties.expect('ApiKeyRequired', false);
    properties.harmless('a name for generated clients', 'OperationName');
    const authorizerId = properties.optionalText('AuthorizerId');
    draft.routes.push({
      id: ref,
      apiId: properties.text('ApiId'),
      key: properties.text('RouteKey'),
      integrationId: properties.text('Target').replace(/^integrations\//, ''),
      authorizerId: authorization === 'CUSTOM' ? authorizerId : undefined,
      error,
    });
  },
};

export const routeResponse: ResourceType = {
  identify: byId('RouteResponseId'),
  read({ properties }, draft) {
    properties.harmless('the route names its API', 'ApiId');
    properties.expect('RouteResponseKey', '$default');
    draft.answeringRoutes.add(properties.text('RouteId'));
  },
};

/** With a Lambda proxy the function's own body answers; the response of the integration adds nothing to it. */
export const integrationResponse: ResourceType = {
  identify: byId('IntegrationResponseId'),
  read({ properties }) {
    properties.harmless('the integration names its API', 'ApiId', 'IntegrationId');
    properties.expect('IntegrationResponseKey', '$default');
  },
};

export const integration: ResourceType = {
  identify: byId('IntegrationId'),
  read({ ref, properties }, draft) {
    properties.harmless('the routes name their API', 'ApiId');
    properties.harmless('labels', 'Description');
    properties.expect('IntegrationType', 'AWS_PROXY');
    properties.expect('IntegrationMethod', 'POST');
    // API Gateway's own maximum for both kinds; a function's timeout is shorter.
    properties.expect('TimeoutInMillis', 29_000, 30_000);
    properties.expect('PassthroughBehavior', 'WHEN_NO_MATCH');
    draft.integrations.set(ref, {
      uri: properties.text('IntegrationUri'),
      payload: properties.optionalText('PayloadFormatVersion'),
    });
  },
};

export const authorizer: ResourceType = {
  identify: byId('AuthorizerId'),
  read({ ref, properties }, draft) {
    properties.harmless('the routes name their API', 'ApiId');
    properties.harmless('labels', 'Name');
    properties.expect('AuthorizerType', 'REQUEST');
    properties.expect('AuthorizerResultTtlInSeconds', 0);
    draft.authorizers.set(ref, {
      uri: properties.text('AuthorizerUri'),
      identitySources: properties.texts('IdentitySource'),
    });
  },
};
