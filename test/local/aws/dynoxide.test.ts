import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { createTable } from '../../../local/aws/create-table.ts';
import { startDynoxide } from '../../../local/aws/dynoxide.ts';
import { engineCall } from '../../../local/aws/engine-call.ts';
import { tableSpec } from './engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'parley-engine-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('a table on disk keeps its items and its stream, without stream records of more than 24 hours', async () => {
  const first = await startDynoxide(folder);
  const streamArn = await createTable(engineCall(first.endpoint), tableSpec);
  for (const sk of ['1', '2']) {
    await engineCall(first.endpoint)('PutItem', {
      TableName: tableSpec.name,
      Item: { pk: { S: 'A' }, sk: { S: sk } },
    });
  }
  await first.stop();

  const database = new DatabaseSync(join(folder, 'table.sqlite'));
  database.exec('UPDATE _stream_records SET created_at = created_at - 90000');
  database.close();

  const second = await startDynoxide(folder);
  const call = engineCall(second.endpoint);
  expect(await createTable(call, tableSpec)).toBe(streamArn);
  expect(await call('Scan', { TableName: tableSpec.name })).toMatchObject({ Count: 2 });
  await second.stop();

  const kept = new DatabaseSync(join(folder, 'table.sqlite'));
  expect(kept.prepare('SELECT sequence_number AS number FROM _stream_records').all()).toEqual([
    { number: '2' },
  ]);
  const plan =
    'EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = ?1';
  expect(kept.prepare(plan).get()).toMatchObject({ detail: expect.stringContaining('INDEX parley_stream') });
  kept.close();
});

describe('a table that exists with other keys', () => {
  it('causes an error at the start', async () => {
    const engine = await startDynoxide(undefined);
    const call = engineCall(engine.endpoint);
    await createTable(call, tableSpec);
    await expect(createTable(call, { ...tableSpec, sortKey: 'other' })).rejects.toThrow(
      'exists with other keys',
    );
    await engine.stop();
  });
});
