import { describe, expect, it } from 'vitest';
import { MAX_GROUPS, MAX_NUMBERS } from '../../../../functions/core/conversations/roster.ts';
import { MAX_REACTIONS } from '../../../../functions/core/messages/react.ts';
import { catchUp, type Held, type SyncRequest } from '../../../../functions/core/sync/catch-up.ts';
import { roomAfterOpening, roomBeside } from '../../../../functions/core/sync/room.ts';
import { syncFrame } from '../../../../functions/protocol/server-frames.ts';
import { rosterKey } from '../../../../functions/storage/keys.ts';
import { packIds } from '../../../../functions/storage/packed-ids.ts';
import { packNumbers } from '../../../../functions/storage/packed-numbers.ts';
import { groups } from '../../support/groups.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** What a user gets by `sync`. */
function syncing() {
  const all = groups();
  const dependencies = { ...all.inbox, log: all.log, rosters: all.stored, now: all.clock.now };
  const sync = (n: number, held: readonly Held[], more: Partial<SyncRequest> = {}) =>
    catchUp(dependencies, { userId: id(n), held, ...more });
  return { ...all, sync };
}

const seqsOf = ({ messages }: { readonly messages: readonly { readonly seq: number }[] }) =>
  messages.map(({ seq }) => seq);

describe('a sync of a group', () => {
  it('has its messages and what happened to it, and its entry', async () => {
    const { create, say, follow, sync } = syncing();
    const group = await create(1, [2]);
    await say(1, group, 'Hello');
    await follow(group);
    const page = await sync(2, [{ id: group, seq: 0 }]);
    expect(page).toMatchObject({
      messages: [
        { seq: 1, senderId: id(1), text: '', event: { type: 'created', users: [id(1), id(2)] } },
        { seq: 2, senderId: id(1), text: 'Hello' },
      ],
      inbox: [{ kind: 'group', conversation: group, title: 'Trip', role: 'member', unread: 1 }],
      ...{ gone: [], complete: true },
    });
  });

  it('has what the inboxes have yet to follow', async () => {
    const { create, say, sync } = syncing();
    const group = await create(1, [2]);
    await say(1, group);
    expect(await sync(2, [{ id: group, seq: 1 }])).toMatchObject({
      ...{ messages: [{ seq: 2 }], inbox: [{ last: { seq: 1 } }], gone: [], complete: true },
    });
  });

  it('begins with the entry of the joining where nobody sees what was said before', async () => {
    const { create, put, say, edit, follow, sync } = syncing();
    const group = await create(1, [2], { history: 'since_joining' });
    await say(1, group, 'Secret');
    await put(1, group, 3);
    await say(1, group, 'Hello');
    await edit(1, group, 2, 'Still secret');
    await edit(1, group, 4, 'Hello!');
    await follow(group);
    expect(seqsOf(await sync(3, [{ id: group, seq: 0 }]))).toEqual([3, 4]);
    expect(seqsOf(await sync(3, [{ id: group, seq: 3 }]))).toEqual([4]);
    // Nor are changes of it.
    const page = await sync(3, [{ id: group, seq: 4, change: 0 }]);
    expect(page.changed).toMatchObject([{ seq: 4, text: 'Hello!' }]);
    expect(page.changes).toEqual(new Map([[group, 2]]));
    expect(JSON.stringify(page)).not.toContain('ecret');
    expect(seqsOf(await sync(2, [{ id: group, seq: 0 }]))).toEqual([1, 2, 3, 4]);
  });

  it('names the groups that one is not in, or not any more', async () => {
    const { create, remove, say, follow, sync } = syncing();
    const [left, here, foreign] = [await create(1, [2]), await create(1, [2]), await create(1)];
    await follow(left);
    await remove(2, left, 2);
    await say(1, left, 'Secret');
    await say(1, here, 'Hello');
    for (const group of [left, here]) await follow(group);
    const held = [left, here, foreign, id(404)].map((group) => ({ id: group, seq: 1, change: 0 }));
    const page = await sync(2, held);
    expect(page.gone).toEqual([left, foreign, id(404)]);
    expect(page.messages).toMatchObject([{ conversation: here, text: 'Hello' }]);
    expect(page.inbox).toMatchObject([{ conversation: here }]);
    expect([...page.changes.keys()]).toEqual([here]);
    expect(syncFrame(page, id(2))).toMatchObject({ type: 'sync.done', gone: [left, foreign, id(404)] });
    expect(await sync(2, [])).toMatchObject({ gone: [] });
  });

  it('names a dissolved group as gone, before and after what is stored of it has gone', async () => {
    const { create, dissolve, clear, follow, sync } = syncing();
    const group = await create(1, [2]);
    await follow(group);
    await dissolve(1, group);
    for (const seq of [0, 1]) {
      const page = await sync(2, [{ id: group, seq, change: 0 }], { since: new Date(0).toISOString() });
      expect(page).toMatchObject({ gone: [group], messages: [], inbox: [], complete: true });
    }
    await clear(group);
    expect(await sync(2, [{ id: group, seq: 1 }])).toMatchObject({ gone: [group], inbox: [] });
  });

  it('does not name a group as gone whose membership is not to be read yet', async () => {
    const { create, state, membership, sync } = syncing();
    const group = await create(1, [2]);
    const item = membership(2, group);
    state.set({ pk: `USER#${id(2)}`, sk: `CONV#${group}` }, undefined);
    expect(await sync(2, [{ id: group, seq: 0 }])).toMatchObject({ gone: [], messages: [{ seq: 1 }] });
    state.set({ pk: `USER#${id(2)}`, sk: `CONV#${group}` }, item);
  });

  it('has groups that one has joined since the last one', async () => {
    const { create, put, follow, sync, clock } = syncing();
    const { position } = await sync(3, []);
    clock.pass(1_000);
    const group = await create(1, [2]);
    await put(1, group, 3);
    await follow(group);
    const { inbox } = await sync(3, [], { since: position });
    expect(inbox).toMatchObject([{ conversation: group, unread: 0, last: { event: { type: 'joined' } } }]);
  });

  it('has all groups with entries since the last one, oldest first, page by page', async () => {
    const { create, say, follow, sync, clock } = syncing();
    const known = await create(1, [2]);
    const { position } = await sync(2, [{ id: known, seq: 1 }]);
    clock.pass(60_000);
    const created: string[] = [];
    for (let n = 0; n < 60; n += 1) {
      created.push(await create(1, [2]));
      clock.pass(1_000);
    }
    await say(1, known);
    await follow(known);
    const found: string[] = [];
    let [since, complete] = [position, false];
    while (!complete) {
      const page = await sync(2, [], { since });
      found.push(...page.inbox.map(({ conversation }) => conversation));
      [since, complete] = [page.position, page.complete];
    }
    // A page begins with the last one of the page before.
    expect([...new Set(found)]).toEqual([...created, known]);
    expect(found.length).toBeLessThanOrEqual(created.length + 4);
  });

  it('reads less of the logs the more groups the user is in', () => {
    const [none, many] = [0, MAX_GROUPS].map((groups) => roomBeside(0, groups).readBytes) as [number, number];
    // What a hundred summaries cost, in RRU, is less than what is not read any more, strongly consistent.
    expect((none - many) / 4_096 + 15).toBeGreaterThan(MAX_GROUPS / 2);
    expect(many).toBeGreaterThan(0);
  });

  it.each(['all', 'since_joining'] as const)(
    'has them also if the inboxes follow the joining much later (%s)',
    async (history) => {
      const { create, put, follow, sync, clock } = syncing();
      const group = await create(1, [2], { history });
      clock.pass(60_000);
      const { position: before } = await sync(3, []);
      await put(1, group, 3);
      clock.pass(60_000);
      const { position } = await sync(3, [], { since: before });
      const { position: ofNewDevice } = await sync(3, []);
      await follow(group);
      for (const since of [position, ofNewDevice]) {
        const page = await sync(3, [], { since });
        expect(page.inbox).toMatchObject([{ conversation: group, last: { event: { type: 'joined' } } }]);
        expect(page.position).toBe(new Date(clock.now().getTime() - 30_000).toISOString());
      }
    },
  );

  it('is refused whole for an id that cannot be one, or that is of a pair of others', async () => {
    const { create, sync } = syncing();
    const group = await create(1);
    for (const wrong of ['x', `${id(8)}.${id(9)}`]) {
      const held = [group, wrong].map((one) => ({ id: one, seq: 0 }));
      expect(await rejection(sync(1, held))).toEqual({ code: 'conversation_not_found' });
    }
    const both = [CONVERSATION, group].map((one) => ({ id: one, seq: 0 }));
    expect(await sync(1, both)).toMatchObject({ gone: [], messages: [{ conversation: group }] });
  });
});

