import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { followAccount, listUsers, MAX_OFFSET } from '../../../functions/core/accounts/directory.ts';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { MAX_GROUPS, type Roster } from '../../../functions/core/conversations/roster.ts';
import { PAGE_EVENTS, PAGE_REPORTS } from '../../../functions/core/export/export-data.ts';
import { eventEntry } from '../../../functions/core/groups/change-group.ts';
import { readInbox } from '../../../functions/core/inbox/read-inbox.ts';
import { catchUp } from '../../../functions/core/sync/catch-up.ts';
import { MAX_REPORT_LIMIT, readPaging } from '../../../functions/protocol/paging.ts';
import { accountStore } from '../../../functions/storage/accounts.ts';
import { auditLog, auditReader } from '../../../functions/storage/audit.ts';
import { conversationList } from '../../../functions/storage/conversation-list.ts';
import { directory, directoryProjection } from '../../../functions/storage/directory.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { ownReports } from '../../../functions/storage/own-reports.ts';
import { presenceStore } from '../../../functions/storage/presence.ts';
import { receiptStore } from '../../../functions/storage/receipts.ts';
import { reportQueue, reportStore } from '../../../functions/storage/reports.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { pinReader } from '../../../functions/storage/settings.ts';
import type { Table } from '../../../functions/storage/table.ts';
import { documentClient, memoryTable } from '../../support/memory-table.ts';
import { frozenClock, NOON } from '../support/clock.ts';
import { alice, id, NO_GROUPS } from '../support/people.ts';

const root = join(import.meta.dirname, '../../..');

/** One Query reads no more, whatever its limit. The items may be as large as DynamoDB counts them. */
const QUERY_BYTES = 1024 * 1024;

/** The most that a request can ask for. */
const { limit } = readPaging({ limit: '999999' });

/** A name of the greatest length, in the order of `n`. */
const longName = (n: number) => `X${String(n).padStart(4, '0')}`.padEnd(150, 'x');
const longPeer = (n: number) => ({ id: id(1_000 + n), username: longName(n) });

