import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Credentials } from '../../../local/aws/access-keys.ts';
import { createTable } from '../../../local/aws/create-table.ts';
import { type Engine, startDynoxide } from '../../../local/aws/dynoxide.ts';
import { type EngineCall, engineCall } from '../../../local/aws/engine-call.ts';
import type { TableSpec } from '../../../local/model.ts';

export const tableSpec: TableSpec = {
  name: 'chat-table',
  partitionKey: 'pk',
  sortKey: 'sk',
  ttlAttribute: 'ttl',
  streamView: 'NEW_AND_OLD_IMAGES',
};

export interface Table {
  readonly engine: Engine;
  readonly call: EngineCall;
  readonly streamArn: string;
  put(sk: string, more?: object): Promise<unknown>;
}

/** A real engine with a table: one for all tests of this `describe`, or an empty one for each. */
export function engineWithTable({ each = false } = {}): () => Table {
  let table: Table;
  const [before, after] = each ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    const engine = await startDynoxide(undefined);
    const call = engineCall(engine.endpoint);
    const streamArn = (await createTable(call, tableSpec)) ?? '';
    table = {
      engine,
      call,
      streamArn,
      put: (sk, more = {}) =>
        call('PutItem', { TableName: tableSpec.name, Item: { pk: { S: 'A' }, sk: { S: sk }, ...more } }),
    };
  });
  after(() => table?.engine.stop());
  return () => table;
}

/** The URL of a server on a free port, for the tests of this `describe`. */
export function serve(listener: RequestListener): () => string {
  const server = createServer(listener);
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The options of an SDK client for an endpoint on this machine. */
export function clientOf(
  endpoint: string,
  credentials: Credentials = { accessKeyId: 'x', secretAccessKey: 'x' },
) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
  };
}
