import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairWith } from '../../../../functions/core/conversations/conversation.ts';
import type { LogEntry } from '../../../../functions/core/messages/message.ts';
import { MAX_REACTIONS } from '../../../../functions/core/messages/react.ts';
import { catchUp, type Held } from '../../../../functions/core/sync/catch-up.ts';
import { RESET_BEHIND } from '../../../../functions/core/sync/missed-changes.ts';
import { syncFrame } from '../../../../functions/protocol/server-frames.ts';
import { inboxes, saying } from '../../support/inboxes.ts';
import { id } from '../../support/people.ts';

/** User 1 has conversations with user 2, 3 …, each with so many messages of theirs. */
async function conversations(...counts: readonly number[]) {
  const all = inboxes();
  const { log } = all;
  for (const [i, count] of counts.entries()) {
    for (let seq = 1; seq <= count; seq += 1) await all.follow(saying(2 + i, 1, seq));
  }
  let clock = 0;
  /** The other user gives one of their messages another text. */
  const change = async (peer: number, seq: number, text: string) => {
    const conversation = pairWith(id(peer), id(1));
    const [entry] = (await log.at(conversation, [seq])) as [LogEntry];
    const number = (await log.lastChange(conversation)) + 1;
    const version = (entry.changed?.version ?? 1) + 1;
    clock += 1;
    const changed = { change: number, version, editedAt: new Date(clock).toISOString() };
    expect(await log.change(conversation, { ...entry, text, changed }, entry)).toBe(true);
  };
  const dependencies = { ...all.reader, log, rosters: all.rosters, now: all.clock.now };
  const sync = (held: readonly Held[]) => catchUp(dependencies, { userId: id(1), held });
  return { ...all, change, sync };
}

const held = (peer: number, seq: number, change?: number): Held => ({
  id: idOf(peer),
  seq,
  ...(change !== undefined && { change }),
});
const idOf = (peer: number) => pairWith(id(1), id(peer)).id;
const told = ({ changed }: { changed: readonly { seq: number; text: string }[] }) =>
  changed.map(({ seq, text }) => `${seq} ${text}`);

