import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type HttpHandler, sendJson, splitOnce, type UpgradeHandler } from '../gateway/http-handler.ts';
import { appendForwardedFor } from '../gateway/request-context.ts';
import type { WebSocketApi } from '../gateway/websocket-api.ts';
import type { BehaviorSpec, DistributionSpec } from '../model.ts';
import { pathPattern } from '../wildcard.ts';
import { serveObject } from './bucket.ts';
import { compressAnswer } from './compress.ts';
import { addResponseHeaders, responseOn, sendError } from './response.ts';
import { passViewerFunction, type ViewerFunction, viewerFunction } from './viewer-function.ts';

export interface Origins {
  readonly httpApi: HttpHandler;
  readonly webSocketApi: Pick<WebSocketApi, 'handleUpgrade'>;
}

export interface DistributionOptions {
  /** The maximum run time of a viewer function. */
  readonly viewerFunctionMs?: number;
}

export interface Distribution {
  readonly request: HttpHandler;
  readonly upgrade: UpgradeHandler;
  /** Later requests use the new spec and origins. */
  reload(spec: DistributionSpec, origins: Origins): void;
}

interface Behavior {
  readonly spec: BehaviorSpec;
  readonly pattern: RegExp;
  readonly run: ViewerFunction | undefined;
}

const maximumUrlLength = 8192;

/**
 * A CloudFront distribution in front of the APIs and the site's bucket.
 *
 * @throws Error for an invalid viewer function
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

  /** Selects the behaviour and runs its viewer function. Returns undefined if the response is already sent. */
  function enter(request: IncomingMessage, response: ServerResponse): BehaviorSpec | undefined {
    const url = request.url ?? '/';
    const [path] = splitOnce(url, '?');
    const behavior = current.behaviors.find(({ pattern }) => pattern.test(path));
    if (url.length > maximumUrlLength) {
      sendError(response, 414, `The URL must not be longer than ${maximumUrlLength} characters.`);
      return undefined;
    }
    if (behavior === undefined) {
      sendError(response, 400, 'No behaviour of this distribution matches the URL.');
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
    // They replace what a viewer sent under the same names.
    Object.assign(request.headers, spec.originHeaders);
    // Each origin sets its own Host.
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
      // A WebSocket API answers 403 to a request that is not a handshake.
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
        // Other origins do not switch protocols. They answer the request as a plain one.
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