/** Size of an item, as DynamoDB counts it: the names of its attributes and their values, in UTF-8. A number has 21 bytes at most. */
function sizeOf(item: object): number {
  const sizeOfValue = (value: unknown): number => {
    if (typeof value === 'string') return Buffer.byteLength(value);
    if (typeof value === 'object' && value !== null) return 3 + Object.keys(value).length + sizeOf(value);
    return typeof value === 'number' ? 21 : 1;
  };
  return Object.entries(item).reduce(
    (bytes, [name, value]) => bytes + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

interface Page {
  readonly limit: number | undefined;
  readonly items: readonly object[];
}

/** A table in memory, and the page of each Query. */
function recordingTable(): { table: Table; pages: Page[] } {
  const { table, send } = memoryTable();
  const pages: Page[] = [];
  const client = documentClient(async (command) => {
    const output = await send(command);
    if (command instanceof QueryCommand) {
      // A count has no items. It reads them all the same.
      const { Select: _, ...read } = command.input;
      const { Items } = (await send(new QueryCommand(read))) as { Items: readonly object[] };
      pages.push({ limit: command.input.Limit, items: Items });
    }
    return output;
  });
  return { table: { ...table, client }, pages };
}

/** Conversations with so many users of long names, in the inbox of `id(1)`. */
async function fillInbox(table: Table, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const conversation = pairId(id(1), longPeer(n).id);
    const topAt = new Date(Date.UTC(2026, 0, 1) + n).toISOString();
    await inboxProjection(table).moveToTop(id(1), { conversation, topAt }, longPeer(n), []);
  }
}

/** Creates a group of `id(1)`, who then reads it. */
async function enter(table: Table, group: string): Promise<void> {
  const members = [{ userId: id(1), role: 'moderator', from: Number.MAX_SAFE_INTEGER } as const];
  const after: Roster = { id: group, version: 1, title: 'Trip', history: 'all', members };
  const event = { type: 'created', title: 'Trip', users: [id(1)] } as const;
  const dependencies = { newId: () => id(1), now: frozenClock().now };
  const entry = eventEntry(dependencies, { userId: id(1) }, after, undefined, event);
  await rosterStore(table).apply({ before: undefined, after, entry });
  await receiptStore(table).moveReceived(id(1), group, 2, frozenClock().now(), 0);
}

/** The largest pages of each source that sends only one Query. Its items are written as the functions write them. */
const LARGEST: Readonly<Record<string, (table: Table) => Promise<unknown>>> = {
  async 'functions/storage/directory.ts'(table) {
    const projection = directoryProjection(table);
    for (let n = 0; n < MAX_OFFSET + limit + 2; n += 1) {
      const account = { ...alice, ...longPeer(n), email: `${n}@example.org` };
      await accountStore(table).create(account, 'hash');
      await followAccount(projection, { after: account });
    }
    const users = directory(table);
    await listUsers(users, { staff: true, limit, offset: MAX_OFFSET });
    const cursor = { username: longName(MAX_OFFSET), backwards: true };
    await listUsers(users, { staff: true, limit, offset: MAX_OFFSET, cursor, search: 'x' });
  },
  async 'functions/storage/inbox.ts'(table) {
    await fillInbox(table, limit + 3);
    for (let n = 0; n < 2 * MAX_GROUPS; n += 1) await enter(table, id(2_000 + n));
    const dependencies = {
      ...{ inbox: inboxReader(table), presences: presenceStore(table), pins: pinReader(table) },
      now: frozenClock().now,
    };
    const { next } = await readInbox(dependencies, { userId: id(1), limit: 1 });
    await readInbox(dependencies, { userId: id(1), limit, before: next });
    const syncing = { ...dependencies, ...NO_GROUPS, log: messageStore(table) };
    await catchUp(syncing, { userId: id(1), held: [], since: '1970-01-01T00:00:00.000Z' });
  },
  async 'functions/storage/audit.ts'(table) {
    const longest = { device: 'x'.repeat(256), address: 'x'.repeat(64), operation: 'x'.repeat(60) };
    for (let n = 0; n < PAGE_EVENTS + 3; n += 1) {
      const at = new Date(Date.parse(NOON) - n).toISOString();
      const entry = {
        event: 'surplus_sessions_ended',
        userId: id(1),
        session: id(2),
        at,
        ...longest,
      } as const;
      await auditLog(table).append({ time: at, name: id(n) }, entry);
    }
    const reader = auditReader(table);
    const [first] = await reader.after(id(1), undefined, PAGE_EVENTS, new Date(NOON));
    await reader.after(id(1), first?.id, PAGE_EVENTS, new Date(NOON));
  },
  async 'functions/storage/reports.ts'(table) {
    const kept = (seq: number, text: string) => ({ seq, text, senderId: id(2), createdAt: NOON });
    const ids = Array.from({ length: MAX_REPORT_LIMIT + 3 }, (_, n) => `1795425307412-${id(n)}`);
    for (const one of ids) {
      const message = { conversation: pairId(id(1), id(2)), seq: 3 };
      const longest = { reason: 'harassment', text: '🦀'.repeat(1_000) } as const;
      const copies = {
        copy: kept(3, '🦀'.repeat(4_000)),
        around: [1, 2, 4, 5].map((seq) => kept(seq, '🦀'.repeat(120))),
      };
      const report = { id: one, reporterId: id(1), userId: id(2), createdAt: NOON, message, ...longest };
      await reportStore(table).open({ ...report, ...copies });
    }
    const queue = reportQueue(table);
    await queue.page('open', { from: undefined, limit: MAX_REPORT_LIMIT + 1 });
    await queue.page('open', { from: ids[0], limit: MAX_REPORT_LIMIT + 1 });
  },
  async 'functions/storage/own-reports.ts'(table) {
    for (let n = 0; n < PAGE_REPORTS + 3; n += 1) {
      const message = { conversation: pairId(id(1), id(2)), seq: n + 1 };
      const longest = { reason: 'harassment', text: '🦀'.repeat(1_000), message } as const;
      const one = { id: `1795425307412-${id(n)}`, reporterId: id(1), userId: id(2), createdAt: NOON };
      await reportStore(table).claim({ ...one, ...longest }, undefined);
    }
    const reports = ownReports(table);
    const { next } = await reports.after(id(1), undefined, 1, new Date(NOON));
    await reports.after(id(1), next, PAGE_REPORTS, new Date(NOON));
  },
  async 'functions/storage/conversation-list.ts'(table) {
    await fillInbox(table, limit + 3);
    for (let n = 0; n < limit + 3; n += 1) {
      const conversation = pairId(id(1), longPeer(n).id);
      await receiptStore(table).moveRead(id(1), conversation, { seq: 1, others: 1 });
      await receiptStore(table).moveReceived(id(1), conversation, 1, frozenClock().now(), 0);
    }
    const list = conversationList(table);
    const [first] = await list.after(id(1), undefined, limit);
    await list.after(id(1), first, limit);
  },
  async 'functions/storage/rosters.ts'(table) {
    for (let n = 0; n < MAX_GROUPS + 3; n += 1) await enter(table, id(2_000 + n));
    await rosterStore(table).countOf(id(1));
  },
  async 'functions/storage/inbox-projection.ts'(table) {
    await fillInbox(table, 2);
    await inboxProjection(table).top(id(1));
  },
};

interface Call {
  readonly file: string;
  /** What the code reads from the answer. */
  readonly answer: string;
}

const sources = globSync('functions/**/*.ts', { cwd: root }).map((file) => ({
  file,
  source: readFileSync(join(root, file), 'utf8'),
}));

/** The calls that send such a command. */
function calls(command: string): readonly Call[] {
  const call = new RegExp(
    `(?:const (?<answer>\\{[^}]*\\}) = await client\\.send\\(\\s*)?new ${command}\\(`,
    'g',
  );
  return sources.flatMap(({ file, source }) =>
    [...source.matchAll(call)].map(({ groups }) => ({ file, answer: groups?.answer ?? '' })),
  );
}

describe('one Query is enough for the largest page', () => {
  it.each(Object.entries(LARGEST))('of %s', async (_, read) => {
    const { table, pages } = recordingTable();
    await read(table);
    const [largest] = pages.toSorted((a, b) => (b.limit ?? 0) - (a.limit ?? 0)) as [Page];
    expect(pages.map((page) => page.limit)).not.toContain(undefined);
    // The page is full, so it has as many of the largest items as there can be.
    expect(largest.items).toHaveLength(largest.limit as number);
    const bytes = Math.max(...largest.items.map(sizeOf)) * (largest.limit as number);
    expect(bytes).toBeLessThan(QUERY_BYTES / 2);
  });
});

describe('a read that DynamoDB ends early goes on', () => {
  it('with every Query, except those whose largest page is tried here', () => {
    const single = calls('QueryCommand').filter(({ answer }) => !answer.includes('LastEvaluatedKey'));
    expect(single.map(({ file }) => file).sort()).toEqual(Object.keys(LARGEST).sort());
    expect(calls('QueryCommand').length).toBeGreaterThan(single.length);
  });

  it('with every batch', () => {
    const [gets, writes] = [calls('BatchGetCommand'), calls('BatchWriteCommand')];
    expect([gets.length, writes.length]).toEqual([1, 1]);
    for (const { answer } of gets) expect(answer).toContain('UnprocessedKeys');
    for (const { answer } of writes) expect(answer).toContain('UnprocessedItems');
  });

  it('and no other command reads pages', () => {
    const others = /new (?:Scan|ExecuteStatement|TransactGet)Command\(|paginateScan\(|\.(?:query|scan)\(/;
    expect(sources.filter(({ source }) => others.test(source)).map(({ file }) => file)).toEqual([]);
  });
});
