import { describe, expect, it } from 'vitest';
import type { ExportCursor, ExportPart } from '../../../../functions/core/export/export.ts';
import { exportPage, PAGE_CONVERSATIONS } from '../../../../functions/core/export/export-data.ts';
import { FOREVER, MAX_PINS } from '../../../../functions/core/settings/settings.ts';
import { exportLine } from '../../../../functions/protocol/export-lines.ts';
import { auditReader } from '../../../../functions/storage/audit.ts';
import { conversationList } from '../../../../functions/storage/conversation-list.ts';
import { ownReports } from '../../../../functions/storage/own-reports.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { LAPTOP, memorySessions } from '../../support/sessions.ts';

const session = {
  ...{ id: id(502), userId: id(2), familyHash: '#family', rotationHash: '#rotation', createdAt: NOON },
  ...{ expiresAt: new Date('2026-11-24T12:00:00.000Z'), ...LAPTOP },
};

/** What user 2 gets as an export. */
function exporting() {
  const all = groups();
  const { table, log, stored, clock, sending, presences } = all;
  const dependencies = {
    ...{
      profiles: sending.profiles,
      presences,
      sessions: memorySessions(session),
      audit: auditReader(table),
    },
    ...{ reports: ownReports(table), conversations: conversationList(table), inbox: all.inbox.inbox },
    ...{ rosters: stored, log, now: clock.now },
  };
  const caller = { userId: id(2), sessionId: id(502) };
  const page = (from?: ExportCursor) => exportPage(dependencies, caller, from);
  const lines = (parts: readonly ExportPart[]) =>
    parts
      .map((part): Record<string, unknown> => exportLine(part, caller))
      .filter(({ type }) => type === 'conversation' || type === 'message' || type === 'end');
  return { ...all, page, lines };
}

describe('an export', () => {
  it('has the groups that the user is in, with what happened to them and what was said', async () => {
    const { create, say, follow, page, lines } = exporting();
    const group = await create(1, [2]);
    await say(1, group, 'Hello');
    await follow(group);
    expect(lines((await page()).parts)).toEqual([
      {
        ...{ type: 'conversation', id: group, kind: 'group', title: 'Trip', role: 'member' },
        ...{ read: 1, received: 1 },
      },
      expect.objectContaining({
        type: 'message',
        seq: 1,
        event: expect.objectContaining({ type: 'created' }),
      }),
      expect.objectContaining({ type: 'message', seq: 2, message: 'Hello', sender_id: id(1) }),
      { type: 'end' },
    ]);
  });

  it('has what the user has set for a conversation, and nothing of what others have', async () => {
    const { create, changeOwn, page, lines, clock } = exporting();
    const group = await create(1, [2]);
    await changeOwn(1, group, { pinned: true });
    expect(lines((await page()).parts)[0]).not.toHaveProperty('settings');
    await changeOwn(2, group, { mutedUntil: '2026-11-23T13:00:00.000Z', archived: true });
    const settings = { pinned_at: null, archived_at: NOON, unread: false };
    const exported = async () => lines((await page()).parts)[0]?.settings;
    expect(await exported()).toEqual({ ...settings, muted_until: '2026-11-23T13:00:00.000Z' });
    clock.pass(3_600_000);
    expect(await exported()).toEqual({ ...settings, muted_until: null });
  });

  it('stays within its size with the longest titles and all settings', async () => {
    const { create, changeOwn, page, lines } = exporting();
    for (let n = 0; n < PAGE_CONVERSATIONS; n += 1) {
      const group = await create(1, [2], { title: '🦀'.repeat(100) });
      const all = { mutedUntil: FOREVER, archived: true, unread: true };
      await changeOwn(2, group, { ...all, pinned: n < MAX_PINS });
    }
    const found = lines((await page()).parts).filter(({ type }) => type === 'conversation');
    expect(found).toHaveLength(PAGE_CONVERSATIONS);
    for (const line of found) expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(800);
  });

  it('has nothing of a group from before the user joined, where nobody sees that', async () => {
    const { create, say, put, page, lines } = exporting();
    const group = await create(1, [3], { history: 'since_joining' });
    await say(1, group, 'Secret');
    await put(1, group, 2);
    await say(1, group, 'Hello');
    const found = lines((await page()).parts);
    expect(found.map(({ seq }) => seq)).toEqual([undefined, 3, 4, undefined]);
    expect(JSON.stringify(found)).not.toContain('Secret');
  });

  it('has nothing of a group that the user has left, also if a receipt came late', async () => {
    const { create, say, remove, state, page, lines } = exporting();
    const group = await create(1, [2]);
    await say(1, group, 'Secret');
    await remove(2, group, 2);
    const late = { pk: `USER#${id(2)}`, sk: `CONV#${group}` };
    state.set(late, { ...late, readSeq: 2, readOthers: 1 });
    expect(lines((await page()).parts)).toEqual([{ type: 'end' }]);
  });

  it('goes on behind a group that the user has left while it was under way', async () => {
    const { create, say, remove, page, lines } = exporting();
    const [first, second] = [await create(1, [2]), await create(1, [2])].toSorted() as [string, string];
    for (const group of [first, second]) await say(1, group, group);
    const { parts } = await page();
    const at = parts.flatMap((part) => (part.kind === 'began' ? part.at : [])).join();
    await remove(2, first, 2);
    const rest = lines((await page({ at, place: { conversation: first, seq: 1 } })).parts);
    expect(rest.map(({ type, id: one }) => [type, type === 'conversation' ? one : undefined])).toEqual([
      ...[
        ['conversation', second],
        ['message', undefined],
        ['message', undefined],
        ['end', undefined],
      ],
    ]);
    expect(rest[0]).toMatchObject({ id: second });
  });

  it('passes over many groups that the user has left', async () => {
    const { create, remove, state, page, lines } = exporting();
    const many: string[] = [];
    for (let i = 0; i < 25; i += 1) many.push(await create(1, [2]));
    for (const group of many.slice(0, -1)) {
      await remove(2, group, 2);
      const late = { pk: `USER#${id(2)}`, sk: `CONV#${group}` };
      state.set(late, { ...late, receivedSeq: 1 });
    }
    const found = lines((await page()).parts);
    expect(found.map(({ type }) => type)).toEqual(['conversation', 'message', 'end']);
    expect(found[0]).toMatchObject({ id: many.at(-1) });
  });
});
