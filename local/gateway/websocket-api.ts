import type { GatewayLimits, Invoker, WebSocketApiSpec } from '../model.ts';
import type { HttpHandler, UpgradeHandler } from './http-handler.ts';

export interface WebSocketApi {
  readonly handleUpgrade: UpgradeHandler;
  /** The @connections management API, for a listener of its own. */
  readonly connections: HttpHandler;
  /** Calls of PostToConnection since the start. */
  posts(): number;
  /** Later events go by the new description; open sockets stay. */
  reload(spec: WebSocketApiSpec, invoker: Invoker): void;
  /** Closes every socket with 1001 and waits a moment for their $disconnect events. */
  stop(): Promise<void>;
}

/** An API Gateway WebSocket API with Lambda proxy integrations. */
export function webSocketApi(
  _spec: WebSocketApiSpec,
  _invoker: Invoker,
  _limits: GatewayLimits,
): WebSocketApi {
  throw new Error('being written');
}