describe('the rosters of a page', () => {
  it('are read for groups that have gone on or changed, each once', async () => {
    const { create, say, edit, follow, sync, stored, inbox, log, clock } = syncing();
    const [quiet, spoken, changed] = [await create(1), await create(1), await create(1)];
    for (const group of [spoken, changed]) {
      for (const text of ['Hello', 'Hi']) await say(1, group, text);
      await edit(1, group, 2, 'Hello!');
    }
    for (const group of [quiet, spoken, changed]) await follow(group);
    const reads: string[] = [];
    const rosters = {
      async roster(group: string) {
        reads.push(group);
        return stored.roster(group);
      },
    };
    const dependencies = { ...inbox, log, rosters, now: clock.now };
    const held = [
      { id: quiet, seq: 1, change: 0 },
      { id: spoken, seq: 2, change: 0 },
      { id: changed, seq: 3, change: 0 },
    ];
    const page = await catchUp(dependencies, { userId: id(1), held });
    expect([page.messages.length, page.changed.length]).toEqual([1, 2]);
    expect(reads.toSorted()).toEqual([spoken, changed].toSorted());
    expect(await sync(1, held)).toEqual(page);
  });

  it('take as much of its room as the largest of them', async () => {
    const { create, state, own } = syncing();
    const group = await create(1, [], { title: '🦀'.repeat(100) });
    const item = state.get(rosterKey(group));
    const numbers = Array.from({ length: MAX_NUMBERS }, (_, n) => n);
    const members = {
      ids: packIds(numbers.map(id)),
      roles: 'x'.repeat(MAX_NUMBERS),
      from: packNumbers(numbers.map(() => 2 ** 34)),
    };
    const room = roomBeside(0);
    const taken = room.readBytes - roomAfterOpening(room, await own(1, group)).readBytes;
    expect(sizeOf({ ...item, ...members })).toBeLessThanOrEqual(taken);
  });

  it('end it before it costs too much, and every page leads further', async () => {
    const { create, say, sync } = syncing();
    const many: string[] = [];
    for (let i = 0; i < 40; i += 1) {
      many.push(await create(1, [2]));
      await say(1, many.at(-1) as string, 'x'.repeat(100));
    }
    const holding = new Map(many.map((group) => [group, 0]));
    let pages = 0;
    for (let complete = false; !complete; pages += 1) {
      const page = await sync(
        2,
        [...holding].map(([group, seq]) => ({ id: group, seq })),
      );
      expect(page.complete || page.messages.length > 0).toBe(true);
      for (const { conversation, seq } of page.messages) holding.set(conversation, seq);
      ({ complete } = page);
    }
    expect([...holding.values()]).toEqual(many.map(() => 2));
    expect(pages).toBeGreaterThan(1);
  });
});

