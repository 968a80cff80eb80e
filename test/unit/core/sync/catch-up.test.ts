import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairId, pairWith } from '../../../../functions/core/conversations/conversation.ts';
import type { Held } from '../../../../functions/core/sync/catch-up.ts';
import { catchUp, type SyncPage, type SyncRequest } from '../../../../functions/core/sync/catch-up.ts';
import { syncedMessage } from '../../../../functions/protocol/message-bodies.ts';
import { conversationBody } from '../../../../functions/protocol/server-frames.ts';
import { messageStore } from '../../../../functions/storage/messages.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { inboxes, pairIn, peerName, saying } from '../../support/inboxes.ts';
import { aLogEntry } from '../../support/log-entries.ts';
import { id } from '../../support/people.ts';

const withUser = (n: number) => pairId(id(1), id(n));

/** Conversations of user 1 with user 2, 3 … whose logs hold these texts, and what user 1 gets by `sync`. */
async function conversations(...logs: readonly (readonly string[])[]) {
  const all = inboxes();
  const log = messageStore(all.table);
  const say = async (peer: number, seq: number, text = `message ${seq}`) => {
    const message = { ...saying(peer, 1, seq), text };
    await log.append(pairWith(id(peer), id(1)), aLogEntry(seq, message));
    await all.follow(message);
  };
  for (const [i, texts] of logs.entries()) {
    for (const [j, text] of texts.entries()) await say(2 + i, j + 1, text);
    all.clock.pass(1_000);
  }
  all.commands.length = 0;
  const dependencies = { ...all.reader, log, rosters: all.rosters, now: all.clock.now };
  const sync = (held: readonly Held[], more: Partial<SyncRequest> = {}) =>
    catchUp(dependencies, { userId: id(1), held, ...more });
  return { ...all, log, say, sync };
}

const texts = (count: number, text = 'x') => Array.from({ length: count }, () => text);
const held = (peer: number, seq: number): Held => ({ id: withUser(peer), seq });
/** So many people are known here beside user 1. */
const MOST = 29;

/** Three of API Gateway's units. */
const REPLY_BYTES = 3 * 32 * 1024;
const bytesOf = ({ messages, inbox, position }: SyncPage) =>
  Buffer.byteLength(
    JSON.stringify({
      type: 'sync.page',
      messages: messages.map((message) => syncedMessage(message, message.senderId)),
      conversations: inbox.map(conversationBody),
      position,
      ref: 'x'.repeat(64),
    }),
  );
const seqsOf = (messages: readonly { conversation: string; seq: number }[]) =>
  messages.map(({ conversation, seq }) => `${conversation === withUser(2) ? 2 : 3}:${seq}`);

describe('a page of missed messages', () => {
  it('has the messages after the held ones, in order, with the current conversations', async () => {
    const { sync } = await conversations(texts(4), texts(2));
    const page = await sync([held(2, 2), held(3, 0)]);
    expect(seqsOf(page.messages)).toEqual(['2:3', '2:4', '3:1', '3:2']);
    expect(page.inbox.map((entry) => [peerName(entry), entry.last.seq])).toEqual([
      ['user2', 4],
      ['user3', 2],
    ]);
    expect(page).toMatchObject({ complete: true, position: '2026-11-23T11:59:32.000Z' });
  });

  it('is empty when nothing is missing, without a read of any log', async () => {
    const { sync, commands } = await conversations(texts(4), texts(2));
    const page = await sync([held(2, 4), held(3, 2)]);
    expect([page.messages, page.complete]).toEqual([[], true]);
    // It reads which groups the user is in.
    expect(commands.filter((name) => name === 'Query')).toEqual(['Query']);
  });

  it('reads only the logs with new messages', async () => {
    const { sync, commands } = await conversations(texts(4), texts(2));
    await sync([held(2, 4), held(3, 1)]);
    // The other one reads which groups the user is in.
    expect(commands.filter((name) => name === 'Query')).toHaveLength(2);
  });

  it.each([5, 1_000, Number.MAX_SAFE_INTEGER])(
    'is empty for a client that claims to hold up to %d of four',
    async (seq) => {
      const { sync } = await conversations(texts(4));
      expect(await sync([held(2, seq)])).toMatchObject({ messages: [], complete: true });
    },
  );

  it('may ask for a conversation without messages', async () => {
    const { sync } = await conversations();
    expect(await sync([held(2, 0)])).toMatchObject({ messages: [], inbox: [], complete: true });
  });

  it('may ask for nothing at all', async () => {
    const { sync, commands } = await conversations(texts(1));
    expect(await sync([])).toMatchObject({ messages: [], inbox: [], complete: true });
    expect(commands).toEqual(['Query']);
  });
});

describe('a peer who hides their presence', () => {
  it.each([
    ['held', [held(2, 3)], undefined],
    ['new', [], '1970-01-01T00:00:00.000Z'],
  ])('shows only their read receipt in a conversation that is %s', async (_, holdings, since) => {
    const { sync, follow, table, reader, clock } = await conversations(texts(1));
    for (const seq of [2, 3]) await follow(saying(1, 2, seq));
    await receiptStore(table).moveReceived(id(2), withUser(2), 3, clock.now(), 0);
    await reader.presences.set(id(2), true, clock.now());
    const shown = async () => {
      const { peers, presence } = pairIn((await sync(holdings, { since })).inbox[0]);
      return [peers, presence.online];
    };
    expect(await shown()).toEqual([{ read: 1, received: 3 }, true]);
    await reader.presences.hide(id(2), true);
    expect(await shown()).toEqual([{ read: 1, received: 1 }, false]);
  });
});

