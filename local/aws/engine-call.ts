/**
 * DynamoDB's JSON protocol as it is on the wire. The runtime's own few calls need no SDK: the answers then have the very
 * form in which Lambda hands stream records to a function, and starting up does not load a client.
 */
import { Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps, Agent as SecureAgent } from 'node:https';
import { readBody } from './read-body.ts';

export type EngineCall = <Output>(operation: string, input: object) => Promise<Output>;

/** Sends a body as it is to one of the engine's operations, such as `DynamoDB_20120810.GetItem`. */
export type EngineRequest = (target: string, body: Buffer | string) => Promise<EngineAnswer>;

export interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What the engine answered instead of a result; `code` is DynamoDB's name of it. */
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
 * Engines on a developer's machine want a signature to be there and do not check it. DynamoDB Local keeps a database of
 * its own for each access key and takes letters and digits alone, so every request has the same plain key.
 */
const unsigned =
  'AWS4-HMAC-SHA256 Credential=local/20120810/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

// Not `fetch`: it keeps to the ports that pages may use, and dynoxide listens where they may not.
const transports = {
  'http:': { send: overHttp, agent: new Agent({ keepAlive: true, maxSockets: 64 }) },
  'https:': { send: overHttps, agent: new SecureAgent({ keepAlive: true, maxSockets: 64 }) },
};

/** Requests to the engine at `endpoint`, and to nothing else. */
export function engineRequest(endpoint: string): EngineRequest {
  const url = new URL(endpoint);
  const { send, agent } = transports[url.protocol === 'https:' ? 'https:' : 'http:'];

  return (target, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'content-length': Buffer.byteLength(body),
        'x-amz-target': target,
        'x-amz-date': '20120810T000000Z',
        authorization: unsigned,
      };
      const outgoing = send(url, { agent, method: 'POST', headers }, (incoming) => {
        readBody(incoming).then((content) => {
          resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: content });
        }, reject);
      });
      outgoing.on('error', reject).end(body);
    });
}

export function engineCall(endpoint: string): EngineCall {
  const send = engineRequest(endpoint);
  return async <Output>(operation: string, input: object) => {
    const service = streamOperations.has(operation) ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810';
    const answer = await send(`${service}.${operation}`, JSON.stringify(input));
    const body = JSON.parse(answer.body.toString('utf8')) as { __type?: string; message?: string };
    if (answer.status !== 200) {
      throw new EngineError(operation, body.__type?.split('#').at(-1) ?? 'Unknown', body.message ?? '');
    }
    return body as Output;
  };
}
