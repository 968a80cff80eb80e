import { DatabaseSync } from 'node:sqlite';
import type { Client } from './connection.ts';

/** Which clients have to be told of by a $disconnect event: known over the end of the process, however it ends. */
export interface OpenSockets {
  /** Those of an earlier run, which ended before it told of them. */
  left(): Client[];
  add(client: Client): void;
  remove(connectionId: string): void;
  close(): void;
}

/** Kept in `file`, or nowhere when there is none: then nobody survives the process who could ask. */
export function openSockets(file: string | undefined): OpenSockets {
  if (file === undefined) return { left: () => [], add() {}, remove() {}, close() {} };
  const database = new DatabaseSync(file);
  // A commit is a write without a sync: it outlives the process, and a machine that fails loses the last ones at most.
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec('CREATE TABLE IF NOT EXISTS sockets (id TEXT PRIMARY KEY, client TEXT NOT NULL) STRICT');
  const all = database.prepare('SELECT client FROM sockets');
  const insert = database.prepare('INSERT OR REPLACE INTO sockets (id, client) VALUES (?, ?)');
  const forget = database.prepare('DELETE FROM sockets WHERE id = ?');
  return {
    left: () => all.all().map(({ client }) => read(client as string)),
    add: (client) => void insert.run(client.connectionId, JSON.stringify(client)),
    remove(connectionId) {
      // What is told of after the end is told of again at the next start.
      if (database.isOpen) forget.run(connectionId);
    },
    close: () => database.close(),
  };
}

function read(text: string): Client {
  const client = JSON.parse(text);
  return { ...client, connectedAt: new Date(client.connectedAt) };
}
