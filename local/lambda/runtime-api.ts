import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { admit, machineOnly } from '../admission.ts';
import { readBody } from '../gateway/http-handler.ts';

/** The Runtime API's view of one process. */
interface RuntimeClient {
  /** The process waits for an event. `give` sends it one; it may be called once. */
  next(give: (invocation: Invocation) => void): void;
  respond(invocationId: string, payload: string): Verdict;
  /** Without an id, the start has failed. */
  fail(invocationId: string | undefined, error: FunctionError): Verdict;
}

export interface Invocation {
  readonly id: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
}

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
}

type Verdict = 'accepted' | 'unknown-invocation' | 'too-large';

export interface RuntimeApi {
  /** Returns the AWS_LAMBDA_RUNTIME_API of the process. Its path identifies the process. */
  register(client: RuntimeClient): string;
  unregister(address: string): void;
  close(): Promise<void>;
}

const statusOf = { accepted: 202, 'unknown-invocation': 400, 'too-large': 413 } as const;
const pathPattern =
  /^\/([^/]+)\/2018-06-01\/runtime\/(?:(invocation\/next)|invocation\/([^/]+)\/(response|error)|init\/error)$/;

/** Serves https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html on loopback. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const clients = new Map<string, RuntimeClient>();

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (admit(request, machineOnly) !== undefined) {
      response.writeHead(403).end();
      return;
    }
    const [, token = '', next, id, kind] = pathPattern.exec(request.url ?? '') ?? [];
    const client = clients.get(token);
    if (client === undefined || request.method !== (next ? 'GET' : 'POST')) {
      response.writeHead(404).end();
      return;
    }
    if (next) {
      client.next((invocation) => give(response, invocation));
      return;
    }
    // Of any size: the sandbox knows the limit, and what its function is told.
    const body = String(await readBody(request, Number.POSITIVE_INFINITY));
    const verdict =
      kind === 'response' && id !== undefined ? client.respond(id, body) : client.fail(id, toError(body));
    response.writeHead(statusOf[verdict], { 'content-type': 'application/json' });
    response.end(verdict === 'accepted' ? '{"status":"OK"}' : JSON.stringify({ errorType: verdict }));
  }

  const server = createServer((request, response) => {
    // The process ended while it sent the body. The sandbox handles its end.
    serve(request, response).catch(() => response.destroy());
  });
  // A handler may run for minutes between two requests on the same connection.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;

  return {
    register(client) {
      const token = randomUUID();
      clients.set(token, client);
      return `127.0.0.1:${port}/${token}`;
    },
    unregister: (address) => clients.delete(address.slice(address.indexOf('/') + 1)),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function toError(body: string): FunctionError {
  const { errorType, errorMessage } = JSON.parse(body) as FunctionError;
  return { errorType, errorMessage };
}

function give(response: ServerResponse, invocation: Invocation): void {
  response.writeHead(200, {
    'content-type': 'application/json',
    'lambda-runtime-aws-request-id': invocation.id,
    'lambda-runtime-deadline-ms': invocation.deadlineMs,
    'lambda-runtime-invoked-function-arn': invocation.functionArn,
    'lambda-runtime-trace-id': invocation.traceId,
  });
  response.end(invocation.payload);
}
