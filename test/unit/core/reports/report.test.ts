import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { asStaff } from '../../../../functions/core/accounts/staff.ts';
import { listReports, resolveReport } from '../../../../functions/core/reports/moderate.ts';
import {
  isReportId,
  MAX_REPORTS,
  type NewReport,
  report,
} from '../../../../functions/core/reports/report.ts';
import { accountStore, moderatedPeople, profileStore } from '../../../../functions/storage/accounts.ts';
import { messageStore } from '../../../../functions/storage/messages.ts';
import { reportQueue, reportStore } from '../../../../functions/storage/reports.ts';
import { staffList } from '../../../../functions/storage/staff.ts';
import { Killed, type MemoryTable, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { ALICES, alice, bob, CONVERSATION, countingIds, id, NO_GROUPS } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const DAY_MS = 86_400_000;
const SPAM: NewReport = { userId: bob.id, reason: 'spam' };
const MESSAGE: NewReport = { ...SPAM, message: { conversation: CONVERSATION, seq: 2 } };

let memory: MemoryTable;
let clock: ReturnType<typeof frozenClock>;
let noted: ReturnType<typeof noting>;
let dependencies: Parameters<typeof report>[0];

beforeEach(async () => {
  memory = memoryTable();
  clock = frozenClock();
  noted = noting();
  const { table } = memory;
  dependencies = {
    reports: reportStore(table),
    profiles: profileStore(table),
    log: messageStore(table),
    ...NO_GROUPS,
    newId: countingIds(500),
    now: clock.now,
  };
  await accountStore(table).create(alice, 'hash');
  await accountStore(table).create(bob, 'hash');
  for (const [i, text] of ['hello', 'buy this', 'no', 'buy it'].entries()) {
    await messageStore(table).append(ALICES, {
      ...{ id: id(100 + i), conversation: CONVERSATION, seq: i + 1, text, read: 0, createdAt: NOON },
      senderId: i % 2 === 0 ? alice.id : bob.id,
      ...{ counts: {}, rates: {}, recent: new Uint8Array() },
    });
  }
});

const ask = (given: NewReport = SPAM, by = alice.id) => report(dependencies, by, given);
const open = () => memory.state.partition('REPORTS#OPEN');
const resolved = () => memory.state.partition('REPORTS#RESOLVED');
const moderation = () => ({
  queue: reportQueue(memory.table),
  people: moderatedPeople(memory.table),
  audit: noted.audit,
  now: clock.now,
});
const resolve = (reportId: string, note?: string) =>
  resolveReport(moderation(), reportId, { action: 'dismissed', note, by: id(9) });

describe('a report', () => {
  it('of a user has no copy, and an id that begins with the time', async () => {
    const made = await ask({ ...SPAM, text: 'Help.' });
    expect(made).toMatchObject({ createdAt: NOON, isNew: true });
    expect(made.id).toBe(`${Date.parse(NOON)}-${id(500)}`);
    expect(isReportId(made.id)).toBe(true);
    expect(open()).toEqual([
      {
        ...{ pk: 'REPORTS#OPEN', sk: made.id, id: made.id, createdAt: NOON },
        ...{ userId: bob.id, reporterId: alice.id, reason: 'spam', text: 'Help.' },
      },
    ]);
  });

  it('of a message has a copy, with those around it', async () => {
    await ask(MESSAGE);
    const kept = (seq: number, text: string, senderId: string) => ({ seq, text, senderId, createdAt: NOON });
    expect(open()).toMatchObject([
      {
        copy: kept(2, 'buy this', bob.id),
        around: [kept(1, 'hello', alice.id), kept(3, 'no', alice.id), kept(4, 'buy it', bob.id)],
      },
    ]);
  });

  it('that is repeated is the same one while it is open, and another one once it is resolved', async () => {
    const first = await ask();
    clock.pass(1_000);
    expect(await ask({ ...SPAM, reason: 'other' })).toMatchObject({ id: first.id, isNew: false });
    expect(open()).toHaveLength(1);
    await resolve(first.id);
    const second = await ask();
    expect(second).toMatchObject({ isNew: true });
    expect(second.id).not.toBe(first.id);
    expect([open().length, resolved().length]).toEqual([1, 1]);
  });

  it('of another thing, or by another user, is another one', async () => {
    const ids = [await ask(), await ask(MESSAGE), await ask({ ...SPAM, userId: alice.id }, bob.id)];
    expect(new Set(ids.map((one) => one.id)).size).toBe(3);
  });

  it('that failed in between is completed by its repetition, as the one report', async () => {
    for (let steps = 0; ; steps += 1) {
      memory.killAfter(steps);
      const isDone = await ask(MESSAGE).then(
        () => true,
        (error) => {
          expect(error).toBeInstanceOf(Killed);
          return false;
        },
      );
      memory.killAfter(Number.POSITIVE_INFINITY);
      const { id: reportId } = await ask(MESSAGE);
      expect(open()).toMatchObject([{ id: reportId, copy: { text: 'buy this' } }]);
      await resolve(reportId);
      clock.pass(3_600_000);
      if (isDone) break;
    }
    expect(resolved().length).toBeGreaterThan(3);
  });

  it('is one of many at once, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        memory = memoryTable();
        await accountStore(memory.table).create(bob, 'hash');
        const store = reportStore(memory.table);
        dependencies = {
          ...dependencies,
          profiles: profileStore(memory.table),
          reports: {
            ...store,
            claimOf: scheduler.scheduleFunction(store.claimOf),
            claim: scheduler.scheduleFunction(store.claim),
            stateOf: scheduler.scheduleFunction(store.stateOf),
            open: scheduler.scheduleFunction(store.open),
          },
        };
        const all = Promise.all([ask(), ask(), ask()]);
        await scheduler.waitFor(all);
        expect(new Set((await all).map((one) => one.id)).size).toBe(1);
        expect(open()).toHaveLength(1);
      }),
    );
  });

  it('may be made 20 times an hour', async () => {
    for (let i = 0; i < MAX_REPORTS; i += 1) {
      const userId = id(1_000 + i);
      memory.store({ pk: `USER#${userId}`, sk: 'PROFILE', id: userId, username: `u${i}` });
      await ask({ ...SPAM, userId });
    }
    clock.pass(600_000);
    expect(await rejection(ask())).toEqual({ code: 'rate_limited', retryAfter: 3_000 });
    // What is reported already is told again.
    expect(await ask({ ...SPAM, userId: id(1_000) })).toMatchObject({ isNew: false });
    clock.pass(3_000_000);
    await ask();
  });

  it.each([
    ['oneself', { ...SPAM, userId: alice.id }, 'cannot_report_oneself'],
    ['nobody', { ...SPAM, userId: id(404) }, 'user_not_found'],
    ['what is no id', { ...SPAM, userId: 'bob' }, 'user_not_found'],
    [
      'one’s own message',
      { ...MESSAGE, message: { conversation: CONVERSATION, seq: 1 } },
      'message_not_found',
    ],
    ['no message', { ...MESSAGE, message: { conversation: CONVERSATION, seq: 5 } }, 'message_not_found'],
    [
      'a message of others',
      { ...MESSAGE, message: { conversation: `${bob.id}.${id(3)}`, seq: 1 } },
      'message_not_found',
    ],
    ['no conversation', { ...MESSAGE, message: { conversation: 'x', seq: 1 } }, 'message_not_found'],
  ])('of %s is refused, and nothing is stored', async (_, given, code) => {
    expect(await rejection(ask(given as NewReport))).toEqual({ code });
    expect([...open(), memory.state.get({ pk: `USER#${alice.id}`, sk: 'REPORTS' })]).toEqual([undefined]);
  });

  it('of a deleted account can be of its messages alone', async () => {
    memory.store({ pk: `USER#${bob.id}`, sk: 'PROFILE', id: bob.id, deletedAt: NOON });
    expect(await rejection(ask())).toEqual({ code: 'user_not_found' });
    await ask(MESSAGE);
  });

  it('has a claim for 400 days', async () => {
    const first = await ask();
    clock.pass(400 * DAY_MS - 1_000);
    expect((await ask()).id).toBe(first.id);
    clock.pass(2_000);
    expect((await ask()).id).not.toBe(first.id);
  });
});

