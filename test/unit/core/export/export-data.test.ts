import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairId, pairWith } from '../../../../functions/core/conversations/conversation.ts';
import type { ExportCursor, ExportPage, ExportPart } from '../../../../functions/core/export/export.ts';
import {
  exportPage,
  PAGE_BYTES,
  PAGE_CONVERSATIONS,
  PAGE_EVENTS,
  PAGE_MESSAGES,
  PAGE_REPORTS,
} from '../../../../functions/core/export/export-data.ts';
import type { Message } from '../../../../functions/core/messages/message.ts';
import type { ReportClaim } from '../../../../functions/core/reports/report.ts';
import { exportLine } from '../../../../functions/protocol/export-lines.ts';
import { readExportCursor, writeExportCursor } from '../../../../functions/protocol/paging.ts';
import { profileStore } from '../../../../functions/storage/accounts.ts';
import { auditLog, auditReader } from '../../../../functions/storage/audit.ts';
import { conversationList } from '../../../../functions/storage/conversation-list.ts';
import { presenceKey, profileKey } from '../../../../functions/storage/keys.ts';
import { ownReports } from '../../../../functions/storage/own-reports.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { REPORT_KEPT_DAYS, reportStore } from '../../../../functions/storage/reports.ts';
import { NOON } from '../../support/clock.ts';
import { inboxes, person, saying } from '../../support/inboxes.ts';
import { id } from '../../support/people.ts';
import { LAPTOP, memorySessions, PHONE } from '../../support/sessions.ts';

const caller = { userId: id(1), sessionId: id(500) };

const session = (n: number, more: object) => ({
  ...{ id: id(n), userId: id(1), familyHash: '#family', rotationHash: '#rotation' },
  ...{ createdAt: NOON, expiresAt: new Date('2026-11-24T12:00:00.000Z'), ...LAPTOP },
  ...more,
});

/** What is stored of `id(1)`, who has two sessions. */
function stored() {
  const { state, logged, follow, table, log, rosters, reader, clock } = inboxes();
  for (const n of [1, 2, 3]) state.set(profileKey(id(n)), { ...profileKey(id(n)), ...person(n) });
  const own = memorySessions(session(500, {}), session(501, PHONE), session(600, { userId: id(2) }));
  const dependencies = {
    profiles: profileStore(table),
    presences: presenceStore(table),
    sessions: own,
    audit: auditReader(table),
    reports: ownReports(table),
    conversations: conversationList(table),
    inbox: reader.inbox,
    rosters,
    log,
    now: clock.now,
  };
  return {
    state,
    table,
    clock,
    logged,
    own,
    /** Stores messages, and lets the inboxes follow them. */
    async say(...messages: readonly Message[]) {
      for (const of of Map.groupBy(messages, ({ conversation }) => conversation).values())
        await follow(...of);
    },
    /** Security events of `id(1)`, a second apart, the last one at noon. */
    async happen(count: number, userId = id(1)) {
      for (let n = count - 1; n >= 0; n -= 1) {
        const at = new Date(Date.parse(NOON) - n * 1_000).toISOString();
        const operation = 'POST /users/token';
        const entry = { event: 'wrong_password', userId, operation, at, ...PHONE } as const;
        await auditLog(table).append({ time: at, name: id(9_000 + n) }, entry);
      }
    },
    /** Reports of `id(1)`, each of another user, at noon. */
    async report(count: number, more: Partial<ReportClaim> = {}) {
      for (let n = 0; n < count; n += 1) {
        const claim = { id: `${Date.parse(NOON)}-${id(n)}`, userId: id(2_000 + n), reason: 'spam' } as const;
        const whole = { ...claim, reporterId: id(1), createdAt: NOON, ...more };
        await reportStore(table).claim(whole, undefined);
      }
    },
    page: (from?: ExportCursor, who = caller) => exportPage(dependencies, who, from),
    /** All pages, as a client follows them. */
    async pages(meanwhile: () => Promise<void> = async () => {}) {
      const pages = [await exportPage(dependencies, caller, undefined)];
      for (let next = pages[0]?.next; next; next = pages.at(-1)?.next) {
        await meanwhile();
        const sent = writeExportCursor(next, id(1));
        pages.push(await exportPage(dependencies, caller, readExportCursor(sent, id(1))));
      }
      return pages.map(({ parts }) => parts);
    },
  };
}

