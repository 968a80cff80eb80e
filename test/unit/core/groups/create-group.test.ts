import { describe, expect, it } from 'vitest';
import { resolve } from '../../../../functions/core/conversations/roster.ts';
import { createGroup as createWith, requireAddable } from '../../../../functions/core/groups/create-group.ts';
import { blockStore } from '../../../../functions/storage/blocks.ts';
import { profileKey } from '../../../../functions/storage/keys.ts';
import { NOON } from '../../support/clock.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

const TRIP = { title: 'Trip', members: [id(2), id(3)], history: 'all' } as const;

describe('where only staff create groups', () => {
  async function limited() {
    const all = groups();
    const only = { ...all.dependencies, groupCreation: 'staff' } as const;
    const mark = (n: number, staff: boolean) =>
      all.state.set(profileKey(id(n)), { ...all.state.get(profileKey(id(n))), staff } as never);
    const create = (n: number, more: object = {}) => createWith(only, all.actor(n), { ...TRIP, ...more });
    return { ...all, mark, create };
  }

  it('nobody else does, whoever the members are', async () => {
    const { create, state } = await limited();
    const before = state.partitionKeys();
    for (const members of [[], [id(2)], [id(404)], ['x']]) {
      expect(await rejection(create(1, { members }))).toEqual({ code: 'not_allowed' });
    }
    expect(state.partitionKeys()).toEqual(before);
  });

  it('they do, until they are no longer staff, who do not get an earlier group again either', async () => {
    const { create, mark, members } = await limited();
    mark(1, true);
    const { roster } = await create(1, { key: 'x' });
    expect(await members(roster.id)).toEqual(['1 owner', '2 member', '3 member']);
    mark(1, false);
    expect(await rejection(create(1, { key: 'x' }))).toEqual({ code: 'not_allowed' });
  });
});

describe('a new group', () => {
  it('has its creator as owner, the others as members, and an entry that says so', async () => {
    const { createGroup, stored, log, own } = groups();
    const { roster, repeated } = await createGroup(1, TRIP);
    expect(repeated).toBe(false);
    expect(roster).toEqual({
      ...{ id: id(5_000), version: 1, title: 'Trip', history: 'all' },
      members: [
        { userId: id(1), role: 'owner', from: 1 },
        { userId: id(2), role: 'member', from: 1 },
        { userId: id(3), role: 'member', from: 1 },
      ],
    });
    expect(await stored.roster(roster.id)).toEqual(roster);
    expect(await log.since(await own(2, roster.id), 1, 10)).toMatchObject([
      {
        ...{ id: id(5_001), conversation: roster.id, seq: 1, senderId: id(1), text: '', createdAt: NOON },
        event: { type: 'created', title: 'Trip', users: [id(1), id(2), id(3)] },
        ...{ counts: {}, events: 1, roster: 1 },
      },
    ]);
  });

  it('is told to the devices of all its members', async () => {
    const { create, told } = groups();
    const group = await create(1, [2, 3]);
    const frames = told();
    expect(frames.map(({ to }) => to)).toEqual([1, 2, 3]);
    for (const frame of frames) {
      expect(frame).toMatchObject({
        ...{ type: 'chat.message', conversation: group, seq: 1, message: '', sender_id: id(1) },
        event: { type: 'created', title: 'Trip', users: [id(1), id(2), id(3)] },
      });
    }
  });

  it('may be of the creator alone, who is not counted twice', async () => {
    const { create, members, said } = groups();
    expect(await members(await create(1))).toEqual(['1 owner']);
    const group = await create(1, [1, 2, 2]);
    expect(await members(group)).toEqual(['1 owner', '2 member']);
    expect(await said(group)).toEqual(['1 user1 created 1 2 Trip']);
  });

  it('of the same people is another one', async () => {
    const { create } = groups();
    expect(await create(1, [2])).not.toBe(await create(1, [2]));
  });

  it.each([
    ['never was', id(404), 'user_not_found'],
    ['cannot be', 'x', 'user_not_found'],
    ['has deleted their account', id(4), 'user_not_found'],
    ['blocks the creator', id(5), 'cannot_write_to_user'],
    ['is blocked by the creator', id(6), 'cannot_write_to_user'],
  ])('is not created with somebody who %s, and nothing is stored or told', async (_, userId, code) => {
    const { createGroup, table, state, told } = groups();
    state.set(profileKey(id(4)), { ...profileKey(id(4)), id: id(4), deletedAt: NOON });
    await blockStore(table).add(id(5), id(1), 10);
    await blockStore(table).add(id(1), id(6), 10);
    const before = state.partitionKeys();
    const refused = createGroup(1, { ...TRIP, members: [id(2), userId] });
    expect(await rejection(refused)).toMatchObject({ code });
    expect(state.partitionKeys()).toEqual(before);
    expect(told()).toEqual([]);
  });

  it('may have two members who block each other: only the creator adds them', async () => {
    const { create, table, members } = groups();
    await blockStore(table).add(id(2), id(3), 10);
    expect(await members(await create(1, [2, 3]))).toHaveLength(3);
  });

  it('needs no read of people without others', async () => {
    const { dependencies, commands } = groups();
    commands.length = 0;
    await requireAddable(dependencies, id(1), []);
    expect(commands).toEqual(['BatchGet']);
  });
});

