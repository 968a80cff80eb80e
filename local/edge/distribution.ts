import { randomBytes } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { appendForwardedFor } from '../gateway/forwarded.ts';
import { splitOnce } from '../gateway/http-event.ts';
import { type HttpHandler, sendJson, type UpgradeHandler } from '../gateway/http-handler.ts';
import type { WebSocketApi } from '../gateway/websocket-api.ts';
import type { BehaviorSpec, DistributionSpec } from '../model.ts';
import { serveObject } from './bucket.ts';
import { compressAnswer } from './compress.ts';
import { pathPattern } from './path-pattern.ts';
import { addResponseHeaders } from './response-headers.ts';
import { sendError } from './send-error.ts';
import { type ViewerFunction, viewerFunction } from './viewer-function.ts';
import { passViewerFunction } from './viewer-request.ts';

export interface Origins {
  readonly httpApi: HttpHandler;
  readonly webSocketApi: Pick<WebSocketApi, 'handleUpgrade'>;
}

export interface DistributionOptions {
  /** A viewer function that runs for longer is stopped. */
  readonly viewerFunctionMs?: number;
}

export interface Distribution {
  readonly request: HttpHandler;
  readonly upgrade: UpgradeHandler;
  /** Later requests go by the new description. */
  reload(spec: DistributionSpec, origins: Origins): void;
}

interface Behavior {
  readonly spec: BehaviorSpec;
  readonly pattern: RegExp;
  readonly run: ViewerFunction | undefined;
}

const maximumUrlLength = 8192;

/**
 * A CloudFront distribution over the APIs and the site's bucket.
 *
 * @throws Error for a viewer function that cannot be run.
 * @example
 * const site = distribution(deployment.distribution, { httpApi, webSocketApi });
 * createServer(site.request).on('upgrade', site.upgrade).listen(8000);
 */
export function distribution(
  initialSpec: DistributionSpec,
  initialOrigins: Origins,
  options: DistributionOptions = {},
): Distribution {
  let current = configure(initialSpec, initialOrigins, options);

  /** The behaviour to go on with, its function run; undefined for a request that is answered already. */
  function enter(request: IncomingMessage, response: ServerResponse): BehaviorSpec | undefined {
    const url = request.url ?? '/';
    const [path] = splitOnce(url, '?');
    const behavior = current.behaviors.find(({ pattern }) => pattern.test(path));
    if (url.length > maximumUrlLength) {
      sendError(response, 414, `A URL may have ${maximumUrlLength} characters at most.`);
      return undefined;
    }
    if (behavior === undefined) {
      sendError(response, 400, 'No behaviour is for this URL.');
      return undefined;
    }
    const { spec, run } = behavior;
    addResponseHeaders(response, spec.responseHeaders ?? []);
    compressAnswer(request, response, spec.encodings ?? []);
    if (!spec.methods.includes(request.method ?? '') || isGetWithBody(request)) {
      sendError(response, 403, 'This distribution does not allow the HTTP request method that was used.');
      return undefined;
    }
    if (run !== undefined && !passViewerFunction(run, request, response)) {
      return undefined;
    }
    if (splitOnce(request.url ?? '/', '?')[0] === '/' && current.defaultRootObject !== undefined) {
      request.url = `/${current.defaultRootObject}`;
    }
    // The origins get a Host of their own, and set it themselves.
    delete request.headers.host;
    appendForwardedFor(request);
    request.headers.via = [request.headers.via ?? [], '1.1 local (CloudFront)'].flat().join(', ');
    request.headers['x-amz-cf-id'] = randomBytes(40).toString('base64url');
    return spec;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const behavior = enter(request, response);
    if (behavior !== undefined) {
      await fetchFrom(behavior, request, response);
    }
  }

  async function fetchFrom({ origin }: BehaviorSpec, request: IncomingMessage, response: ServerResponse) {
    if (origin.kind === 'http-api') {
      await current.origins.httpApi(request, response);
    } else if (origin.kind === 'bucket') {
      await serveObject(origin.contents, request, response);
    } else {
      // What a WebSocket API says to a request that is no handshake.
      sendJson(response, 403, { message: 'Forbidden' });
    }
  }

  return {
    request: (request, response) => serve(request, response).catch(() => void response.destroy()),
    async upgrade(request, socket, head) {
      const response = responseOn(socket, request);
      const behavior = enter(request, response);
      if (behavior?.origin.kind === 'websocket-api') {
        response.detachSocket(socket as Socket);
        await current.origins.webSocketApi.handleUpgrade(request, socket, head);
      } else if (behavior !== undefined) {
        // Other origins do not switch protocols: they answer as if they had not been asked to.
        await fetchFrom(behavior, request, response).catch(() => void socket.destroy());
      }
    },
    reload(spec, origins) {
      current = configure(spec, origins, options);
    },
  };
}

function configure(spec: DistributionSpec, origins: Origins, { viewerFunctionMs }: DistributionOptions) {
  const behaviors = spec.behaviors.map((behavior): Behavior => {
    const { pathPattern: pattern, viewerRequest } = behavior;
    const run = viewerRequest === undefined ? undefined : viewerFunction(viewerRequest, viewerFunctionMs);
    return { spec: behavior, pattern: pathPattern(pattern), run };
  });
  return { behaviors, defaultRootObject: spec.defaultRootObject, origins };
}

function isGetWithBody({ method, headers }: IncomingMessage): boolean {
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return method === 'GET' && hasBody;
}

/** For a request to upgrade Node makes no response; this one ends the connection with its answer. */
function responseOn(socket: Duplex, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request);
  socket.on('error', () => socket.destroy());
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket);
  response.on('finish', () => socket.end());
  return response;
}