const said = (parts: readonly ExportPart[]) =>
  parts.flatMap((part) => (part.kind === 'message' ? part.message : []));
const names = (messages: readonly Message[]) =>
  messages.map(({ conversation, seq }) => `${conversation} ${seq}`);
const bytesOf = (parts: readonly ExportPart[]) =>
  Buffer.byteLength(parts.map((part) => `${JSON.stringify(exportLine(part, caller))}\n`).join(''));

describe('an export', () => {
  it('has the account, the sessions, and each conversation with what both have said', async () => {
    const { say, page, table } = stored();
    await say(saying(2, 1, 1), saying(1, 2, 2));
    await receiptStore(table).moveReceived(id(2), pairId(id(1), id(2)), 2, new Date(NOON), 0);
    const { parts, next } = await page();
    expect(next).toBeUndefined();
    expect(parts).toEqual([
      { kind: 'began', userId: id(1), at: NOON },
      {
        kind: 'profile',
        account: { ...person(1), issuer: undefined },
        presence: { userId: id(1), online: false, hidden: false },
      },
      { kind: 'session', session: { id: id(500), createdAt: NOON, lastUsedAt: NOON, ...LAPTOP } },
      { kind: 'session', session: { id: id(501), createdAt: NOON, lastUsedAt: NOON, ...PHONE } },
      {
        kind: 'conversation',
        conversation: {
          kind: 'pair',
          id: pairId(id(1), id(2)),
          peer: { id: id(2), username: 'user2' },
          own: { received: 2, read: 2 },
          settings: { unread: false },
          peers: { received: 2, read: 1 },
        },
      },
      { kind: 'message', message: expect.objectContaining({ seq: 1, senderId: id(2) }) },
      { kind: 'message', message: expect.objectContaining({ seq: 2, senderId: id(1) }) },
      { kind: 'done' },
    ]);
  });

  it('of a user with nothing but an account is one page', async () => {
    const { page } = stored();
    expect((await page()).parts.map(({ kind }) => kind)).toEqual([
      ...['began', 'profile', 'session', 'session', 'done'],
    ]);
  });

  it('has no hash and no other secret', async () => {
    const { say, page } = stored();
    await say(saying(2, 1, 1));
    const { parts } = await page();
    const lines = JSON.stringify(parts.map((part) => exportLine(part, caller)));
    expect(lines).not.toMatch(/hash|salt|#family|#rotation|secret|recent|rates|counts/i);
  });

  it('has nothing of others’ sessions, and no conversation of others', async () => {
    const { say, pages } = stored();
    await say(saying(2, 3, 1), saying(3, 2, 2));
    await say(saying(3, 1, 1));
    const lines = JSON.stringify(await pages());
    expect(lines).not.toContain(id(600));
    expect(lines).not.toContain(pairId(id(2), id(3)));
    expect(said((await pages()).flat())).toHaveLength(1);
  });

  it('shows of a peer only what the inbox shows: no name of a deleted one, no delivery to one who hides', async () => {
    const { say, page, state, table } = stored();
    await say(saying(1, 2, 1), saying(2, 1, 2, 1), saying(1, 2, 3));
    await say(saying(1, 3, 1));
    await receiptStore(table).moveReceived(id(2), pairId(id(1), id(2)), 3, new Date(NOON), 0);
    state.set(presenceKey(id(2)), { ...presenceKey(id(2)), hidden: true });
    state.set(presenceKey(id(3)), { ...presenceKey(id(3)), deletedAt: NOON });
    const told = (await page()).parts.flatMap((part) =>
      part.kind === 'conversation' && part.conversation.kind === 'pair' ? part.conversation : [],
    );
    expect(told.map(({ peer, peers }) => [peer.username, peer.deleted, peers])).toEqual([
      ['user2', undefined, { received: 1, read: 1 }],
      ['Deleted account', true, { received: 0, read: 0 }],
    ]);
  });

  it('names a peer whose first message the inbox has yet to follow', async () => {
    const { logged, page, table } = stored();
    logged(saying(2, 1, 1));
    await receiptStore(table).moveReceived(id(1), pairId(id(1), id(2)), 1, new Date(NOON), 0);
    const { parts } = await page();
    expect(parts).toContainEqual({
      kind: 'conversation',
      conversation: expect.objectContaining({ peer: { id: id(2), username: 'user2' } }),
    });
    expect(said(parts)).toHaveLength(1);
  });

  it('has no message that is later than its first page, and none behind such a one', async () => {
    const { say, page, clock } = stored();
    const later = new Date(Date.parse(NOON) + 1).toISOString();
    await say(saying(2, 1, 1), { ...saying(1, 2, 2), createdAt: later }, saying(2, 1, 3));
    expect(said((await page()).parts).map(({ seq }) => seq)).toEqual([1]);
    clock.pass(1);
    expect(said((await page()).parts).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('has the security events of the account, oldest first, and none of others', async () => {
    const { happen, page } = stored();
    await happen(2);
    await happen(3, id(2));
    const told = (await page()).parts.map((part) => (part.kind === 'event' ? part.entry.at : part.kind));
    expect(told).toEqual([
      ...['began', 'profile', 'session', 'session'],
      ...['2026-11-23T11:59:59.000Z', NOON, 'done'],
    ]);
  });

  it('has no event that is later than its first page', async () => {
    const { happen, page, clock } = stored();
    clock.pass(-1_500);
    await happen(4);
    expect((await page()).parts.filter(({ kind }) => kind === 'event')).toHaveLength(2);
  });

  it('has what the user has reported, in their words, and nothing that others have', async () => {
    const { report, page } = stored();
    const message = { conversation: pairId(id(1), id(2)), seq: 3 };
    await report(1, { text: 'It does not stop.' });
    await report(1, { userId: id(2), message, reason: 'harassment' });
    await report(1, { reporterId: id(2), userId: id(1) });
    const lines = (await page()).parts.map((part) => exportLine(part, caller));
    const own = { type: 'report', id: `${Date.parse(NOON)}-${id(0)}`, created_at: NOON };
    expect(lines.filter(({ type }) => type === 'report')).toEqual([
      { ...own, user: id(2), message, reason: 'harassment', text: null },
      { ...own, user: id(2_000), message: null, reason: 'spam', text: 'It does not stop.' },
    ]);
  });

  it('has no report that is later than its first page, or older than they are kept', async () => {
    const { report, page, clock, table } = stored();
    await report(1);
    await report(1, { userId: id(3), createdAt: '2026-11-23T12:00:01.000Z' });
    const told = async () =>
      (await page()).parts.flatMap((part) => (part.kind === 'report' ? part.report.userId : []));
    expect(await told()).toEqual([id(2_000)]);
    clock.pass(1_000);
    expect(await told()).toEqual([id(3), id(2_000)]);
    clock.pass(REPORT_KEPT_DAYS * 86_400_000 - 1_000);
    expect(await reportsAt(clock.now())).toEqual([id(3)]);

    async function reportsAt(now: Date) {
      return (await ownReports(table).after(id(1), undefined, 9, now)).reports.map(({ userId }) => userId);
    }
  });

  it('is refused once the session that asks has ended', async () => {
    const { own, page } = stored();
    await own.remove(id(1), id(500), new Date(NOON));
    await expect(page()).rejects.toMatchObject({ code: 'token_invalid' });
  });
});

/** A text of so many characters, each of so many bytes. */
const text = fc
  .tuple(
    fc.constantFrom('a', 'é', '😀', '\u0001'),
    fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(4_000)),
  )
  .map(([character, count]) => character.repeat(count));
/** How many messages there are with each of some people. */
const talks = fc.array(fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 240, max: 260 })), {
  minLength: 1,
  maxLength: 28,
});

