import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Engine, startDynoxide } from '../../local/aws/dynoxide.ts';
import { below, type Process, partOf } from '../support/processes.ts';
import type { Random } from './random.ts';

/** What happens to the requests to the store. */
export type Trouble = 'none' | 'throttles' | 'lost answers';

/** A store of its own, behind an address that stays. A runtime reaches it by `DYNAMODB_ENDPOINT`. */
export interface Store {
  readonly endpoint: string;
  /** How many requests met trouble. */
  readonly troubled: number;
  trouble(kind: Trouble): void;
  find(): Process[];
  /** Starts the store again, on the same data. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** This part of the requests meets trouble. Each call of a function is tried three times. */
const share = 0.25;

const throttled = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

export async function createStore(random: Random): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-crash-store-'));
  let engine: Engine | undefined;
  let kind: Trouble = 'none';
  let troubled = 0;

  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const met = kind !== 'none' && random() < share ? kind : 'none';
    if (met !== 'none') troubled += 1;
    if (met === 'throttles') {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(throttled);
      return;
    }
    const answer = await forward(incoming, body);
    // The store has done its work by now.
    if (met === 'lost answers') response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  function forward({ headers, method, url }: IncomingMessage, body: Buffer) {
    return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>(
      (resolve, reject) => {
        if (engine === undefined) throw new Error('the store does not run');
        const options = { method, path: url, headers };
        request(engine.endpoint, options, (incoming) => {
          buffer(incoming).then(
            (text) => resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: text }),
            reject,
          );
        })
          .on('error', reject)
          .end(body);
      },
    );
  }

  // Without a store, connections break off, as from a host that has just lost it.
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    endpoint: `http://127.0.0.1:${port}`,
    get troubled() {
      return troubled;
    },
    find: () => below(process.pid).filter((one) => partOf(one) === 'store' && one.command.includes(folder)),
    trouble(next) {
      kind = next;
      troubled = 0;
    },
    async start() {
      engine = await startDynoxide(folder);
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      await engine?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