describe('a group with a key', () => {
  const KEYED = { ...TRIP, key: 'trip-1' };

  it('is created once by one user', async () => {
    const { createGroup, said, told } = groups();
    const { roster } = await createGroup(1, KEYED);
    told();
    const again = await createGroup(1, { ...KEYED, title: 'Another', members: [id(404)] });
    expect(again).toEqual({ roster, repeated: true });
    expect(await said(roster.id)).toHaveLength(1);
    expect(told()).toEqual([]);
    const { roster: other } = await createGroup(2, KEYED);
    expect(other.id).not.toBe(roster.id);
  });

  it('is found as it is by now', async () => {
    const { createGroup, rename } = groups();
    const { roster } = await createGroup(1, KEYED);
    await rename(1, roster.id, 'Journey');
    expect(await createGroup(1, KEYED)).toMatchObject({
      ...{ repeated: true, roster: { id: roster.id, title: 'Journey', version: 2 } },
    });
  });

  it('that its creator has left is not found', async () => {
    const { createGroup, put, remove } = groups();
    const { roster } = await createGroup(1, KEYED);
    await put(1, roster.id, 2, 'owner');
    await remove(1, roster.id, 1);
    expect(await rejection(createGroup(1, KEYED))).toEqual({ code: 'conversation_not_found' });
  });

  it('that two requests create at once is one', async () => {
    const { createGroup, meanwhile, said, members, told } = groups();
    let faster: unknown;
    meanwhile.push(async () => {
      faster = await createGroup(1, { ...KEYED, members: [id(2), id(3), id(4)] });
      told();
    });
    const slower = await createGroup(1, KEYED);
    expect(faster).toEqual({ roster: slower.roster, repeated: false });
    expect(slower.repeated).toBe(true);
    expect(await said(slower.roster.id)).toEqual(['1 user1 created 1 2 3 4 Trip']);
    expect(await members(slower.roster.id)).toHaveLength(4);
    expect(told()).toEqual([]);
  });

  it('that another request is creating at this very moment is tried again', async () => {
    const { createGroup, dependencies, rosters } = groups();
    let refused = 0;
    const conflicting = {
      ...dependencies,
      rosters: {
        ...rosters,
        apply: async (...change: Parameters<typeof rosters.apply>) => {
          refused += 1;
          return refused > 2 && rosters.apply(...change);
        },
      },
    };
    const actor = { userId: id(1), frameFor: () => '' };
    expect(await createWith(conflicting, actor, KEYED)).toMatchObject({ repeated: false });
    expect((await createGroup(1, KEYED)).repeated).toBe(true);
    const never = { ...dependencies, rosters: { ...rosters, apply: async () => false } };
    expect(await rejection(createWith(never, actor, { ...KEYED, key: 'trip-2' }))).toMatchObject({
      code: 'busy',
    });
  });
});

describe.each([undefined, 'trip-1'])('the answer to a creation with the key %s', (key) => {
  it('that was lost after all was stored is found, and all are told', async () => {
    const { createGroup, outcomes, said, told } = groups();
    outcomes.push('answer lost');
    const { roster, repeated } = await createGroup(1, { ...TRIP, key });
    expect(repeated).toBe(false);
    expect(await said(roster.id)).toEqual(['1 user1 created 1 2 3 Trip']);
    expect(told().map(({ to }) => to)).toEqual([1, 2, 3]);
  });

  it('that was lost with the write is an outage, and nothing is stored', async () => {
    const { createGroup, outcomes, told, stored } = groups();
    outcomes.push('unavailable');
    expect(await rejection(createGroup(1, { ...TRIP, key }))).toMatchObject({ code: 'unavailable' });
    expect(await stored.roster(id(5_000))).toBeUndefined();
    expect(told()).toEqual([]);
  });
});

it('everybody in a new group finds it, and nobody else', async () => {
  const { create, stored } = groups();
  const group = await create(1, [2, 3]);
  for (const n of [1, 2, 3])
    expect(await resolve({ rosters: stored }, group, id(n))).toMatchObject({ id: group });
  const missing = await rejection(resolve({ rosters: stored }, group, id(4)));
  expect(missing).toEqual({ code: 'conversation_not_found' });
});