describe('a page is not too large for a reply', () => {
  const REPLY_BYTES = 3 * 32 * 1024;
  const bytesOf = (page: Parameters<typeof syncFrame>[0], n: number) =>
    Buffer.byteLength(JSON.stringify(syncFrame(page, id(n))));

  it('of what happened to groups', async () => {
    const { create, rename, sync, follow } = syncing();
    const group = await create(1, [2, 3, 4, 5, 6, 7, 8], { title: '🦀'.repeat(100) });
    for (let i = 0; i < 120; i += 1) await rename(1, group, `${'🦀'.repeat(95)}${i}`);
    await follow(group);
    const page = await sync(2, [{ id: group, seq: 0 }]);
    expect(bytesOf(page, 2)).toBeLessThanOrEqual(REPLY_BYTES);
    expect([page.messages.length > 60, page.complete]).toEqual([true, false]);
  });

  it('of messages with as many reactions as there can be', async () => {
    const { create, say, own, log, sync } = syncing();
    const group = await create(1, [2, 3, 4, 5, 6, 7, 8]);
    const everybody = [1, 2, 3, 4, 5, 6, 7, 8].map(id);
    const emoji = Array.from({ length: MAX_REACTIONS }, (_, i) => [`👩🏻‍❤️‍💋‍👩🏻${i}`, everybody] as const);
    for (let i = 1; i <= 20; i += 1) {
      const { seq } = await say(1, group, 'x');
      const [entry] = await log.at(await own(1, group), [seq]);
      if (!entry) throw new Error('It was stored.');
      const changed = { change: i, version: 1, reactions: Object.fromEntries(emoji) };
      expect(await log.change(await own(1, group), { ...entry, changed }, entry)).toBe(true);
    }
    const page = await sync(2, [{ id: group, seq: 1 }]);
    expect(bytesOf(page, 2)).toBeLessThanOrEqual(REPLY_BYTES);
    expect([page.messages.length > 5, page.complete]).toEqual([true, false]);
    const changed = await sync(2, [{ id: group, seq: 21, change: 0 }]);
    expect(bytesOf(changed, 2)).toBeLessThanOrEqual(REPLY_BYTES);
  });
});

/** As DynamoDB counts it: names and values, and a byte for each element of a list. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 2;
  if (Array.isArray(value)) return 3 + value.reduce((sum: number, part) => sum + 1 + sizeOf(part), 0);
  return Object.entries(value as object).reduce((sum, [name, part]) => sum + name.length + sizeOf(part), 0);
}