describe('a client that follows changes', () => {
  it('gets the present state of each changed message once, and the change it then has', async () => {
    const { change, sync } = await conversations(4);
    await change(2, 3, 'x');
    await change(2, 1, 'y');
    await change(2, 3, 'z');
    const page = await sync([held(2, 4, 0)]);
    expect(told(page)).toEqual(['3 z', '1 y']);
    expect(page).toMatchObject({ messages: [], resets: [], complete: true });
    expect(page.changes).toEqual(new Map([[idOf(2), 3]]));
  });

  it('gets only what has changed since', async () => {
    const { change, sync } = await conversations(4);
    await change(2, 3, 'x');
    await change(2, 1, 'y');
    expect(told(await sync([held(2, 4, 1)]))).toEqual(['1 y']);
    expect(await sync([held(2, 4, 2)])).toMatchObject({ changed: [], complete: true });
  });

  it('and one that does not gets none', async () => {
    const { change, sync } = await conversations(4);
    await change(2, 3, 'x');
    expect(await sync([held(2, 4)])).toMatchObject({ changed: [], changes: new Map(), resets: [] });
  });

  it('gets what it lacks in its present state, and not twice', async () => {
    const { change, sync } = await conversations(4);
    await change(2, 1, 'x');
    await change(2, 4, 'y');
    const page = await sync([held(2, 2, 0)]);
    expect(told(page)).toEqual(['1 x']);
    expect(page.messages.map(({ seq, text }) => `${seq} ${text}`)).toEqual(['3 message 3', '4 y']);
    expect(page.changes).toEqual(new Map([[idOf(2), 2]]));
  });

  it('whose page has no room for a changed message is not told that it has the change', async () => {
    const { change, sync } = await conversations(130);
    await change(2, 5, 'x');
    await change(2, 120, 'y');
    await change(2, 6, 'z');
    const page = await sync([held(2, 10, 0)]);
    expect(told(page)).toEqual(['5 x', '6 z']);
    expect(page.messages.at(-1)?.seq).toBe(108);
    expect(page.changes).toEqual(new Map([[idOf(2), 1]]));
    const next = await sync([held(2, 108, 1)]);
    expect(told(next)).toEqual(['6 z']);
    expect(next.messages.find(({ seq }) => seq === 120)?.text).toBe('y');
    expect(next.changes).toEqual(new Map([[idOf(2), 3]]));
  });

  it('costs one read of the log where nothing has changed', async () => {
    const { sync, commands } = await conversations(4, 4);
    commands.length = 0;
    await sync([held(2, 4, 0), held(3, 4, 0)]);
    // It reads which groups the user is in.
    expect(commands.filter((name) => name === 'Query')).toEqual(['Query']);
  });

  it('of a conversation without messages gets nothing', async () => {
    const { sync } = await conversations();
    expect(await sync([held(2, 0, 0)])).toMatchObject({ changed: [], changes: new Map([[idOf(2), 0]]) });
  });

  it('that claims more changes than there are gets none', async () => {
    const { change, sync } = await conversations(2);
    await change(2, 1, 'x');
    for (const claimed of [5, 2_000, Number.MAX_SAFE_INTEGER - RESET_BEHIND]) {
      expect(await sync([held(2, 2, claimed)])).toMatchObject({ changed: [], resets: [], complete: true });
    }
  });

  it('and missed a thousand begins anew, but not after one less', async () => {
    const { change, sync } = await conversations(2, 2);
    for (let n = 1; n <= RESET_BEHIND; n += 1) await change(2, 1, `${n}`);
    await change(3, 1, 'x');
    const page = await sync([held(2, 2, 0), held(3, 2, 0)]);
    expect(page.resets).toEqual([idOf(2)]);
    expect(told(page)).toEqual(['1 x']);
    expect(page.changes).toEqual(new Map([[idOf(3), 1]]));
    expect(page.complete).toBe(true);
    expect(await sync([held(2, 2, 1)])).toMatchObject({ resets: [] });
  }, 20_000);

  it('gets pages that a reply can carry, each of which leads further', async () => {
    const { change, sync } = await conversations(20);
    const long = '🦀'.repeat(4_000);
    for (let seq = 1; seq <= 20; seq += 1) await change(2, seq, long);
    const seqs: number[] = [];
    let position = 0;
    for (let complete = false; !complete; ) {
      const page = await sync([held(2, 20, position)]);
      expect(Buffer.byteLength(JSON.stringify(syncFrame(page, id(1))))).toBeLessThanOrEqual(3 * 32 * 1024);
      seqs.push(...page.changed.map(({ seq }) => seq));
      const next = page.changes.get(idOf(2)) as number;
      expect(next).toBeGreaterThan(position);
      ({ complete } = page);
      position = next;
    }
    expect(seqs).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  it('gets pages that a reply can carry, also of messages with as many reactions as they can have', async () => {
    const { log, sync } = await conversations(100);
    const conversation = pairWith(id(1), id(2));
    // The longest emoji: two people, their colours, a heart and a kiss.
    const kiss = '👩🏽\u200d❤️\u200d💋\u200d👨🏿';
    const reactions = Object.fromEntries(
      Array.from({ length: MAX_REACTIONS }, (_, n) => [`${kiss}${n}`, [id(1), id(2)]]),
    );
    for (const entry of await log.since(conversation, 1, 100)) {
      await log.change(
        conversation,
        { ...entry, changed: { change: entry.seq, version: 1, reactions } },
        entry,
      );
    }
    for (const [seq, change] of [
      [100, 0],
      [0, 0],
    ] as const) {
      const page = await sync([held(2, seq, change)]);
      expect(Buffer.byteLength(JSON.stringify(syncFrame(page, id(1))))).toBeLessThanOrEqual(3 * 32 * 1024);
      expect(page.messages.length + page.changed.length).toBeGreaterThan(20);
      expect(page.complete).toBe(false);
    }
  });

  it('ends with the present state, whatever it held and whatever has changed', async () => {
    const edits = fc.array(
      fc.record({ peer: fc.integer({ min: 2, max: 3 }), seq: fc.integer({ min: 1, max: 60 }) }),
      {
        maxLength: 80,
      },
    );
    const start = fc.record({ seq: fc.nat(60), after: fc.nat(80) });
    await fc.assert(
      fc.asyncProperty(edits, start, async (all, { seq, after }) => {
        const { change, sync, log } = await conversations(60, 60);
        const holding = new Map<string, { seq: number; change: number; texts: Map<number, string> }>();
        const begin = async () => {
          for (const peer of [2, 3]) {
            const conversation = pairWith(id(1), id(peer));
            const number = await log.lastChange(conversation);
            const first = await log.since(conversation, 1, Math.max(1, seq));
            const texts = new Map(first.map((one) => [one.seq, one.text]));
            holding.set(conversation.id, { seq: Math.max(1, seq), change: number, texts });
          }
        };
        if (all.length <= after) await begin();
        for (const [i, one] of all.entries()) {
          if (i === after) await begin();
          await change(one.peer, one.seq, `edit ${i}`);
        }
        for (let complete = false; !complete; ) {
          const page = await sync(
            [2, 3].map((peer) =>
              held(peer, holding.get(idOf(peer))?.seq ?? 0, holding.get(idOf(peer))?.change),
            ),
          );
          for (const one of [...page.messages, ...page.changed]) {
            const mine = holding.get(one.conversation);
            if (!mine) continue;
            mine.texts.set(one.seq, one.text);
            mine.seq = Math.max(mine.seq, one.seq);
          }
          for (const [conversation, number] of page.changes) {
            const mine = holding.get(conversation);
            if (mine) mine.change = number;
          }
          ({ complete } = page);
        }
        for (const peer of [2, 3]) {
          const present = await log.since(pairWith(id(1), id(peer)), 1, 100);
          expect(holding.get(idOf(peer))?.texts).toEqual(new Map(present.map((one) => [one.seq, one.text])));
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
