import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as overHttp,
} from 'node:http';
import { request as overHttps, Agent as SecureAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import {
  type HttpHandler,
  readBody,
  refuseUpgrade,
  sendJson,
  type UpgradeHandler,
} from '../../local/gateway/http-handler.ts';
import { addForwarded } from '../../local/gateway/request-context.ts';

export interface Upstream {
  /** Where the emulator listens. */
  readonly endpoint: string;
  /** The API's own name, by which the emulator finds the API. */
  readonly host: string;
}

export interface ApiProxy {
  readonly request: HttpHandler;
  readonly upgrade: UpgradeHandler;
  close(): void;
}

/** API Gateway's limit of a request's body. */
const maximumBodyBytes = 10 * 1024 * 1024;

/** RFC 9110, 7.6.1: these are for one connection. */
const hopByHop = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade'],
]);

/**
 * An API in an emulator, as API Gateway's front end: it adds the `X-Forwarded-*` headers. Each answer is passed on when it
 * is complete, because a distribution compresses whole answers.
 */
export function apiProxy({ endpoint, host }: Upstream): ApiProxy {
  const { protocol, hostname, port } = new URL(endpoint);
  const [send, agent] =
    protocol === 'https:'
      ? [overHttps, new SecureAgent({ keepAlive: true })]
      : [overHttp, new Agent({ keepAlive: true })];

  function forward(request: IncomingMessage, headers: OutgoingHttpHeaders, kept: boolean): ClientRequest {
    return send({
      hostname,
      port,
      method: request.method,
      path: request.url,
      headers: { ...headers, host },
      agent: kept ? agent : false,
    });
  }

  return {
    async request(request, response) {
      addForwarded(request);
      const body = await readBody(request, maximumBodyBytes);
      if (body === 'too-large') {
        request.resume();
        return sendJson(response, 413, { message: 'Request Entity Too Large' });
      }
      const headers: OutgoingHttpHeaders = endToEnd(request.headers);
      if (body.length > 0) headers['content-length'] = body.length;
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        forward(request, headers, true).on('response', resolve).on('error', reject).end(body);
      });
      const content = Buffer.concat(await answer.toArray());
      const status = answer.statusCode ?? 502;
      response.writeHead(status, {
        ...endToEnd(answer.headers),
        ...(request.method !== 'HEAD' &&
          status !== 204 &&
          status !== 304 && { 'content-length': content.length }),
      });
      response.end(content);
    },
    upgrade(request, socket, head) {
      addForwarded(request);
      const { connection, upgrade } = request.headers;
      const headers = { ...endToEnd(request.headers), connection, upgrade };
      const outgoing = forward(request, headers, false);
      outgoing.on('error', () => refuseUpgrade(socket, 502, { message: 'Bad Gateway' }));
      outgoing.on('response', (answer) => void refuse(socket, answer));
      outgoing.on('upgrade', (answer, upstream, rest) => {
        const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
        socket.write(['HTTP/1.1 101 Switching Protocols', ...lines, '', ''].join('\r\n'));
        upstream.unshift(rest);
        join(socket, upstream);
      });
      socket.unshift(head);
      outgoing.end();
    },
    close: () => agent.destroy(),
  };
}

function endToEnd(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

async function refuse(socket: Duplex, answer: IncomingMessage): Promise<void> {
  answer.resume();
  refuseUpgrade(socket, answer.statusCode ?? 502, { message: answer.statusMessage ?? '' });
}

/** Passes bytes both ways. The end of one side is the end of the other. */
function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy()).on('close', () => to.end());
    from.pipe(to);
  }
}
