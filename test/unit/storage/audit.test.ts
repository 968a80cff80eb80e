import { describe, expect, it } from 'vitest';
import type { AuditEntry, EntryId } from '../../../functions/core/audit/audit.ts';
import { auditLog, auditReader, KEPT_DAYS } from '../../../functions/storage/audit.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { id } from '../support/people.ts';
import { PHONE } from '../support/sessions.ts';
import { sent, table } from '../support/table.ts';

const DAY_MS = 86_400_000;
const at = (days: number) => new Date(Date.parse(NOON) + days * DAY_MS).toISOString();
const entry = (n: number, more: Partial<AuditEntry> = {}): AuditEntry => ({
  ...{ event: 'logged_in', userId: id(1), session: id(500 + n), operation: 'POST /users/token' },
  ...{ at: at(n), ...PHONE },
  ...more,
});
const idOf = (n: number): EntryId => ({ time: at(n), name: id(900 + n) });

describe('the log of security events', () => {
  it('puts one item, on condition that it is not there, for 400 days', async () => {
    await auditLog(table).append(idOf(0), entry(0));
    const { userId: _, ...rest } = entry(0);
    expect(sent()).toEqual([
      [
        'PutCommand',
        {
          TableName: 'parley-test',
          Item: {
            ...{ pk: `AUDIT#${id(1)}`, sk: `EVENT#${NOON}#${id(900)}` },
            ...{ ...rest, ttl: (Date.parse(NOON) + KEPT_DAYS * DAY_MS) / 1000 },
          },
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      ],
    ]);
  });

  it('keeps what is there: an entry of the same id is not stored, and that is no failure', async () => {
    const { table: memory, state } = memoryTable();
    await auditLog(memory).append(idOf(0), entry(0));
    await auditLog(memory).append(idOf(0), entry(0, { event: 'logged_out' }));
    expect(state.partition(`AUDIT#${id(1)}`)).toMatchObject([{ event: 'logged_in' }]);
  });

  it('takes one WRU: an item with the longest names has less than 1 KB', async () => {
    const { table: memory, state } = memoryTable();
    const longest = { device: 'x'.repeat(256), address: 'x'.repeat(64) };
    const names = {
      operation: `DELETE /users/me/sessions/{session_id}`,
      event: 'surplus_sessions_ended',
    } as const;
    await auditLog(memory).append(idOf(0), entry(0, { ...longest, ...names }));
    const [item] = state.partition(`AUDIT#${id(1)}`);
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(1_000);
  });
});

describe('the reader of security events', () => {
  async function filled(...days: number[]) {
    const { table: memory } = memoryTable();
    for (const n of days) await auditLog(memory).append(idOf(n), entry(n));
    await auditLog(memory).append(idOf(0), entry(0, { userId: id(2) }));
    return async (last: EntryId | undefined, limit: number, now = at(0)) => {
      const found = await auditReader(memory).after(id(1), last, limit, new Date(now));
      return found.map(({ id: key, entry: { session } }) => {
        expect(key).toEqual(idOf(Number(session?.slice(-12)) - 500));
        return Number(session?.slice(-12)) - 500;
      });
    };
  }

  it('reads the events of one account, oldest first, page by page', async () => {
    const behind = await filled(4, 1, 3, 2);
    expect(await behind(undefined, 3)).toEqual([1, 2, 3]);
    expect(await behind(idOf(3), 3)).toEqual([4]);
    expect(await behind(idOf(2), 1)).toEqual([3]);
    expect(await behind(idOf(4), 3)).toEqual([]);
  });

  it('gives them back as they were', async () => {
    const { table: memory } = memoryTable();
    await auditLog(memory).append(idOf(1), entry(1));
    expect(await auditReader(memory).after(id(1), undefined, 5, new Date(at(2)))).toEqual([
      { id: idOf(1), entry: entry(1) },
    ]);
  });

  it('leaves out those that have expired, which DynamoDB deletes late', async () => {
    const behind = await filled(1, 2, 3);
    expect(await behind(undefined, 3, at(KEPT_DAYS + 2.5))).toEqual([3]);
    expect(await behind(idOf(1), 3, at(KEPT_DAYS + 2.5))).toEqual([3]);
  });
});
