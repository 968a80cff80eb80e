import type { Invoker, WebSocketApiSpec } from '../model.ts';
import type { Client } from './connection.ts';
import { integrate } from './integration.ts';
import { eventContext } from './websocket-event.ts';

export interface Disconnections {
  announce(
    client: Client,
    code: number,
    reason: string,
    { spec, invoker }: { spec: WebSocketApiSpec; invoker: Invoker },
  ): void;
  /** Resolves when every function that was told has ended. */
  settled(): Promise<void>;
}

/** Fires $disconnect events. Best effort, as on API Gateway: nobody hears whether one worked. */
export function disconnections(timeoutMs: number): Disconnections {
  const pending = new Set<Promise<unknown>>();
  return {
    announce(client, code, reason, { spec, invoker }) {
      const route = spec.routes.find(({ key }) => key === '$disconnect');
      if (route === undefined) {
        return;
      }
      const { requestContext } = eventContext(spec, client, 'DISCONNECT', route.key);
      const event = {
        headers: { Host: client.domainName },
        multiValueHeaders: { Host: [client.domainName] },
        requestContext: { ...requestContext, disconnectStatusCode: code, disconnectReason: reason },
        isBase64Encoded: false,
      };
      const told = integrate(invoker, route.functionName, event, timeoutMs);
      pending.add(told);
      void told.finally(() => pending.delete(told));
    },
    settled: async () => {
      await Promise.all(pending);
    },
  };
}
