import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AccessControl } from './access-control.ts';
import { callerOf } from './caller.ts';
import { type Consumed, consumedBy, consumedByRefusal, isWrite, usesCapacity } from './consumed.ts';
import { readBody } from './read-body.ts';
import { type TableInput, tableAccesses } from './table-accesses.ts';

export interface TableRequest extends Consumed {
  readonly operation: string;
  /** Who signed the request: a function's name. */
  readonly caller: string;
}

export interface TableProxyOptions {
  /** The engine behind. */
  readonly endpoint: string;
  /** The name of the table's partition key. */
  readonly partitionKey: string;
  readonly access: AccessControl;
  onRequest(request: TableRequest): void;
  /** Something was written. */
  onWrite(): void;
}

export interface TableProxy {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): void;
}

/**
 * DynamoDB's endpoint as functions see it: every request that its caller's role allows goes on to the engine and counts
 * with what it consumed. The caller gets the engine's answer with nothing added, and its errors unchanged.
 */
export function tableProxy(options: TableProxyOptions): TableProxy {
  const { endpoint, partitionKey, access, onRequest, onWrite } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });

  return {
    async handle(request, response) {
      const operation =
        String(request.headers['x-amz-target'] ?? '')
          .split('.')
          .at(-1) ?? '';
      const caller = callerOf(request);
      const counted = usesCapacity(operation);
      const asked = await readBody(request);
      const input = parse(asked);
      // What is no object is the engine's to refuse.
      const refusal = input && access.refusal(caller, tableAccesses(operation, input, partitionKey));
      if (refusal !== undefined) return deny(response, refusal);
      const { body, stripped } = counted ? withCapacity(asked, input) : { body: asked, stripped: false };
      const answer = await forward(request, body);
      if (!counted) return reply(response, answer, answer.body);

      const parsed = JSON.parse(answer.body.toString('utf8'));
      const ok = answer.status === 200;
      const consumed = ok ? consumedBy(operation, parsed) : consumedByRefusal(operation, parsed);
      onRequest({ operation, caller, ...consumed });
      if (ok && isWrite(operation)) onWrite();
      if (ok && stripped) {
        delete parsed.ConsumedCapacity;
        return reply(response, answer, Buffer.from(JSON.stringify(parsed)));
      }
      reply(response, answer, answer.body);
    },
    close: () => agent.destroy(),
  };

  function forward({ headers, url }: IncomingMessage, body: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { host: _host, ...others } = headers;
      const outgoing = httpRequest(
        new URL(url ?? '/', endpoint),
        { agent, method: 'POST', headers: { ...others, 'content-length': body.length } },
        (incoming) => {
          readBody(incoming).then(
            (content) =>
              resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: content }),
            reject,
          );
        },
      );
      outgoing.on('error', reject).end(body);
    });
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

function withCapacity(asked: Buffer, input: Input | undefined): { body: Buffer; stripped: boolean } {
  // Someone who asks gets what they asked for.
  const wanted = input?.ReturnConsumedCapacity;
  if (input === undefined || wanted === 'TOTAL' || wanted === 'INDEXES')
    return { body: asked, stripped: false };
  return { body: Buffer.from(JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' })), stripped: true };
}

type Input = TableInput & { readonly ReturnConsumedCapacity?: unknown };

function parse(body: Buffer): Input | undefined {
  try {
    const input = JSON.parse(body.toString('utf8'));
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : undefined;
  } catch {
    return undefined;
  }
}

function deny(response: ServerResponse, Message: string): void {
  const body = JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', Message });
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}

function reply(response: ServerResponse, { status, headers }: Answer, body: Buffer): void {
  const kept = Object.entries(headers).filter(
    ([name]) => name.startsWith('x-amzn-') || name === 'content-type',
  );
  response.writeHead(status, { ...Object.fromEntries(kept), 'content-length': body.length }).end(body);
}
