import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Assumed } from '../assumptions.ts';
import { type Invoker, integrate } from '../invoker.ts';
import type { HttpApiSpec } from '../model.ts';
import { isPreflight, preflightHeaders, responseHeaders, withoutCors } from './cors.ts';
import { type HttpHandler, readBody, sendJson, splitOnce } from './http-handler.ts';
import { httpEvent, readResult, sendResult } from './http-payload.ts';
import { compileRoutes } from './http-routes.ts';
import { addForwarded, gatewayId } from './request-context.ts';

const maximumPayloadBytes = 10 * 1024 * 1024;

export interface HttpApiOptions {
  readonly integrationTimeoutMs?: number;
  readonly assumed?: Assumed;
}

/**
 * An API Gateway HTTP API with Lambda proxy integrations in payload format 2.0.
 *
 * @example
 * createServer(httpApi(deployment.httpApi, functions)).listen(8001, '127.0.0.1');
 */
export function httpApi(
  spec: HttpApiSpec,
  invoker: Invoker,
  { integrationTimeoutMs = 30_000, assumed }: HttpApiOptions = {},
): HttpHandler {
  const matchRoute = compileRoutes(spec.routes, assumed);
  const { cors } = spec;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { origin } = request.headers;
    const requestId = gatewayId();
    const added = {
      ...(cors && origin !== undefined && responseHeaders(cors, origin)),
      'apigw-requestid': requestId,
    };
    const refuse = (status: number, message: string) => sendJson(response, status, { message }, added);

    if (cors && origin !== undefined && isPreflight(request)) {
      response.writeHead(204, preflightHeaders(cors, origin)).end();
      return;
    }
    const [path] = splitOnce(request.url ?? '/', '?');
    const match = tryMatch(request.method ?? 'GET', path);
    if (match === 'malformed') {
      return refuse(400, 'Bad Request');
    }
    if (match === undefined) {
      return refuse(404, 'Not Found');
    }
    const body = await readBody(request, maximumPayloadBytes);
    if (body === 'too-large') {
      // Discard the rest. A client that is still sending then receives the response.
      request.resume();
      return refuse(413, 'Request Entity Too Large');
    }
    addForwarded(request);
    const { route, pathParameters } = match;
    const event = httpEvent(request, body, {
      requestId,
      apiId: spec.id,
      routeKey: route.key,
      pathParameters,
    });
    const outcome = await integrate(invoker, route.functionName, event, integrationTimeoutMs);
    if (outcome === 'timed-out') {
      return refuse(503, 'Service Unavailable');
    }
    if (!outcome.ok && outcome.errorType === 'RequestEntityTooLarge') {
      return refuse(413, 'Request Entity Too Large');
    }
    const result = outcome.ok ? readResult(outcome.value) : undefined;
    if (result === undefined) {
      return refuse(500, 'Internal Server Error');
    }
    const headers = cors ? withoutCors(result.headers) : result.headers;
    sendResult(response, { ...result, headers }, added);
  }

  function tryMatch(method: string, path: string): ReturnType<typeof matchRoute> | 'malformed' {
    try {
      decodeURIComponent(path);
      return matchRoute(method, path);
    } catch {
      return 'malformed';
    }
  }

  return async (request, response) => {
    try {
      await serve(request, response);
    } catch {
      // The client closed the connection, or the function returned a header that HTTP does not allow.
      if (response.headersSent || response.destroyed) {
        response.destroy();
      } else {
        sendJson(response, 500, { message: 'Internal Server Error' });
      }
    }
  };
}
