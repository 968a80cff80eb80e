import type { HttpApiSpec, WebSocketApiSpec } from '../model.ts';
import type { ApiDraft, Draft, RouteDraft } from './draft.ts';

export function linkHttpApi(api: ApiDraft, draft: Draft): HttpApiSpec {
  for (const stage of draft.stages.filter(({ apiId }) => apiId === api.id)) {
    if (stage.name !== '$default') throw stage.error('an HTTP API is served at its $default stage only');
  }
  const routes = draft.routes.filter(({ apiId }) => apiId === api.id);
  return {
    id: api.id,
    cors: api.cors,
    routes: routes.map((route) => {
      if (route.authorizerId !== undefined) throw route.error('authorizers of HTTP APIs are not known');
      const { functionName, payload } = target(route, draft);
      if (payload !== '2.0') throw route.error('PayloadFormatVersion of its integration: only 2.0 is known');
      return { key: route.key, functionName };
    }),
  };
}

export function linkWebSocketApi(api: ApiDraft, draft: Draft): WebSocketApiSpec {
  const [stage, ...others] = draft.stages.filter(({ apiId }) => apiId === api.id);
  const routes = draft.routes.filter(({ apiId }) => apiId === api.id);
  const [firstRoute] = routes;
  if (stage === undefined || firstRoute === undefined || api.routeSelection === undefined) {
    throw new Error('the WebSocket API wants a stage, routes and a route selection expression');
  }
  const [second] = others;
  if (second !== undefined) throw second.error('a second stage of the same WebSocket API');
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
  if (found === undefined) throw route.error(`no authorizer "${route.authorizerId}"`);
  return { functionName: functionOf(found.uri, route), identitySources: found.identitySources };
}

function target(route: RouteDraft, draft: Draft) {
  const integration = draft.integrations.get(route.integrationId);
  if (integration === undefined) throw route.error(`no integration "${route.integrationId}"`);
  return { functionName: functionOf(integration.uri, route), payload: integration.payload };
}

/** A function's ARN, by itself or within the path of Lambda's invocation API. */
function functionOf(uri: string, route: RouteDraft): string {
  const name = /:lambda:[^/]*:function:([^/:]+)(\/invocations)?$/.exec(uri)?.[1];
  if (name === undefined) throw route.error(`"${uri}" names no function`);
  return name;
}
