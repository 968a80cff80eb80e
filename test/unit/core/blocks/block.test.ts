import { describe, expect, it } from 'vitest';
import { block, blockedPeople, MAX_BLOCKS, unblock } from '../../../../functions/core/blocks/block.ts';
import { pairWith } from '../../../../functions/core/conversations/conversation.ts';
import { readConversation } from '../../../../functions/core/inbox/read-inbox.ts';
import { followBlocks } from '../../../../functions/core/presence/follow-presence.ts';
import {
  othersWhoMaySee,
  type Presence,
  presencesFor,
  type Watcher,
  whoMaySee,
} from '../../../../functions/core/presence/presence.ts';
import { markRead, markReceived } from '../../../../functions/core/receipts/move-receipt.ts';
import { peopleStore, profileStore } from '../../../../functions/storage/accounts.ts';
import { blockStore } from '../../../../functions/storage/blocks.ts';
import { sealKey } from '../../../../functions/storage/keys.ts';
import { presenceStore } from '../../../../functions/storage/presence.ts';
import { receiptStore } from '../../../../functions/storage/receipts.ts';
import { sealRemover } from '../../../../functions/storage/remains.ts';
import { watchStore } from '../../../../functions/storage/watches.ts';
import { NOON } from '../../support/clock.ts';
import { inboxes, pairIn, person, saying } from '../../support/inboxes.ts';
import { noting } from '../../support/noted.ts';
import { CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const [ONE, TWO, THREE] = [id(1), id(2), id(3)] as const;
const PAIR = pairWith(ONE, TWO);
const BACK = pairWith(TWO, ONE);

/** The users 1 to 3, online, with six messages between 1 and 2, in a table in memory. */
async function world() {
  const all = inboxes();
  const { table, state, log, clock, reader, follow } = all;
  for (const n of [1, 2, 3]) {
    state.set({ pk: `USER#${id(n)}`, sk: 'PROFILE' }, { pk: `USER#${id(n)}`, sk: 'PROFILE', ...person(n) });
  }
  await follow(...[1, 2, 3, 4, 5, 6].map((seq) => saying(2 - (seq % 2), 1 + (seq % 2), seq, 0)));
  const presences = presenceStore(table);
  for (const userId of [ONE, TWO, THREE]) await presences.set(userId, true, clock.now());
  const blocks = blockStore(table);
  const noted = noting();
  const dependencies = {
    ...{ blocks, profiles: profileStore(table), people: peopleStore(table) },
    audit: noted.audit,
  };
  const receipts = receiptStore(table);
  const moving = { log, receipts, presences, now: clock.now };
  return {
    ...all,
    presences,
    blocks,
    noted: noted.events,
    people: () => blockedPeople(dependencies, ONE),
    block: (by = ONE, whom: string = TWO) => block(dependencies, by, whom),
    unblock: (by = ONE, whom: string = TWO) => unblock(dependencies, by, whom),
    read: (of: typeof PAIR, seq: number) => markRead(moving, { conversation: of, seq }),
    received: (of: typeof PAIR, seq: number) => markReceived(moving, { conversation: of, seq }),
    shown: (to: typeof PAIR) =>
      readConversation({ ...reader, log, profiles: dependencies.profiles }, to)
        .then(pairIn)
        .then(({ peers, presence, isBlocked }) => ({ ...peers, online: presence.online, isBlocked })),
    isSealed: async () => (await log.end(PAIR)).isSealed,
    seals: () => [0, 1].filter((member) => state.get(sealKey(CONVERSATION, member))),
  };
}

describe('a block', () => {
  it('seals the conversation for both, keeps the end of the log, and is in the list of the blocker alone', async () => {
    const all = await world();
    expect(await all.log.end(PAIR)).toMatchObject({ last: { seq: 6 }, isSealed: false });
    await all.block();
    expect(await all.log.end(PAIR)).toMatchObject({ last: { seq: 6 }, isSealed: true });
    expect(await all.log.last(PAIR)).toMatchObject({ seq: 6 });
    expect(await all.log.since(PAIR, 1, 10)).toHaveLength(6);
    expect(await all.log.upTo(PAIR, undefined, 10)).toHaveLength(6);
    expect(await all.people()).toEqual([{ id: TWO, username: 'user2' }]);
    expect(await all.blocks.of(TWO)).toEqual([]);
  });

  it('seals also a conversation that has not begun', async () => {
    const all = await world();
    await all.block(ONE, THREE);
    expect(await all.log.end(pairWith(THREE, ONE))).toEqual({ last: undefined, isSealed: true });
    expect(all.state.get({ pk: `USER#${THREE}`, sk: `CONV#${ONE}.${THREE}` })).toBeUndefined();
  });

  it('is made once and ended once, however often it is asked for, and at once', async () => {
    const all = await world();
    await Promise.all([all.block(), all.block(), all.block()]);
    await all.block();
    expect(all.state.get({ pk: `USER#${ONE}`, sk: 'PRESENCE' })?.blocks).toBe(1);
    await Promise.all([all.unblock(), all.unblock()]);
    await all.unblock();
    expect(all.state.get({ pk: `USER#${ONE}`, sk: 'PRESENCE' })?.blocks).toBe(0);
    expect(await all.isSealed()).toBe(false);
    expect(await all.people()).toEqual([]);
  });

  it('is noted with the other user, and so is its end; what changes nothing and what is refused is not', async () => {
    const all = await world();
    await all.unblock();
    await all.block();
    await all.block();
    await rejection(all.block(ONE, id(404)));
    await all.unblock();
    await all.unblock();
    expect(all.noted).toEqual([`blocked of ${ONE} and ${TWO}`, `unblocked of ${ONE} and ${TWO}`]);
  });

  it('of both lasts until both have ended it', async () => {
    const all = await world();
    await all.block(ONE, TWO);
    await all.block(TWO, ONE);
    await all.unblock(ONE, TWO);
    expect([await all.isSealed(), all.seals()]).toEqual([true, [1]]);
    await all.unblock(TWO, ONE);
    expect([await all.isSealed(), all.seals()]).toEqual([false, []]);
  });

  it.each([
    ['oneself', ONE, 'cannot_block_oneself'],
    ['a user who does not exist', id(404), 'user_not_found'],
    ['what is no id', 'me', 'user_not_found'],
  ])('of %s is refused, and so is its end', async (_, whom, code) => {
    const all = await world();
    expect(await rejection(all.block(ONE, whom))).toEqual({ code });
    expect(await rejection(all.unblock(ONE, whom))).toEqual({ code });
  });

  it('is refused for a deleted account, but one from before can be ended', async () => {
    const all = await world();
    await all.block();
    const key = { pk: `USER#${TWO}`, sk: 'PROFILE' };
    all.state.set(key, { ...key, id: TWO, deletedAt: NOON });
    expect(await all.people()).toEqual([{ id: TWO, username: 'Deleted account', deleted: true }]);
    await all.unblock();
    expect(await all.people()).toEqual([]);
    expect(await rejection(all.block())).toEqual({ code: 'user_not_found' });
    await all.unblock();
  });

  it('is refused to an account that was deleted a moment ago', async () => {
    const all = await world();
    const key = { pk: `USER#${ONE}`, sk: 'PRESENCE' };
    all.state.set(key, { ...key, deletedAt: NOON });
    expect(await rejection(all.block())).toEqual({ code: 'token_invalid' });
    expect(all.seals()).toEqual([]);
  });

  it(`is refused beyond ${MAX_BLOCKS} of them, whose item stays below 4 KB, and stores nothing then`, async () => {
    const all = await world();
    const others = Array.from({ length: MAX_BLOCKS }, (_, i) =>
      crypto.randomUUID().replace(/^.{3}/, `f${i % 10}0`),
    );
    for (const other of others) expect(await all.blocks.add(ONE, other, MAX_BLOCKS)).toBe('blocked');
    expect((await all.blocks.of(ONE)).toSorted()).toEqual(others.toSorted());
    expect(await rejection(all.block())).toEqual({ code: 'too_many_blocks' });
    expect(all.seals()).toEqual([]);
    const item = all.state.get({ pk: `USER#${ONE}`, sk: 'PRESENCE' });
    expect(JSON.stringify(item).length).toBeLessThan(4_096);
    await all.unblock(ONE, others[0]).catch(() => undefined);
    await all.block();
    expect(all.seals()).toEqual([0]);
  });
});

describe('while one of two users blocks the other', () => {
  it.each([
    ['the blocker', PAIR, true],
    ['the one who is blocked', BACK, false],
  ])('%s does not see the other online, nor what the other reads', async (_, viewer, isBlocked) => {
    const all = await world();
    const other = viewer === PAIR ? BACK : PAIR;
    await all.read(other, 3);
    await all.block();
    await all.read(other, 6);
    expect(await all.shown(viewer)).toEqual({ read: 3, received: 3, online: false, isBlocked });
    await all.unblock();
    expect(await all.shown(viewer)).toEqual({ read: 6, received: 6, online: true, isBlocked: false });
  });

  it('a second block, by the other one, does not show what was read since the first', async () => {
    const all = await world();
    await all.read(PAIR, 2);
    await all.block();
    await all.read(PAIR, 6);
    await all.block(TWO, ONE);
    expect(await all.shown(BACK)).toMatchObject({ read: 2 });
  });

  it('only their own devices are told of receipts, and nobody that somebody types', async () => {
    const all = await world();
    await all.block();
    for (const [own, userId] of [
      [PAIR, ONE],
      [BACK, TWO],
    ] as const) {
      expect(await all.read(own, 4)).toEqual({ moved: true, tells: [userId] });
      expect(await all.received(own, 5)).toMatchObject({ moved: true, tells: [userId] });
      expect(await othersWhoMaySee(all.presences, own)).toEqual([]);
    }
    await all.unblock();
    expect(await all.read(PAIR, 5)).toEqual({ moved: true, tells: [ONE, TWO] });
    expect(await othersWhoMaySee(all.presences, BACK)).toEqual([ONE]);
  });

  it('others see both as before', async () => {
    const all = await world();
    await all.block();
    const seen = await presencesFor(all.presences, THREE, [ONE, TWO]);
    expect(seen.map(({ online, hidden, isBlocked }) => ({ online, hidden, isBlocked }))).toEqual([
      { online: true, hidden: false, isBlocked: false },
      { online: true, hidden: false, isBlocked: false },
    ]);
    const one = { userId: ONE, online: true, hidden: false, blocks: [TWO] };
    expect(await whoMaySee(all.presences, one, [TWO, THREE])).toEqual(new Set([THREE]));
    const two = { userId: TWO, online: true, hidden: false };
    expect(await whoMaySee(all.presences, two, [ONE, THREE])).toEqual(new Set([THREE]));
  });
});

describe('the devices of both', () => {
  async function watched() {
    const all = await world();
    const watches = watchStore(all.table);
    const [desk, phone, other] = [
      { userId: ONE, connectionId: 'desk' },
      { userId: TWO, connectionId: 'phone' },
      { userId: TWO, connectionId: 'other' },
    ] as const;
    await watches.watch(desk, [TWO, THREE], all.clock.now());
    await watches.watch(phone, [ONE], all.clock.now());
    await watches.watch(other, [THREE], all.clock.now());
    const told: [string, readonly Presence[]][] = [];
    const tell = async (watchers: readonly Watcher[], presences: readonly Presence[]) => {
      for (const { connectionId } of watchers) told.push([connectionId, presences]);
    };
    const stored = (blocks?: string[]) => ({
      userId: ONE,
      online: true,
      hidden: false,
      ...(blocks && { blocks }),
    });
    const dependencies = {
      watches,
      presences: all.presences,
      seals: sealRemover(all.table),
      tell,
      now: all.clock.now,
    };
    return {
      ...all,
      told,
      change: (before?: string[], after?: string[], more = {}) =>
        followBlocks(dependencies, { before: stored(before), after: { ...stored(after), ...more } }),
    };
  }

  it('that watch the other are told what they may see, when a block comes and when it goes', async () => {
    const all = await watched();
    // The stored items may still be those before the change.
    await all.change(undefined, [TWO]);
    expect(all.told).toEqual([
      ['desk', [{ userId: TWO, online: false }]],
      ['phone', [{ userId: ONE, online: false }]],
    ]);
    all.told.length = 0;
    await all.block();
    await all.change([TWO], undefined);
    expect(all.told).toEqual([
      ['desk', [{ userId: TWO, online: true }]],
      ['phone', [{ userId: ONE, online: true }]],
    ]);
  });

  it('are told nothing of other changes', async () => {
    const all = await watched();
    await all.change([TWO], [TWO]);
    await all.change();
    expect(all.told).toEqual([]);
  });

  it('can write again when the blocker deletes the account', async () => {
    const all = await watched();
    await all.block();
    await all.change([TWO], undefined, { deleted: true });
    expect(all.told).toEqual([]);
    expect(await all.isSealed()).toBe(false);
  });
});
