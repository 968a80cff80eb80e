/**
 * A client for DynamoDB's JSON protocol. The runtime makes few calls and uses no SDK. The start is faster without it, and
 * stream records already have the form in which Lambda passes them to a function.
 */
import { Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps, Agent as SecureAgent } from 'node:https';
import { urlToHttpOptions } from 'node:url';

export type EngineCall = <Output>(operation: string, input: object) => Promise<Output>;

/** Sends a body unchanged to an operation of the engine, such as `DynamoDB_20120810.GetItem`. */
export type EngineRequest = (target: string, body: string) => Promise<EngineAnswer>;

export interface EngineAnswer {
  readonly status: number;
  readonly requestId: string | undefined;
  readonly body: string;
}

/** An error response of the engine. `code` is DynamoDB's name for the error. */
export class EngineError extends Error {
  readonly code: string;

  constructor(operation: string, code: string, message: string) {
    super(`${operation}: ${code}: ${message}`);
    this.name = 'EngineError';
    this.code = code;
  }
}

const streamOperations = new Set(['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']);

/**
 * Local engines require a signature but do not check it. DynamoDB Local has a separate database for each access key, and
 * accepts only letters and digits in a key. So all requests use the same simple key.
 */
const unsigned =
  'AWS4-HMAC-SHA256 Credential=local/20120810/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

// `fetch` refuses the same ports as browsers, and dynoxide listens on one of them. So this uses `node:http`.
const transports = {
  'http:': { send: overHttp, agent: new Agent({ keepAlive: true, maxSockets: 64 }) },
  'https:': { send: overHttps, agent: new SecureAgent({ keepAlive: true, maxSockets: 64 }) },
};

/** Sends requests to the engine at `endpoint` only. */
export function engineRequest(endpoint: string): EngineRequest {
  const url = new URL(endpoint);
  const { send, agent } = transports[url.protocol === 'https:' ? 'https:' : 'http:'];
  const options = { ...urlToHttpOptions(url), agent, method: 'POST' };

  return (target, body) =>
    new Promise((resolve, reject) => {
      // A list is sent as it is. Headers in an object cost a third more.
      const headers = [
        ...['host', url.host, 'authorization', unsigned, 'x-amz-date', '20120810T000000Z'],
        ...['content-type', 'application/x-amz-json-1.0', 'content-length', String(Buffer.byteLength(body))],
        ...['x-amz-target', target],
      ];
      const outgoing = send({ ...options, headers }, (incoming) => {
        readText(incoming).then((text) => resolve({ ...heading(incoming), body: text }), reject);
      });
      outgoing.on('error', reject).end(body);
    });
}

function heading({ statusCode = 500, headers }: IncomingMessage) {
  return { status: statusCode, requestId: headers['x-amzn-requestid'] as string | undefined };
}

export function engineCall(endpoint: string): EngineCall {
  const send = engineRequest(endpoint);
  return async <Output>(operation: string, input: object) => {
    const service = streamOperations.has(operation) ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810';
    const answer = await send(`${service}.${operation}`, JSON.stringify(input));
    const body = JSON.parse(answer.body) as { __type?: string; message?: string };
    if (answer.status !== 200) {
      throw new EngineError(operation, body.__type?.split('#').at(-1) ?? 'Unknown', body.message ?? '');
    }
    return body as Output;
  };
}

function readText(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (chunk: string) => {
      text += chunk;
    });
    incoming.on('end', () => resolve(text));
    incoming.on('error', reject);
  });
}
