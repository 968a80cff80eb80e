import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineAddress, freePort } from './engine-address.ts';
import { engineCall } from './engine-call.ts';
import { findDynoxide, NoEngineError } from './find-engine.ts';

/** The DynamoDB engine that holds the table. */
export interface Engine {
  readonly endpoint: string;
  /** Deletes expired items; undefined if the engine does this itself. */
  readonly sweep: (() => Promise<void>) | undefined;
  /** Resolves with a reason if the engine ends unexpectedly. */
  readonly died: Promise<string>;
  stop(): Promise<void>;
}

/**
 * An engine that the developer runs. It must not check signatures.
 *
 * @throws NoEngineError if the engine does not answer
 */
export async function foreignEngine(endpoint: string): Promise<Engine> {
  try {
    await engineCall(endpoint)('ListTables', {});
  } catch (error) {
    const { message, cause } = error as Error;
    throw new NoEngineError(
      `no DynamoDB engine answers at ${endpoint} (DYNAMODB_ENDPOINT): ${cause instanceof Error ? cause.message : message}`,
    );
  }
  return { endpoint, sweep: undefined, died: new Promise(() => {}), stop: async () => {} };
}

/**
 * Starts dynoxide with its database in `folder`, or in a temporary folder that is deleted at the end.
 *
 * @throws NoEngineError if this machine has no dynoxide, or no free port for it
 */
export async function startDynoxide(folder: string | undefined): Promise<Engine> {
  const executable = findDynoxide();
  // Another process may take the port after the check. dynoxide then ends at once, and the start is repeated.
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
      join(import.meta.dirname, '..', 'supervise.mjs'),
      folder === undefined ? home : '',
      executable,
      ...['serve', '--host', host, '--port', String(port), '--db-path', database],
      ...['--mcp', '--mcp-port', String(toolPort)],
    ],
    {
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
      env: { DYNOXIDE_MCP_AUTH_TOKEN: token },
      // Its own process group: Ctrl-C signals the runtime only, and the runtime stops the engine last.
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
  let pid: number | undefined;
  child.on('message', (message: { pid?: number }) => {
    pid = message.pid;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const closed = once(child, 'close');
  const [code, signal] = await once(child, 'exit');
  if (signal !== null && pid !== undefined) killGroup(pid);
  await closed;
  const error = said.split('\n').find((line) => line.startsWith('error: '));
  return `the DynamoDB engine ended: ${error?.slice('error: '.length) ?? signal ?? code}`;
}

/** Without its supervisor, the engine would run on with the data, and nobody would end it. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
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
 * dynoxide stores TTL settings, but it does not delete expired items by itself. One of its MCP tools does, and writes
 * the same stream records as DynamoDB (`userIdentity` of the service).
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

/** DynamoDB retains stream records for 24 hours. */
const retentionSeconds = 24 * 60 * 60;

/**
 * dynoxide keeps all stream records, and reads all of them to find the next sequence number. So a write takes 0.9 ms at
 * first, and 7 ms after 24,000 records. An index on the expression of that query keeps it at 0.9 ms. Old records are
 * deleted as on AWS, except the last one, because dynoxide derives the next number from it.
 */
function tuneDatabase(path: string): void {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  try {
    const known = database.prepare("SELECT 1 FROM sqlite_master WHERE name = '_stream_records'").get();
    if (known === undefined) return;
    database.exec(
      'CREATE INDEX IF NOT EXISTS parley_stream ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
    );
    database
      .prepare(
        'DELETE FROM _stream_records WHERE created_at < ? AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)',
      )
      .run(Math.floor(Date.now() / 1000) - retentionSeconds);
  } finally {
    database.close();
  }
}
