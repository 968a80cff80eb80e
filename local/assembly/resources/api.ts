import type { CorsSpec } from '../../model.ts';
import { apiHost } from '../account.ts';
import type { Properties } from '../properties.ts';
import { byId, type ResourceType } from '../resource-type.ts';

/** An HTTP or a WebSocket API of API Gateway. The other types in this file are its parts. */
export const api: ResourceType = {
  identify: (_name, id) => ({ ref: id, attributes: { ApiId: id, ApiEndpoint: `https://${apiHost(id)}` } }),
  read({ ref, properties }, draft) {
    properties.harmless('labels', 'Name', 'Description', 'Tags');
    properties.harmless('the runtime listens on loopback, so IPv6 makes no difference', 'IpAddressType');
    properties.expect('DisableExecuteApiEndpoint', false);
    const protocol = properties.text('ProtocolType');
    if (protocol !== 'HTTP' && protocol !== 'WEBSOCKET') {
      throw properties.error('ProtocolType', `${protocol} is not supported. Supported: HTTP, WEBSOCKET`);
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
      'there is no access log; the terminal shows the log lines of the functions',
      'AccessLogSettings',
    );
    throttling(properties.nested('DefaultRouteSettings'));
    const ofRoutes = properties.nested('RouteSettings');
    for (const key of ofRoutes?.names() ?? []) throttling(ofRoutes?.nested(key));
    properties.expect('AutoDeploy', true);
    if (properties.take('AutoDeploy') !== true) {
      throw properties.error('AutoDeploy', 'must be true, because the runtime serves the current routes');
    }
    draft.stages.push({ apiId: properties.text('ApiId'), name: properties.text('StageName'), error });
  },
};

function throttling(settings: Properties | undefined): void {
  // Throttling protects the quotas and the costs of an AWS account. On this machine only a load test would notice it.
  settings?.harmless('protects the AWS account', 'ThrottlingBurstLimit', 'ThrottlingRateLimit');
  settings?.harmless('metrics and logs of AWS', 'DetailedMetricsEnabled', 'LoggingLevel', 'DataTraceEnabled');
}

export const route: ResourceType = {
  identify: byId('RouteId'),
  read({ ref, properties, error }, draft) {
    const authorization = properties.optionalText('AuthorizationType') ?? 'NONE';
    if (authorization !== 'NONE' && authorization !== 'CUSTOM') {
      throw properties.error(
        'AuthorizationType',
        `${authorization} is not supported. Supported: NONE, CUSTOM`,
      );
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

/** With a Lambda proxy integration, the reply is the function's body. The integration response has no effect. */
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
    // API Gateway's maximum for WebSocket and HTTP APIs. The timeout of a function is shorter.
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
