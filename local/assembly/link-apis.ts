import type { HttpApiSpec, WebSocketApiSpec } from '../model.ts';
import type { ApiDraft, Draft, RouteDraft } from './draft.ts';

export function linkHttpApi(api: ApiDraft, draft: Draft): HttpApiSpec {
  for (const stage of draft.stages.filter(({ apiId }) => apiId === api.id)) {
    if (stage.name !== '$default') throw stage.error('the stage of an HTTP API must be $default');
  }
  const routes = draft.routes.filter(({ apiId }) => apiId === api.id);
  return {
    id: api.id,
    cors: api.cors,
    routes: routes.map((route) => {
      if (route.authorizerId !== undefined) throw route.error('authorizers of HTTP APIs are not supported');
      const { functionName, payload } = target(route, draft);
      if (payload !== '2.0') throw route.error('the PayloadFormatVersion of its integration must be 2.0');
      return { key: route.key, functionName };
    }),
  };
}

export function linkWebSocketApi(api: ApiDraft, draft: Draft): WebSocketApiSpec {
  const [stage, ...others] = draft.stages.filter(({ apiId }) => apiId === api.id);
  const routes = draft.routes.filter(({ apiId }) => apiId === api.id);
  const [firstRoute] = routes;
  if (stage === undefined || firstRoute === undefined || api.routeSelection === undefined) {
    throw new Error('the WebSocket API must have a stage, routes and a route selection expression');
  }
  const [second] = others;
  if (second !== undefined) throw second.error('a second stage of the WebSocket API is not supported');
  return {
    id: api.id,
    stage: stage.name,
    routeSelection: api.routeSelection,
    routes: routes.map((route) => ({
      key: route.key,
      functionName: target(route, draft).functionName,
      answers: draft.answeringRoutes.has(route.id),
      authorizer: authorizer(route, draft),
    })),
  };
}

function authorizer(route: RouteDraft, draft: Draft) {
  if (route.authorizerId === undefined) return undefined;
  const found = draft.authorizers.get(route.authorizerId);
  if (found === undefined) throw route.error(`there is no authorizer "${route.authorizerId}"`);
  return { functionName: functionOf(found.uri, route), identitySources: found.identitySources };
}

function target(route: RouteDraft, draft: Draft) {
  const integration = draft.integrations.get(route.integrationId);
  if (integration === undefined) throw route.error(`there is no integration "${route.integrationId}"`);
  return { functionName: functionOf(integration.uri, route), payload: integration.payload };
}

/** The name in the ARN of a function. The ARN may be part of the path of Lambda's invocation API. */
function functionOf(uri: string, route: RouteDraft): string {
  const name = /:lambda:[^/]*:function:([^/:]+)(\/invocations)?$/.exec(uri)?.[1];
  if (name === undefined) throw route.error(`"${uri}" must be the ARN of a function`);
  return name;
}
