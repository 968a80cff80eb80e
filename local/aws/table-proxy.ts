import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Assumed } from '../assumptions.ts';
import { readBody } from '../gateway/http-handler.ts';
import type { AccessControl } from './access-control.ts';
import {
  type Consumed,
  consumedBy,
  isFailedCondition,
  isWrite,
  unitsOfRefusal,
  usesCapacity,
  type WriteInput,
} from './capacity.ts';
import { type EngineAnswer, engineCall, engineRequest } from './engine-call.ts';
import { type TableInput, tableAccesses } from './table-accesses.ts';

export interface TableRequest extends Consumed {
  readonly operation: string;
  /** The name of the function that signed the request. */
  readonly caller: string;
}

export interface TableProxyOptions {
  /** The endpoint of the engine. */
  readonly endpoint: string;
  /** The name of the table's partition key. */
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly access: AccessControl;
  readonly assumed?: Assumed;
  onRequest(request: TableRequest): void;
  /** Called after each successful write. */
  onWrite(): void;
}

export type TableProxy = (
  request: IncomingMessage,
  response: ServerResponse,
  caller: string,
) => Promise<void>;

/** DynamoDB's limit for the size of a request. */
const maximumRequestBytes = 16 * 1024 * 1024;

/**
 * The DynamoDB endpoint of functions. Each request that the caller's role allows goes to the engine. The proxy counts the
 * requests and their consumed capacity. The caller gets the engine's response without additions, and errors unchanged.
 */
export function tableProxy(options: TableProxyOptions): TableProxy {
  const { endpoint, partitionKey, sortKey, access, assumed, onRequest, onWrite } = options;
  const send = engineRequest(endpoint);
  const call = engineCall(endpoint);

  return async (request, response, caller) => {
    const target = String(request.headers['x-amz-target'] ?? '');
    const operation = target.split('.').at(-1) ?? '';
    const counted = usesCapacity(operation);
    const content = await readBody(request, maximumRequestBytes);
    if (content === 'too-large') {
      request.resume();
      return fail(
        response,
        413,
        'com.amazon.coral.service#RequestEntityTooLargeException',
        'Request too large',
      );
    }
    const asked = content.toString('utf8');
    const input = parse(asked);
    // The engine itself refuses a body that is not a JSON object.
    const refusal = input && refusalOf(caller, operation, input);
    if (refusal !== undefined)
      return fail(response, 400, 'com.amazon.coral.service#AccessDeniedException', refusal);
    const { body, stripped } = counted ? withCapacity(asked, input) : { body: asked, stripped: false };
    const answer = await send(target, body);
    if (!counted) return reply(response, answer, answer.body);

    const parsed = JSON.parse(answer.body);
    const ok = answer.status === 200;
    const consumed = ok ? consumedBy(operation, parsed) : { wru: await unitsOfError(input, parsed), rru: 0 };
    onRequest({ operation, caller, ...consumed });
    if (ok && isWrite(operation)) onWrite();
    if (ok && stripped) {
      delete parsed.ConsumedCapacity;
      return reply(response, answer, JSON.stringify(parsed));
    }
    reply(response, answer, answer.body);
  };

  function refusalOf(caller: string, operation: string, input: Input): string | undefined {
    try {
      return access.refusal(caller, tableAccesses(operation, input, partitionKey, assumed));
    } catch {
      return 'The request is not a valid DynamoDB request.';
    }
  }

  /** A failed condition consumes capacity. Other errors consume none. */
  async function unitsOfError(input: Input | undefined, error: object): Promise<number> {
    if (input === undefined || !isFailedCondition(error)) return 0;
    return unitsOfRefusal(call, input, [partitionKey, sortKey]);
  }
}

function withCapacity(asked: string, input: Input | undefined): { body: string; stripped: boolean } {
  // The caller asked for the consumed capacity, so it stays in the response.
  const wanted = input?.ReturnConsumedCapacity;
  if (input === undefined || wanted === 'TOTAL' || wanted === 'INDEXES')
    return { body: asked, stripped: false };
  return { body: JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL' }), stripped: true };
}

type Input = TableInput & WriteInput & { readonly ReturnConsumedCapacity?: unknown };

function parse(body: string): Input | undefined {
  try {
    const input = JSON.parse(body);
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : undefined;
  } catch {
    return undefined;
  }
}

function fail(response: ServerResponse, status: number, type: string, Message: string): void {
  const body = JSON.stringify({ __type: type, Message });
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}

function reply(response: ServerResponse, { status, requestId }: EngineAnswer, body: string): void {
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(body),
    ...(requestId !== undefined && { 'x-amzn-requestid': requestId }),
  };
  // A text is sent in one write with its header. A buffer would need two.
  response.writeHead(status, headers).end(body);
}
