import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type HttpApiOptions, httpApi } from '../../../local/gateway/http-api.ts';
import type { HttpHandler, UpgradeHandler } from '../../../local/gateway/http-handler.ts';
import type { InvocationResult, Invoker } from '../../../local/invoker.ts';
import type { HttpApiSpec } from '../../../local/model.ts';

export type Functions = Readonly<Record<string, (event: never) => unknown>>;

/** Functions that run in this process. An error that they throw is the error of the invocation. */
export function invokerOf(functions: Functions): Invoker {
  return {
    async invoke(functionName, event): Promise<InvocationResult> {
      try {
        // Events and results go through JSON, as on Lambda.
        const result = await functions[functionName]?.(JSON.parse(JSON.stringify(event)) as never);
        return { ok: true, value: JSON.parse(JSON.stringify(result ?? null)) };
      } catch (error) {
        const { name, message } = error as Error;
        return { ok: false, errorType: name, errorMessage: message };
      }
    },
  };
}

/** Serves a handler on a free port for the length of a test; returns its `host:port`. */
export async function serve(request: HttpHandler, upgrade?: UpgradeHandler): Promise<string> {
  const server = createServer(request);
  if (upgrade) {
    server.on('upgrade', upgrade);
  }
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function serveHttpApi(
  functions: Functions,
  spec: Partial<HttpApiSpec> & { keys?: readonly string[] } = {},
  options: HttpApiOptions = {},
): Promise<string> {
  const { keys = ['$default'], ...rest } = spec;
  const only = Object.keys(functions)[0] ?? '';
  const routes = keys.map((key) => ({ key, functionName: only }));
  const host = await serve(
    httpApi({ id: 'api', cors: undefined, routes, ...rest }, invokerOf(functions), options),
  );
  return `http://${host}`;
}
