import type { Invoker, WebSocketApiSpec } from '../model.ts';
import type { Client } from './connection.ts';
import { integrate } from './integration.ts';
import type { OpenSockets } from './open-sockets.ts';
import { eventContext } from './websocket-event.ts';

export interface Disconnections {
  announce(
    client: Client,
    code: number,
    reason: string,
    { spec, invoker }: { spec: WebSocketApiSpec; invoker: Invoker },
    /** An earlier run has left it: this is the last try. */
    isLeft?: boolean,
  ): void;
  /** Resolves when every function that was told has ended. */
  settled(): Promise<void>;
}

/**
 * Fires $disconnect events. Best effort, as on API Gateway: nobody hears whether one worked. A socket whose function did
 * not come to its end, because the runtime ended before it, is told of by the next one.
 */
export function disconnections(timeoutMs: number, open: Pick<OpenSockets, 'remove'>): Disconnections {
  const pending = new Set<Promise<unknown>>();
  return {
    announce(client, code, reason, { spec, invoker }, isLeft = false) {
      const route = spec.routes.find(({ key }) => key === '$disconnect');
      if (route === undefined) {
        open.remove(client.connectionId);
        return;
      }
      const { requestContext } = eventContext(spec, client, 'DISCONNECT', route.key);
      const event = {
        headers: { Host: client.domainName },
        multiValueHeaders: { Host: [client.domainName] },
        requestContext: { ...requestContext, disconnectStatusCode: code, disconnectReason: reason },
        isBase64Encoded: false,
      };
      const told = integrate(invoker, route.functionName, event, timeoutMs).then((result) => {
        const hasWorked = result !== 'timed-out' && result.ok;
        if (hasWorked || isLeft) open.remove(client.connectionId);
      });
      pending.add(told);
      void told.finally(() => pending.delete(told));
    },
    settled: async () => {
      await Promise.all(pending);
    },
  };
}