describe('staff', () => {
  it('alone may act, as the profile says now', async () => {
    const act = () => asStaff(dependencies as never, alice.id, async (by) => by);
    expect(await rejection(act())).toEqual({ code: 'staff_only' });
    await staffList(memory.table).add(alice.id);
    expect(await act()).toBe(alice.id);
    await staffList(memory.table).remove(alice.id);
    expect(await rejection(act())).toEqual({ code: 'staff_only' });
  });

  it('see pages of open reports, the oldest first, with the people in them', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      ids.push((await ask(MESSAGE)).id);
      if (i < 4) await resolve(ids[i] as string);
      clock.pass(1_000);
    }
    const list = (state: 'open' | 'resolved', from?: string) =>
      listReports(moderation(), { state, from, limit: 2 }, id(9));
    const page = await list('open');
    expect([page.reports.map((one) => one.id), page.next]).toEqual([[ids[4]], undefined]);
    expect([...page.people.keys()].toSorted()).toEqual([alice.id, bob.id]);
    const first = await list('resolved');
    expect([first.reports.map((one) => one.id), first.next]).toEqual([[ids[3], ids[2]], ids[2]]);
    const second = await list('resolved', first.next);
    expect([second.reports.map((one) => one.id), second.next]).toEqual([[ids[1], ids[0]], undefined]);
  });

  it('see who is suspended or deleted', async () => {
    await ask(MESSAGE);
    memory.store({ ...memory.state.get({ pk: `USER#${bob.id}`, sk: 'PROFILE' }), suspendedAt: NOON });
    memory.store({ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: NOON });
    const { people } = await listReports(moderation(), { state: 'open', from: undefined, limit: 2 }, id(9));
    expect(noted.events.at(-1)).toBe(`reports_read of ${id(9)}`);
    expect(people.get(bob.id)).toEqual({ id: bob.id, username: 'bob', suspended: true });
    expect(people.get(alice.id)).toEqual({ id: alice.id, username: 'Deleted account', deleted: true });
  });

  it('resolve a report once, which is noted, and it is kept for 400 days', async () => {
    const { id: reportId } = await ask(MESSAGE);
    clock.pass(DAY_MS);
    await resolve(reportId, 'Fine.');
    await resolve(reportId, 'Not fine.');
    expect(open()).toEqual([]);
    expect(resolved()).toMatchObject([
      {
        copy: { text: 'buy this' },
        resolution: { action: 'dismissed', note: 'Fine.', by: id(9), at: '2026-11-24T12:00:00.000Z' },
        ttl: Date.parse(NOON) / 1000 + 401 * 86_400,
      },
    ]);
    expect(noted.events).toEqual([`report_resolved of ${bob.id} by ${id(9)}`]);
  });

  it('lose no report by a failure in between, and the first resolution stays', async () => {
    const { id: reportId } = await ask();
    memory.killAfter(2);
    await expect(resolve(reportId, 'first')).rejects.toThrow(Killed);
    memory.killAfter(Number.POSITIVE_INFINITY);
    expect([open().length, resolved().length]).toEqual([1, 1]);
    await resolve(reportId, 'second');
    expect([open(), resolved()]).toMatchObject([[], [{ resolution: { note: 'first' } }]]);
  });

  it.each(['nothing', id(1), `1795425307412-${id(404)}`])('find no report %s', async (reportId) => {
    expect(await rejection(resolve(reportId))).toEqual({ code: 'report_not_found' });
  });
});
