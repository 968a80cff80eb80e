import type { IncomingMessage } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessControl } from '../../../local/aws/access-control.ts';
import { engineCall } from '../../../local/aws/engine-call.ts';
import { tableProxy } from '../../../local/aws/table-proxy.ts';
import { serve, tableSpec } from './engine.ts';

describe('an engine of DYNAMODB_ENDPOINT', () => {
  const keys: (string | undefined)[] = [];
  const engine = serve((request, response) => {
    keys.push(accessKeyOf(request));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  const proxy = serve((request, response) => {
    const { partitionKey, sortKey } = tableSpec;
    const access = accessControl([], () => {});
    const options = { endpoint: engine(), partitionKey, sortKey, access, onRequest() {}, onWrite() {} };
    void tableProxy(options)(request, response, 'parley-dev-message');
  });
  beforeEach(() => {
    keys.length = 0;
  });

  // DynamoDB Local refuses other characters (UnrecognizedClientException), and each key there has tables of its own.
  it('gets one access key of letters and digits, whoever asks', async () => {
    await engineCall(engine())('ListTables', {});
    for (const caller of ['parley-dev-message', 'parley-dev-connect']) {
      await fetch(proxy(), {
        method: 'POST',
        headers: {
          'x-amz-target': 'DynamoDB_20120810.ListTables',
          authorization: `AWS4-HMAC-SHA256 Credential=${caller}/20261129/us-east-1/dynamodb/aws4_request`,
        },
        body: '{}',
      });
    }
    expect(keys).toEqual(['local', 'local', 'local']);
  });
});

function accessKeyOf({ headers }: IncomingMessage): string | undefined {
  return /Credential=([^/]*)\//.exec(headers.authorization ?? '')?.[1];
}
