import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairFor, pairId } from '../../../../functions/core/conversations/conversation.ts';
import type { InboxCursor } from '../../../../functions/core/inbox/inbox.ts';
import { entriesAt, readConversation, readInbox } from '../../../../functions/core/inbox/read-inbox.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { NOON } from '../../support/clock.ts';
import { inboxes, pairIn, peerName, person, saying } from '../../support/inboxes.ts';
import { id, knowing } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const conversation = pairId(id(1), id(2));

/** Alice's inbox with `count` conversations, with user2, user3 …; the last of them is on top. */
async function inboxWith(count: number) {
  const all = inboxes();
  for (let n = 2; n < 2 + count; n += 1) {
    await all.follow(saying(n, 1, 1));
    all.clock.pass(1_000);
  }
  const page = (limit: number, before?: InboxCursor) =>
    readInbox(all.reader, { userId: id(1), limit, before });
  return { ...all, page, receipts: receiptStore(all.table) };
}

describe('an inbox', () => {
  it('shows the peer, the last message, the unread count, both receipts and the presence', async () => {
    const { page, receipts, follow, reader } = await inboxWith(1);
    await follow(saying(1, 2, 2), saying(2, 1, 3), saying(2, 1, 4));
    await receipts.moveRead(id(1), conversation, { seq: 3, others: 2 });
    await receipts.moveReceived(id(2), conversation, 2, new Date(NOON), 0);
    await reader.presences.set(id(2), true, new Date(NOON));
    expect(await page(10)).toEqual({
      entries: [
        {
          kind: 'pair',
          conversation,
          peer: { id: id(2), username: 'user2' },
          last: {
            seq: 4,
            id: id(1004),
            senderId: id(2),
            text: 'message 4',
            createdAt: NOON,
            counts: { 0: 1, 1: 3 },
          },
          unread: 1,
          own: { read: 3, received: 3 },
          settings: { unread: false },
          peers: { read: 4, received: 4 },
          presence: { userId: id(2), online: true },
          isBlocked: false,
        },
      ],
      next: undefined,
      pinned: [],
    });
  });

  it('does not show the presence of a peer who hides it', async () => {
    const { page, reader } = await inboxWith(1);
    await reader.presences.set(id(2), true, new Date(NOON));
    await reader.presences.hide(id(2), true);
    expect(pairIn((await page(1)).entries[0]).presence).toEqual({ userId: id(2), online: false });
  });

  it('does not show the presence of others to those who hide theirs', async () => {
    const { page, reader } = await inboxWith(1);
    await reader.presences.set(id(2), true, new Date(NOON));
    await reader.presences.hide(id(1), true);
    expect(pairIn((await page(1)).entries[0]).presence).toEqual({ userId: id(2), online: false });
  });

  it('shows only the read receipt if one of the two hides, because a delivery receipt tells that their app is open', async () => {
    const { page, receipts, reader } = await inboxWith(1);
    await receipts.moveRead(id(2), conversation, { seq: 1, others: 0 });
    await receipts.moveReceived(id(2), conversation, 5, new Date(NOON), 0);
    await receipts.moveReceived(id(1), conversation, 4, new Date(NOON), 0);
    await reader.presences.hide(id(1), true);
    const own = { received: 4 };
    expect((await page(1)).entries[0]).toMatchObject({ own, peers: { read: 1, received: 1 } });
    await reader.presences.hide(id(1), false);
    await reader.presences.hide(id(2), true);
    expect((await page(1)).entries[0]).toMatchObject({ own, peers: { read: 1, received: 1 } });
    await reader.presences.hide(id(2), false);
    expect((await page(1)).entries[0]).toMatchObject({ own, peers: { read: 1, received: 5 } });
  });

  it('has no unread messages when the receipt is ahead of the summary', async () => {
    const { page, receipts } = await inboxWith(1);
    await receipts.moveRead(id(1), conversation, { seq: 7, others: 5 });
    expect((await page(1)).entries[0]).toMatchObject({ unread: 0, own: { read: 7, received: 7 } });
  });

  it('costs the same number of requests for every page', async () => {
    const { page, commands } = await inboxWith(20);
    commands.length = 0;
    await page(5);
    expect(commands).toEqual(['Query', 'Query', 'Get', 'BatchGet', 'BatchGet']);
  });

  it('may be empty', async () => {
    const { page, commands } = await inboxWith(0);
    expect(await page(10)).toEqual({ entries: [], next: undefined, pinned: [] });
    expect(commands).toEqual(['Query', 'Query', 'Get']);
  });

  it('lists every conversation once over its pages, most recent first', async () => {
    const { page } = await inboxWith(12);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 15 }), async (limit) => {
        const peers: string[] = [];
        let next: InboxCursor | undefined;
        do {
          const one = await page(limit, next);
          expect(one.entries.length).toBe(Math.min(limit, 12 - peers.length));
          peers.push(...one.entries.map(peerName));
          next = one.next;
        } while (next);
        expect(peers).toEqual(Array.from({ length: 12 }, (_, i) => `user${13 - i}`));
      }),
    );
  });

  it('continues after a position that has moved in the meantime', async () => {
    const { page, follow } = await inboxWith(4);
    const first = await page(2);
    await follow(saying(4, 1, 2));
    const second = await page(2, first.next);
    expect(second.entries.map(peerName)).toEqual(['user3', 'user2']);
    expect(second.next).toBeUndefined();
  });

  it('skips a position that a move has left behind', async () => {
    const { page, state } = await inboxWith(3);
    const [, sk] = state
      .partition(`USER#${id(1)}`)
      .map((item) => item.sk as string)
      .filter((one) => one.startsWith('INBOX#'));
    const stale = { pk: `USER#${id(1)}`, sk: (sk as string).replace('12:00:01.000', '12:00:05.000') };
    state.set(stale, stale);
    const first = await page(1);
    expect(first.entries).toEqual([]);
    const rest = await page(10, first.next);
    expect(rest.entries.map(peerName)).toEqual(['user4', 'user3', 'user2']);
  });
});

