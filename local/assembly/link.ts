import type { Deployment } from '../model.ts';
import { AssemblyError } from './assembly-error.ts';
import type { Draft } from './draft.ts';
import { linkHttpApi, linkWebSocketApi } from './link-apis.ts';
import { linkDistribution } from './link-distribution.ts';
import { linkEventSource, linkFunction } from './link-functions.ts';

/** Resolves the references between resources. `name` is the name of the app in errors about the whole app. */
export function link(draft: Draft, outputs: Readonly<Record<string, string>>, name: string): Deployment {
  const app = { stack: name };
  const table = single(draft.tables, 'table', app);
  const httpApi = single(
    draft.apis.filter((api) => api.protocol === 'HTTP'),
    'HTTP API',
    app,
  );
  const webSocketApi = single(
    draft.apis.filter((api) => api.protocol === 'WEBSOCKET'),
    'WebSocket API',
    app,
  );
  const functions = draft.functions.map((one) => linkFunction(one, draft));
  return {
    table: table.spec,
    secrets: draft.secrets,
    functions,
    eventSources: draft.eventSources.map((source) => linkEventSource(source, table.streamArn, functions)),
    httpApi: linkHttpApi(httpApi, draft),
    webSocketApi: linkWebSocketApi(webSocketApi, draft),
    distribution: linkDistribution(single(draft.distributions, 'distribution', app), draft, {
      httpApi: httpApi.id,
      webSocketApi: webSocketApi.id,
    }),
    outputs,
  };
}

function single<Item>(items: readonly Item[], what: string, app: { stack: string }): Item {
  const [item] = items;
  if (item === undefined || items.length > 1) {
    throw new AssemblyError(app, `the app must have exactly one ${what}, not ${items.length}`);
  }
  return item;
}
