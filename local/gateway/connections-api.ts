import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Assumed, nothingAssumed } from '../assumptions.ts';
import type { Connection } from './connection.ts';
import { readBody, sendJson, splitOnce } from './http-handler.ts';
import { gatewayId } from './request-context.ts';

const maximumMessageBytes = 128 * 1024;

/** With `gone-at-first`, a socket cannot be found up to this age. */
const youngMs = 10_000;
/** With `limit-exceeded`, one of so many posts to a connection is refused. */
const refusedPost = 3;

export interface ConnectionsApi {
  serve(request: IncomingMessage, response: ServerResponse): Promise<void>;
  posts(): number;
}

/**
 * The @connections management API. POST sends a message, GET returns the status, DELETE closes the connection.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-how-to-call-websocket-api-connections.html
 */
export function connectionsApi(
  stage: () => string,
  findOpen: (connectionId: string) => Connection | undefined,
  assumed: Assumed = nothingAssumed,
): ConnectionsApi {
  let posts = 0;
  const postsTo = new WeakMap<Connection, number>();

  function find(id: string): Connection | undefined {
    const found = findOpen(id);
    const isYoung = found && Date.now() - found.client.connectedAt.getTime() < youngMs;
    return isYoung && assumed.has('gone-at-first') ? undefined : found;
  }

  function isRefused(connection: Connection): boolean {
    const count = (postsTo.get(connection) ?? 0) + 1;
    postsTo.set(connection, count);
    return count % refusedPost === 0 && assumed.has('limit-exceeded');
  }

  async function post(request: IncomingMessage, response: ServerResponse, id: string): Promise<void> {
    posts += 1;
    const body = await readBody(request, maximumMessageBytes);
    if (body === 'too-large') {
      request.resume();
      return refuse(response, 413, 'PayloadTooLargeException', 'Message too long');
    }
    // The socket may close while the body is read, so the lookup comes afterwards.
    const connection = find(id);
    if (!connection?.isOpen()) {
      return gone(response);
    }
    if (isRefused(connection)) {
      return refuse(response, 429, 'LimitExceededException', 'Rate limit exceeded');
    }
    connection.send(body.toString());
    sendJson(response, 200, {});
  }

  return {
    posts: () => posts,
    async serve(request, response) {
      const [path] = splitOnce(request.url ?? '', '?');
      const id = idIn(path, stage());
      if (id === undefined) {
        return refuse(response, 403, 'ForbiddenException', 'Forbidden');
      }
      // IAM decides which callers are allowed. This check only requires that the request is signed.
      if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 ')) {
        return refuse(response, 403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
      }
      if (request.method === 'POST') {
        return post(request, response, id);
      }
      const connection = find(id);
      if (!connection?.isOpen()) {
        return gone(response);
      }
      if (request.method === 'DELETE') {
        connection.close(1000, 'Connection Closed Normally');
        response.writeHead(204).end();
        return;
      }
      const { connectedAt, identity } = connection.client;
      sendJson(response, 200, { connectedAt, identity, lastActiveAt: connection.lastActiveAt() });
    },
  };
}

function idIn(path: string, stage: string): string | undefined {
  try {
    const [, first, second, id, ...rest] = path.split('/').map(decodeURIComponent);
    return first === stage && second === '@connections' && rest.length === 0 ? id : undefined;
  } catch {
    return undefined;
  }
}

function gone(response: ServerResponse): void {
  refuse(response, 410, 'GoneException', 'Gone');
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  sendJson(response, status, { message, requestId: gatewayId() }, { 'x-amzn-errortype': type });
}
