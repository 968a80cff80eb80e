import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyWebsocketEventV2 } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import type { Assumed } from '../../../local/assumptions.ts';
import type { OpenSockets } from '../../../local/gateway/disconnections.ts';
import { type WebSocketApi, webSocketApi } from '../../../local/gateway/websocket-api.ts';
import type { GatewayLimits, WebSocketApiSpec } from '../../../local/model.ts';
import { type Functions, invokerOf, serve } from './api.ts';

export type SocketEvent = APIGatewayProxyWebsocketEventV2 & {
  readonly headers: Record<string, string>;
  readonly queryStringParameters?: Record<string, string>;
  readonly requestContext: { readonly authorizer?: object; readonly identity?: object };
};

const accept = () => ({ statusCode: 200 });
const ample: GatewayLimits = { idleMs: 600_000, connectionMs: 7_200_000 };

export interface Settings {
  readonly routes?: WebSocketApiSpec['routes'];
  readonly limits?: Partial<GatewayLimits>;
  readonly integrationTimeoutMs?: number;
  readonly open?: OpenSockets;
  readonly assumed?: Assumed;
}

/** A $default route with a response, and an authorizer if `functions` has `authorize`. */
export function specOf(functions: Functions): WebSocketApiSpec {
  const authorizer =
    'authorize' in functions ? { functionName: 'authorize', identitySources: [] } : undefined;
  return {
    id: 'sockets',
    stage: 'ws',
    routeSelection: '$request.body.action',
    routes: [
      { key: '$connect', functionName: 'connect', answers: false, authorizer },
      { key: '$disconnect', functionName: 'disconnect', answers: false, authorizer: undefined },
      { key: '$default', functionName: 'message', answers: true, authorizer: undefined },
    ],
  };
}

export interface Served {
  readonly api: WebSocketApi;
  readonly url: string;
  /** The host of the @connections management API. */
  readonly connections: string;
}

export async function serveWebSocketApi(functions: Functions, settings: Settings = {}): Promise<Served> {
  const all = { connect: accept, disconnect: accept, message: accept, ...functions };
  const spec = specOf(functions);
  const api = webSocketApi(
    { ...spec, routes: settings.routes ?? spec.routes },
    invokerOf(all),
    { ...ample, ...settings.limits },
    settings,
  );
  const host = await serve((_request, response) => void response.writeHead(426).end(), api.handleUpgrade);
  const connections = await serve(api.connections);
  onTestFinished(() => api.stop());
  return { api, url: `ws://${host}/ws`, connections: `http://${connections}/ws/@connections` };
}

export interface Client {
  readonly socket: WebSocket;
  /** The next message, in order of arrival. */
  next(): Promise<string>;
  /** The close code and reason of the socket. */
  readonly closed: Promise<[code: number, reason: string]>;
}

export async function open(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<Client> {
  const socket = new WebSocket(url, protocols, options);
  const received: string[] = [];
  const waiting: ((message: string) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const message = data.toString();
    const take = waiting.shift();
    take ? take(message) : received.push(message);
  });
  const closed = new Promise<[number, string]>((resolve) => {
    socket.on('close', (code, reason) => resolve([code, reason.toString()]));
  });
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return {
    socket,
    next: () => {
      const message = received.shift();
      return message === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(message);
    },
    closed,
  };
}

/** The status with which a handshake is refused. */
export async function refusal(
  url: string,
  protocols: string[] = [],
  options: ClientOptions = {},
): Promise<number | undefined> {
  const socket = new WebSocket(url, protocols, options);
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  response.resume();
  return response.statusCode;
}