describe('the entries at some positions', () => {
  const place = (n: number, topAt: string) => ({ conversation: pairId(id(1), id(n)), topAt });

  it('are in the order of the positions, without those that the membership does not name', async () => {
    const { reader } = await inboxWith(3);
    const places = [
      place(2, NOON),
      place(3, NOON),
      place(4, '2026-11-23T12:00:02.000Z'),
      place(3, '2026-11-23T12:00:01.000Z'),
      place(9, NOON),
    ];
    const entries = await entriesAt(reader, id(1), places);
    expect(entries.map(peerName)).toEqual(['user2', 'user4', 'user3']);
  });

  it('leave out a conversation that has a position and no summary yet', async () => {
    const { reader, projection } = await inboxWith(0);
    await projection.moveToTop(id(1), { conversation, topAt: NOON }, { id: id(2), username: 'user2' }, []);
    expect(await entriesAt(reader, id(1), [place(2, NOON)])).toEqual([]);
  });

  it('cost no request without positions', async () => {
    const { reader, commands } = await inboxWith(0);
    expect(await entriesAt(reader, id(1), [])).toEqual([]);
    expect(commands).toEqual([]);
  });
});

describe('one conversation', () => {
  /** The log goes on to these before the inbox has followed. */
  const read = async (
    all: Awaited<ReturnType<typeof inboxWith>>,
    { of = conversation, userId = id(1), log = [saying(2, 1, 5)] } = {},
  ) => {
    for (const message of log) all.logged(message);
    return readConversation(
      { ...all.reader, log: all.log, profiles: knowing(person(1), person(2)) },
      pairFor(of, userId),
    );
  };

  it('exists from its first message on, before any inbox shows it', async () => {
    expect(await read(await inboxWith(0))).toEqual({
      kind: 'pair',
      conversation,
      peer: { id: id(2), username: 'user2' },
      last: {
        seq: 5,
        id: id(1005),
        senderId: id(2),
        text: 'message 5',
        createdAt: NOON,
        counts: { 1: 1 },
      },
      unread: 5,
      own: { read: 0, received: 0 },
      settings: { unread: false },
      peers: { read: 5, received: 5 },
      presence: { userId: id(2), online: false },
      isBlocked: false,
    });
  });

  it('shows the receipts, and the last message of the log instead of the summary', async () => {
    const all = await inboxWith(1);
    await all.receipts.moveRead(id(1), conversation, { seq: 2, others: 2 });
    expect(await read(all)).toMatchObject({ last: { seq: 5 }, unread: 3, own: { read: 2, received: 2 } });
  });

  it('has no unread messages for the sender of the last message who had read all before it', async () => {
    const all = await inboxWith(1);
    const log = [saying(1, 2, 2)];
    expect(await read(all, { log })).toMatchObject({ last: { seq: 2 }, unread: 0, own: { read: 2 } });
    expect(await read(all, { log, userId: id(2) })).toMatchObject({ unread: 1, peers: { read: 2 } });
  });

  it('counts messages that arrived while the last message was being written', async () => {
    const all = await inboxWith(1);
    const log = [saying(2, 1, 2), saying(2, 1, 3), saying(2, 1, 4), saying(1, 2, 5, 1)];
    expect(await read(all, { log })).toMatchObject({ last: { seq: 5 }, unread: 3, own: { read: 1 } });
  });

  it('moves no receipt back for a message whose sender had read less', async () => {
    const all = await inboxWith(1);
    const log = [saying(2, 1, 2), saying(2, 1, 3), saying(1, 2, 4, 1)];
    await all.receipts.moveRead(id(1), conversation, { seq: 3, others: 3 });
    expect(await read(all, { log })).toMatchObject({ unread: 0, own: { read: 3 } });
  });

  it.each([
    ['that nobody has said anything in', pairId(id(1), id(3))],
    ['of others', pairId(id(8), id(9))],
    ['that cannot be', 'x'],
  ])('%s is not found', async (_, one) => {
    expect(await rejection(read(await inboxWith(1), { of: one }))).toEqual({
      code: 'conversation_not_found',
    });
  });
});
