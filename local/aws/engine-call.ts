/**
 * DynamoDB's JSON protocol as it is on the wire. The runtime's own few calls need no SDK: the answers then have the very
 * form in which Lambda hands stream records to a function, and starting up does not load a client.
 */

export type EngineCall = <Output>(operation: string, input: object) => Promise<Output>;

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

/** Engines on a developer's machine want a signature to be there and do not check it. */
const unsigned =
  'AWS4-HMAC-SHA256 Credential=local/20120810/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

export function engineCall(endpoint: string): EngineCall {
  return async <Output>(operation: string, input: object) => {
    const service = streamOperations.has(operation) ? 'DynamoDBStreams_20120810' : 'DynamoDB_20120810';
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `${service}.${operation}`,
        'x-amz-date': '20120810T000000Z',
        authorization: unsigned,
      },
      body: JSON.stringify(input),
    });
    const body = (await response.json()) as { __type?: string; message?: string };
    if (!response.ok) {
      throw new EngineError(operation, body.__type?.split('#').at(-1) ?? 'Unknown', body.message ?? '');
    }
    return body as Output;
  };
}
