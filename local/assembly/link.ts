import type { Deployment, EventSourceSpec } from '../model.ts';
import { AssemblyError } from './assembly-error.ts';
import type { Draft, EventSourceDraft } from './draft.ts';
import { linkHttpApi, linkWebSocketApi } from './link-apis.ts';
import { linkDistribution } from './link-distribution.ts';

/** Follows the references among resources. `name` is the app's, for errors about all of it. */
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
  return {
    table: table.spec,
    secrets: draft.secrets,
    functions: draft.functions,
    eventSources: draft.eventSources.map((source) => linkEventSource(source, table.streamArn)),
    httpApi: linkHttpApi(httpApi, draft),
    webSocketApi: linkWebSocketApi(webSocketApi, draft),
    distribution: linkDistribution(single(draft.distributions, 'distribution', app), draft, {
      httpApi: httpApi.id,
      webSocketApi: webSocketApi.id,
    }),
    outputs,
  };
}

function linkEventSource(source: EventSourceDraft, streamArn: string): EventSourceSpec {
  const { function: functionRef, sourceArn, error, ...spec } = source;
  if (sourceArn !== streamArn) throw error(`"${sourceArn}" is not the table’s stream`);
  return { ...spec, functionName: functionRef.slice(functionRef.lastIndexOf(':') + 1) };
}

function single<Item>(items: readonly Item[], what: string, app: { stack: string }): Item {
  const [item] = items;
  if (item === undefined || items.length > 1) {
    throw new AssemblyError(app, `the runtime serves exactly one ${what}, and there are ${items.length}`);
  }
  return item;
}