describe('a page ends', () => {
  it.each([
    [99, 99, true],
    [100, 100, true],
    [101, 100, false],
    [250, 100, false],
  ])('of %d missed messages after %d: complete %s', async (missed, count, complete) => {
    const { sync } = await conversations(texts(missed));
    const page = await sync([held(2, 0)]);
    expect([page.messages.length, page.complete]).toEqual([count, complete]);
  });

  it('with exactly a hundred messages over several conversations, when there are no more', async () => {
    const { sync } = await conversations(texts(70), texts(30));
    const page = await sync([held(2, 0), held(3, 0)]);
    expect([page.messages.length, page.complete]).toEqual([100, true]);
  });

  it('with a hundred messages over several conversations', async () => {
    const { sync } = await conversations(texts(70), texts(70));
    const page = await sync([held(2, 0), held(3, 0)]);
    expect(seqsOf(page.messages).at(-1)).toBe('3:30');
    expect(page.complete).toBe(false);
  });

  it.each([
    ['letters', 'a', 20],
    ['characters of four bytes', '🦀', 5],
    ['control characters, which JSON writes in six', '\u0001', 3],
  ])('before it is too large for a reply, with texts of 4,000 %s', async (_, character, count) => {
    const { sync } = await conversations(texts(30, character.repeat(4_000)));
    const page = await sync([held(2, 0)]);
    expect([page.messages.length, page.complete]).toEqual([count, false]);
    expect(bytesOf(page)).toBeLessThanOrEqual(REPLY_BYTES);
  });

  it('before it is too large for a reply, including its inbox entries', async () => {
    const many = Array.from({ length: MOST }, () => texts(4, '\u0001'.repeat(150)));
    const { sync } = await conversations(...many);
    const page = await sync(many.map((_, i) => held(2 + i, 0)));
    expect([page.inbox.length, page.complete]).toEqual([MOST, false]);
    expect(page.messages.length).toBeGreaterThan(1);
    expect(bytesOf(page)).toBeLessThanOrEqual(REPLY_BYTES);
    expect(bytesOf(page)).toBeGreaterThan(REPLY_BYTES / 2);
  });

  it('never before its first message, so that every page makes progress', async () => {
    const { sync } = await conversations(texts(3, `${'\u0001'.repeat(4_000)}${'🦀'.repeat(10_000)}`));
    const page = await sync([held(2, 1)]);
    expect([seqsOf(page.messages), page.complete]).toEqual([['2:2'], false]);
  });
});

describe('what is new since a position', () => {
  it('are conversations that moved to the top since then and are not held, oldest first', async () => {
    const { sync, say, clock } = await conversations(texts(1), texts(1));
    const { position } = await sync([held(2, 1), held(3, 1)]);
    clock.pass(60_000);
    const second = await sync([held(2, 1), held(3, 1)], { since: position });
    expect(second.inbox.map(peerName)).toEqual(['user2', 'user3']);
    await say(4, 1);
    await say(3, 2);
    const third = await sync([held(2, 1)], { since: second.position });
    expect(third.inbox.map(peerName)).toEqual(['user2', 'user4', 'user3']);
  });

  it('starts thirty seconds earlier, because inboxes follow the log and clocks differ', async () => {
    const { sync, say, clock } = await conversations();
    const { position } = await sync([]);
    expect(Date.parse(position)).toBe(clock.now().getTime() - 30_000);
    clock.pass(-29_000);
    await say(2, 1);
    expect((await sync([], { since: position })).inbox).toHaveLength(1);
  });

  it('comes page by page, oldest first, without a gap', async () => {
    const { sync } = await conversations(...Array.from({ length: MOST }, () => texts(1)));
    const told = new Set<string>();
    let since = '1970-01-01T00:00:00.000Z';
    let pages = 0;
    for (let complete = false; !complete; pages += 1) {
      const page = await sync([held(2 + MOST - 1, 1)], { since });
      for (const { conversation } of page.inbox) told.add(conversation);
      ({ complete, position: since } = page);
    }
    expect(told.size).toBe(MOST);
    expect(pages).toBe(2);
  });

  it('is empty without a position, because a new device starts with the inbox', async () => {
    const { sync } = await conversations(texts(1));
    expect((await sync([])).inbox).toEqual([]);
  });
});

describe('a client that asks again with what it then holds', () => {
  const text = fc.constantFrom('a', 'b'.repeat(3_000), '🦀'.repeat(4_000), '\u0001'.repeat(2_000));
  const log = fc.oneof(
    fc.array(text, { maxLength: 12 }),
    fc.integer({ min: 90, max: 130 }).map((count) => texts(count)),
  );

  it('ends with exactly the log, whatever it held, in no more pages than needed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(log, fc.nat()), { minLength: 1, maxLength: 4 }), async (wanted) => {
        const { sync } = await conversations(...wanted.map(([said]) => said));
        const holdings = wanted.map(([said, n]) => n % (said.length + 1));
        const had = [...holdings];
        const got = wanted.map((): string[] => []);
        let pages = 0;
        for (let complete = false; !complete; pages += 1) {
          const page = await sync(holdings.map((seq, i) => held(2 + i, seq)));
          for (const message of page.messages) {
            const i = wanted.findIndex((_, peer) => withUser(2 + peer) === message.conversation);
            // In order, without a gap, and nothing that is held already.
            expect(message.seq).toBe((holdings[i] as number) + 1);
            holdings[i] = message.seq;
            got[i]?.push(message.text);
          }
          if (!page.complete) expect(page.messages.length).toBeGreaterThan(0);
          complete = page.complete;
        }
        expect(got).toEqual(wanted.map(([said], i) => said.slice(had[i])));
        const missed = got.flat();
        const bytes = missed.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)), 0);
        expect(pages).toBeLessThanOrEqual(1 + missed.length / 100 + bytes / 20_000);
      }),
      { numRuns: 40 },
    );
  });
});
