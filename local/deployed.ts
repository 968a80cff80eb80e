import { join } from 'node:path';
import { resolveReferences } from './assembly/dynamic-references.ts';
import type { Assumed } from './assumptions.ts';
import type { AccessControl } from './aws/access-control.ts';
import type { AccessKeys } from './aws/access-keys.ts';
import { createTable } from './aws/create-table.ts';
import type { Engine } from './aws/dynoxide.ts';
import { withEndpoints } from './aws/endpoints.ts';
import { engineCall } from './aws/engine-call.ts';
import { expireItems } from './aws/expiry.ts';
import type { SecretValues } from './aws/secret-values.ts';
import type { EventSource } from './aws/stream/event-source.ts';
import { streamReader } from './aws/stream/reader.ts';
import { distribution } from './edge/distribution.ts';
import { startEventSources } from './event-sources.ts';
import { openSockets } from './gateway/disconnections.ts';
import { httpApi } from './gateway/http-api.ts';
import type { HttpHandler } from './gateway/http-handler.ts';
import { webSocketApi } from './gateway/websocket-api.ts';
import type { Invoker } from './invoker.ts';
import { type FunctionPool, startFunctions } from './lambda/pool.ts';
import type { Handlers } from './listen.ts';
import type { Deployment, GatewayLimits } from './model.ts';

export interface Surroundings {
  readonly engine: Engine;
  readonly secrets: SecretValues;
  readonly access: AccessControl;
  readonly keys: AccessKeys;
  /** The URL of the AWS services for the functions. */
  readonly endpointsUrl: string;
  readonly stateFolder: string | undefined;
  readonly limits: GatewayLimits;
  readonly assumed: Assumed;
  readonly bootstrap: string | undefined;
  onInvocation(functionName: string): void;
  onLog(functionName: string, line: string): void;
}

/** A running deployment. */
export interface Deployed {
  /** The distribution. */
  readonly site: Handlers;
  /** The two APIs without the distribution. */
  readonly apis: Handlers;
  readonly connections: HttpHandler;
  posts(): number;
  /** Tells the event sources that the table has changed. */
  wake(): void;
  /** Replaces the deployment. Open sockets and data stay. */
  replace(deployment: Deployment): Promise<void>;
  stop(): Promise<void>;
}

/** Runs a deployment: its table, secrets, functions, APIs and distribution. */
export async function deploy(given: Deployment, surroundings: Surroundings): Promise<Deployed> {
  const { engine, secrets, keys, endpointsUrl, limits, assumed, bootstrap, onLog } = surroundings;
  const first = withSecrets(given);
  const call = engineCall(engine.endpoint);
  let pool = await functions(first);
  const invoker: Invoker = {
    invoke(functionName, event, given) {
      surroundings.onInvocation(functionName);
      return pool.invoke(functionName, event, given);
    },
  };
  let http = httpApi(first.httpApi, invoker, { assumed });
  const open = openSockets(
    surroundings.stateFolder && join(surroundings.stateFolder, 'sockets.sqlite'),
    (problem) => onLog('runtime', problem),
  );
  const sockets = webSocketApi(first.webSocketApi, invoker, limits, { open, assumed });
  const edge = distribution(first.distribution, { httpApi: http, webSocketApi: sockets });
  let following = await follow(first);
  sockets.announceLeft();

  return {
    site: { request: edge.request, upgrade: edge.upgrade },
    apis: { request: (request, response) => http(request, response), upgrade: sockets.handleUpgrade },
    connections: sockets.connections,
    posts: () => sockets.posts(),
    wake: () => following.wake(),
    async replace(changed) {
      const next = withSecrets(changed);
      const [oldPool, newPool] = [pool, await functions(next)];
      await following.stop();
      surroundings.access.reload(next.functions);
      pool = newPool;
      http = httpApi(next.httpApi, invoker, { assumed });
      sockets.reload(next.webSocketApi, invoker);
      edge.reload(next.distribution, { httpApi: http, webSocketApi: sockets });
      following = await follow(next);
      await oldPool.stop();
    },
    async stop() {
      await sockets.stop();
      // The end of the last sockets writes to the table. The stream's functions process these writes before the pool stops.
      await following.stop({ drain: true });
      await pool.stop();
      open.close();
    },
  };

  /** Makes the secrets that are not there yet, and puts them where the deployment refers to them. */
  function withSecrets(deployment: Deployment): Deployment {
    secrets.generate(deployment.secrets);
    return resolveReferences(deployment, (arn) => secrets.current(arn));
  }

  function functions(deployment: Deployment): Promise<FunctionPool> {
    return startFunctions(
      deployment.functions.map((spec) => ({ ...withEndpoints(spec, endpointsUrl, keys), bootstrap })),
      { onLog, assumed },
    );
  }

  /** Creates the table, and starts the event sources and the expiry that read its stream. */
  async function follow({ table, eventSources }: Deployment) {
    const streamArn = await createTable(call, table);
    const stopping = new AbortController();
    let sources: EventSource[] = [];
    let expiring: Promise<void> | undefined;
    const wake = () => {
      for (const source of sources) source.wake();
    };
    if (streamArn !== undefined) {
      const folder = surroundings.stateFolder;
      sources = await startEventSources(eventSources, {
        ...{ call, table, streamArn, invoker, folder, onLog },
        assumed,
      });
    }
    if (streamArn !== undefined && table.ttlAttribute !== undefined && engine.sweep !== undefined) {
      expiring = expireItems(
        {
          call,
          tableName: table.name,
          ttlAttribute: table.ttlAttribute,
          stream: await streamReader(call, streamArn, 'LATEST'),
          sweep: engine.sweep,
          onSwept: wake,
          onProblem: (error) => onLog('runtime', `cannot delete expired items: ${error}`),
        },
        stopping.signal,
      );
    }
    return {
      wake,
      async stop(options?: { readonly drain: boolean }) {
        stopping.abort();
        await Promise.all([expiring, ...sources.map((source) => source.stop(options))]);
      },
    };
  }
}