describe('the pages of an export', () => {
  it('have each message exactly once, in the order of its log, within their bounds, and again the same', async () => {
    await fc.assert(
      fc.asyncProperty(talks, fc.array(text, { minLength: 1, maxLength: 5 }), async (counts, texts) => {
        const { say, logged, pages, page, clock } = stored();
        const all: Message[] = [];
        for (const [i, count] of counts.entries()) {
          const messages = Array.from({ length: count }, (_, n) => ({
            ...saying(n % 2 === 0 ? 1 : i + 2, n % 2 === 0 ? i + 2 : 1, n + 1, 0),
            text: texts[(n + i) % texts.length] as string,
          }));
          all.push(...messages);
          await say(...messages);
        }
        // Each conversation goes on while it is exported.
        let more = 0;
        const found = await pages(async () => {
          clock.pass(1_000);
          more += 1;
          counts.forEach((count, i) => {
            logged({ ...saying(1, i + 2, count + more), createdAt: clock.now().toISOString() });
          });
        });
        expect(names(said(found.flat())).toSorted()).toEqual(names(all).toSorted());
        for (const of of Map.groupBy(said(found.flat()), ({ conversation }) => conversation).values())
          expect(of.map(({ seq }) => seq)).toEqual(of.map((_, n) => n + 1));
        expect(found.flat().at(-1)).toEqual({ kind: 'done' });
        for (const parts of found) {
          expect(bytesOf(parts)).toBeLessThanOrEqual(PAGE_BYTES);
          expect(said(parts).length).toBeLessThanOrEqual(PAGE_MESSAGES);
          expect(parts.filter(({ kind }) => kind === 'conversation').length).toBeLessThanOrEqual(
            PAGE_CONVERSATIONS,
          );
        }
        let from: ExportCursor | undefined = {
          at: NOON,
          place: { conversation: pairId(id(1), id(2)), seq: 0 },
        };
        while (from) {
          const once: ExportPage = await page(from);
          const again = await page(from);
          expect(again).toEqual(once);
          from = once.next;
        }
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  it.each([0, 1, 99, 100, 101, 200, 250])('have each of %d security events once', async (count) => {
    const { happen, say, pages } = stored();
    await happen(count);
    await say(saying(1, 2, 1));
    const found = await pages();
    expect(found).toHaveLength(Math.floor(count / PAGE_EVENTS) + 1);
    const parts = found.flat();
    const times = parts.flatMap((part) => (part.kind === 'event' ? part.entry.at : []));
    expect(times).toHaveLength(count);
    expect(new Set(times).size).toBe(count);
    expect(times).toEqual(times.toSorted());
    expect(said(parts)).toHaveLength(1);
    for (const page of found) expect(bytesOf(page)).toBeLessThanOrEqual(PAGE_BYTES);
  });

  it.each([0, 1, PAGE_REPORTS, PAGE_REPORTS + 1, 3 * PAGE_REPORTS])(
    'have each of %d of the longest reports once',
    async (count) => {
      const { report, say, happen, pages } = stored();
      await happen(PAGE_EVENTS - 1);
      await report(count, { text: '\u0001'.repeat(1_000) });
      await say(saying(1, 2, 1));
      const found = await pages();
      const parts = found.flat();
      const told = parts.flatMap((part) => (part.kind === 'report' ? part.report.userId : []));
      expect(told).toEqual(Array.from({ length: count }, (_, n) => id(2_000 + n)));
      expect(said(parts)).toHaveLength(1);
      expect(parts.at(-1)).toEqual({ kind: 'done' });
      for (const page of found) {
        expect(bytesOf(page)).toBeLessThanOrEqual(PAGE_BYTES);
        expect(page.filter(({ kind }) => kind === 'report').length).toBeLessThanOrEqual(PAGE_REPORTS);
      }
    },
  );

  it('tell a conversation before its messages, and once', async () => {
    const { say, pages } = stored();
    for (let n = 2; n < 30; n += 1) await say(...Array.from({ length: 20 }, (_, i) => saying(1, n, i + 1)));
    const parts = (await pages()).flat();
    const told: string[] = [];
    for (const part of parts) {
      if (part.kind === 'conversation') told.push(part.conversation.id);
      if (part.kind === 'message') expect(told.at(-1)).toBe(part.message.conversation);
    }
    expect(told).toEqual(Array.from({ length: 28 }, (_, n) => pairWith(id(1), id(n + 2)).id));
  });
});
