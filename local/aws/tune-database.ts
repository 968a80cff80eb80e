import { DatabaseSync } from 'node:sqlite';

/** DynamoDB keeps stream records for 24 hours. */
const retentionSeconds = 24 * 60 * 60;

/**
 * dynoxide finds a stream record's next number by reading all records of the stream, and keeps them for ever: a write
 * takes 0.9 ms at first and 7 ms after 24,000 of them. An index over the expression that it asks for holds it at 0.9 ms,
 * and old records go as they do on AWS (but for the last one, from which the numbers go on).
 */
export function tuneDatabase(path: string): void {
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
