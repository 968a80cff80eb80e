import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineAddress, freePort } from './engine-address.ts';
import { engineCall } from './engine-call.ts';
import { findDynoxide, NoEngineError } from './find-engine.ts';
import { tuneDatabase } from './tune-database.ts';

/** What holds the table. */
export interface Engine {
  readonly endpoint: string;
  /** Deletes what has expired; undefined where the engine does that itself. */
  readonly sweep: (() => Promise<void>) | undefined;
  /** Settles with a reason when the engine ends by itself. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

/**
 * An engine that somebody else runs and that does not check signatures.
 *
 * @throws NoEngineError when it does not answer
 */
export async function foreignEngine(endpoint: string): Promise<Engine> {
  try {
    await engineCall(endpoint)('ListTables', {});
  } catch (error) {
    const { message, cause } = error as Error;
    throw new NoEngineError(
      `no DynamoDB engine at ${endpoint} (DYNAMODB_ENDPOINT): ${cause instanceof Error ? cause.message : message}`,
    );
  }
  return { endpoint, sweep: undefined, died: new Promise(() => {}), stop: async () => {} };
}

/**
 * Starts dynoxide over a file in `folder`, or over a temporary one that goes when it ends.
 *
 * @throws NoEngineError when there is none on this machine
 */
export async function startDynoxide(folder: string | undefined): Promise<Engine> {
  const executable = findDynoxide();
  // A port may be taken between being found free and being bound: then dynoxide ends at once.
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await launch(executable, folder);
    } catch (error) {
      if (attempt === 5 || error instanceof NoEngineError) throw error;
    }
  }
}

async function launch(executable: string, folder: string | undefined): Promise<Engine> {
  const home = folder ?? mkdtempSync(join(tmpdir(), 'parley-'));
  mkdirSync(home, { recursive: true });
  const database = join(home, 'table.sqlite');
  const [{ host, port }, toolPort] = await Promise.all([engineAddress(), freePort()]);
  const token = randomBytes(24).toString('hex');
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, 'supervise.ts'),
      folder === undefined ? home : '',
      executable,
      ...['serve', '--host', host, '--port', String(port), '--db-path', database],
      ...['--mcp', '--mcp-port', String(toolPort)],
    ],
    {
      stdio: ['pipe', 'ignore', 'pipe'],
      env: { DYNOXIDE_MCP_AUTH_TOKEN: token },
      // A group of its own: Ctrl-C reaches the runtime alone, which stops the engine last.
      detached: true,
    },
  );
  const ended = ending(child);
  let stopping = false;
  const endpoint = `http://${host}:${port}`;
  await Promise.race([answers(endpoint), ended.then((reason) => Promise.reject(new Error(reason)))]);
  tuneDatabase(database);
  return {
    endpoint,
    sweep: () => sweep(`http://127.0.0.1:${toolPort}/mcp`, token),
    died: ended.then((reason) => (stopping ? new Promise(() => {}) : reason)),
    async stop() {
      stopping = true;
      child.stdin?.end();
      await ended;
    },
  };
}

async function ending(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const [code] = await once(child, 'exit');
  const error = said.split('\n').find((line) => line.startsWith('error')) ?? '';
  return `the DynamoDB engine ended with ${code}${error && `: ${error}`}`;
}

async function answers(endpoint: string): Promise<void> {
  const call = engineCall(endpoint);
  for (const deadline = Date.now() + 10_000; ; ) {
    try {
      await call('ListTables', {});
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(15);
    }
  }
}

/**
 * dynoxide stores TTL settings and expires nothing by itself; the sweep that leaves DynamoDB's own stream records
 * (`userIdentity` of the service) is one of its MCP tools.
 */
async function sweep(toolUrl: string, token: string): Promise<void> {
  const response = await fetch(toolUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'sweep_ttl', arguments: {} },
    }),
  });
  const text = await response.text();
  if (!response.ok || !text.includes('items_deleted'))
    throw new Error(`TTL sweep: ${response.status} ${text}`);
}
