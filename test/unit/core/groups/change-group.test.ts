import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_MEMBERS, type RosterStore } from '../../../../functions/core/conversations/roster.ts';
import { ParleyError, Unavailable } from '../../../../functions/core/errors.ts';
import { changeGroup } from '../../../../functions/core/groups/change-group.ts';
import { putMember, removeMember } from '../../../../functions/core/groups/members.ts';
import { changeSettings } from '../../../../functions/core/groups/settings.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** A group of the users 1 to 4. User 1 owns it. */
async function group() {
  const all = groups();
  const made = await all.create(1, [2, 3, 4]);
  all.told();
  return { ...all, group: made };
}

describe('two changes at once', () => {
  it('are made one after the other', async () => {
    const { rename, say, meanwhile, group: one, said, stored, told } = await group();
    meanwhile.push(
      () => say(2, one, 'Hi'),
      () => rename(1, one, 'Second'),
    );
    await rename(1, one, 'First');
    expect(await said(one)).toEqual([
      '1 user1 created 1 2 3 4 Trip',
      '2 user2 Hi',
      '3 user1 renamed Second',
      '4 user1 renamed First',
    ]);
    expect(await stored.roster(one)).toMatchObject({ title: 'First', version: 3 });
    expect(
      told()
        .filter(({ to }) => to === 4)
        .map(({ seq }) => seq),
    ).toEqual([2, 3, 4]);
  });

  it('that are the same one are one', async () => {
    const { put, remove, meanwhile, group: one, said, told } = await group();
    meanwhile.push(() => put(1, one, 5));
    await put(1, one, 5);
    meanwhile.push(() => remove(1, one, 5));
    await remove(1, one, 5);
    expect((await said(one)).slice(1)).toEqual(['2 user1 joined 5', '3 user1 removed 5']);
    expect(told().filter(({ to }) => to === 2)).toHaveLength(2);
  });

  it('leave an owner when two owners leave', async () => {
    const { put, remove, meanwhile, group: one, members } = await group();
    await put(1, one, 2, 'owner');
    meanwhile.push(() => remove(2, one, 2));
    expect(await rejection(remove(1, one, 1))).toEqual({ code: 'last_owner' });
    expect(await members(one)).toEqual(['1 owner', '2', '3 member', '4 member']);
  });

  it('leave an owner when two owners remove each other', async () => {
    const { put, remove, meanwhile, group: one, members } = await group();
    await put(1, one, 2, 'owner');
    meanwhile.push(() => remove(2, one, 1));
    expect(await rejection(remove(1, one, 2))).toEqual({ code: 'conversation_not_found' });
    expect(await members(one)).toEqual(['1', '2 owner', '3 member', '4 member']);
  });

  it('leave no more members than there may be', async () => {
    const { put, meanwhile, fill, group: one, members } = await group();
    await fill(one, MAX_MEMBERS - 1, 'member');
    meanwhile.push(() => put(1, one, 8));
    expect(await rejection(put(1, one, 9))).toEqual({ code: 'group_full' });
    expect(await members(one)).toHaveLength(MAX_MEMBERS);
  });

  it('are refused to who has lost the right by the other', async () => {
    const { put, rename, meanwhile, group: one, said } = await group();
    await put(1, one, 2, 'moderator');
    meanwhile.push(() => put(1, one, 2, 'member'));
    expect(await rejection(rename(2, one, 'Journey'))).toEqual({ code: 'not_allowed' });
    expect((await said(one)).at(-1)).toBe('3 user1 role 2 member');
  });

  it('that never end leave the later one without effect', async () => {
    const { rename, say, meanwhile, group: one, stored } = await group();
    for (let i = 0; i < 20; i += 1) meanwhile.push(() => say(2, one));
    expect(await rejection(rename(1, one, 'Journey'))).toMatchObject({ code: 'busy' });
    expect(await stored.roster(one)).toMatchObject({ title: 'Trip', version: 1 });
  });

  it('are tried again if the log has somebody who has joined since the roster was read', async () => {
    const { put, say, rename, stored, dependencies, actor, group: one, said } = await group();
    const former = await stored.roster(one);
    await put(1, one, 5);
    await say(5, one, 'Hi');
    let reads = 0;
    const late = {
      ...dependencies,
      rosters: { ...stored, roster: async () => (reads++ === 0 ? former : stored.roster(one)) },
    };
    await changeSettings(late, one, actor(1), { title: 'Journey' });
    expect((await said(one)).slice(2)).toEqual(['3 user5 Hi', '4 user1 renamed Journey']);
    expect(await rename(1, one, 'Journey')).toMatchObject({ version: 3 });
  });
});

describe('a change whose answer is lost', () => {
  it.each<[string, (all: Awaited<ReturnType<typeof group>>) => Promise<unknown>, string]>([
    ['a new title', ({ rename, group: one }) => rename(1, one, 'Journey'), '2 user1 renamed Journey'],
    ['a new member', ({ put, group: one }) => put(1, one, 5), '2 user1 joined 5'],
    ['a role', ({ put, group: one }) => put(1, one, 2, 'reader'), '2 user1 role 2 reader'],
    ['a removal', ({ remove, group: one }) => remove(1, one, 2), '2 user1 removed 2'],
    ['a leave', ({ remove, group: one }) => remove(3, one, 3), '2 user3 left 3'],
  ])('is made once, and is told: %s', async (_, change, entry) => {
    for (const outcome of ['answer lost', 'unavailable'] as const) {
      const all = await group();
      all.outcomes.push(outcome);
      await change(all);
      expect((await all.said(all.group)).slice(1)).toEqual([entry]);
      const told = all.told();
      expect(told.filter(({ to }) => to === 4).map(({ seq }) => seq)).toEqual([2]);
      const [stored] = await all.log.at(await all.own(4, all.group), [2]);
      expect(told.every(({ id }) => id === stored?.id)).toBe(true);
    }
  });

  it('is told as it is stored, although others went on in between', async () => {
    const { remove, rename, dependencies, rosters, actor, group: one, said, told } = await group();
    let tries = 0;
    const lossy: RosterStore = {
      ...rosters,
      async apply(change) {
        tries += 1;
        const isStored = await rosters.apply(change);
        if (tries > 1) return isStored;
        await rename(1, one, 'Journey');
        throw new Unavailable();
      },
    };
    await removeMember({ ...dependencies, rosters: lossy }, one, actor(3), id(3));
    expect((await said(one)).slice(1)).toEqual(['2 user3 left 3', '3 user1 renamed Journey']);
    expect(
      told()
        .filter(({ to }) => to === 3)
        .map(({ seq }) => seq),
    ).toEqual([2]);
    expect(tries).toBe(1);
    await remove(1, one, 3);
  });

  it('and that another member has made is not told as one’s own', async () => {
    const { put, dependencies, rosters, actor, group: one, said, told } = await group();
    await put(1, one, 2, 'moderator');
    told();
    let tries = 0;
    const lossy: RosterStore = {
      ...rosters,
      async apply(change) {
        tries += 1;
        if (tries > 1) return rosters.apply(change);
        await put(2, one, 5);
        throw new Unavailable();
      },
    };
    await putMember({ ...dependencies, rosters: lossy }, one, actor(1), { userId: id(5) });
    expect((await said(one)).slice(2)).toEqual(['3 user2 joined 5']);
    expect(
      told()
        .filter(({ to }) => to === 4)
        .map(({ sender_id }) => sender_id),
    ).toEqual([id(2)]);
  });

  it('twice is an outage', async () => {
    const { rename, outcomes, group: one, said } = await group();
    outcomes.push('unavailable', 'unavailable');
    expect(await rejection(rename(1, one, 'Journey'))).toMatchObject({ code: 'unavailable' });
    expect(await said(one)).toHaveLength(1);
  });

  it('and every fault of the code is passed on', async () => {
    const { dependencies, actor, group: one } = await group();
    const fault = new TypeError('a bug');
    const broken = changeGroup(dependencies, one, actor(1), () => {
      throw fault;
    });
    await expect(broken).rejects.toBe(fault);
  });
});

type Act =
  | { readonly kind: 'rename'; readonly by: number }
  | { readonly kind: 'put'; readonly by: number; readonly n: number; readonly role: 'owner' | 'member' }
  | { readonly kind: 'remove'; readonly by: number; readonly n: number }
  | { readonly kind: 'say'; readonly by: number };

const n = fc.integer({ min: 1, max: 10 });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('rename' as const), by: n }),
  fc.record({ kind: fc.constant('put' as const), by: n, n, role: fc.constantFrom('owner', 'member') }),
  fc.record({ kind: fc.constant('remove' as const), by: n, n }),
  fc.record({ kind: fc.constant('say' as const), by: n }),
);

it('a group is whole, whatever its members do at once, and whatever answers are lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.array(act, { maxLength: 4 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.constantFrom('stored', 'answer lost', 'unavailable'), { maxLength: 12 }),
      async (scheduler, lines, fates) => {
        const all = groups();
        const one = await all.create(1, [2, 3]);
        const turn = () => scheduler.schedule(Promise.resolve());
        all.outcomes.push(...fates);
        // The appends and the changes of several members meet at the store.
        const rosters: RosterStore = {
          ...all.rosters,
          async roster(group) {
            await turn();
            return all.rosters.roster(group);
          },
          async apply(change) {
            await turn();
            return all.rosters.apply(change);
          },
        };
        const dependencies = { ...all.dependencies, rosters };
        const run = async (line: readonly Act[]) => {
          for (const [i, each] of line.entries()) {
            try {
              if (each.kind === 'say') await all.say(each.by, one, `by ${each.by}`);
              if (each.kind === 'rename') {
                await changeSettings(dependencies, one, all.actor(each.by), { title: `${each.by} ${i}` });
              }
              if (each.kind === 'put') {
                const member = { userId: id(each.n), role: each.role };
                await putMember(dependencies, one, all.actor(each.by), member);
              }
              if (each.kind === 'remove') {
                await removeMember(dependencies, one, all.actor(each.by), id(each.n));
              }
            } catch (error) {
              // A refusal stores nothing. Any other error is a fault.
              if (!(error instanceof ParleyError)) throw error;
            }
          }
        };
        await scheduler.waitFor(Promise.all(lines.map(run)));
        const roster = await all.stored.roster(one);
        const members = roster?.members ?? [];
        const present = members.filter(({ role }) => role !== undefined);
        // Somebody owns it as long as anybody is in it, and nobody has two numbers.
        expect(present.length === 0 || present.some(({ role }) => role === 'owner')).toBe(true);
        expect(present.length).toBeLessThanOrEqual(MAX_MEMBERS);
        expect(new Set(members.map(({ userId }) => userId)).size).toBe(members.length);
        // The memberships are those of the roster.
        for (let user = 1; user <= 10; user += 1) {
          const number = members.findIndex(({ userId, role }) => userId === id(user) && role);
          const { number: stored, role } = all.membership(user, one) ?? {};
          expect([user, stored, role]).toEqual([
            user,
            ...(number < 0 ? [undefined, undefined] : [number, members[number]?.role]),
          ]);
        }
        // Each version has one entry, and the log no gap. Nobody has written before they came, or behind their end.
        const said = await all.log.since(
          { id: one, kind: 'group', members: [], numbered: members.map(({ userId }) => userId) },
          1,
          1_000,
        );
        expect(said.map(({ seq }) => seq)).toEqual(said.map((_, i) => i + 1));
        expect(said.filter(({ event }) => event)).toHaveLength(roster?.version ?? 0);
        const here = new Set<string>();
        said.forEach(({ senderId, event, roster: version, events, counts }, i) => {
          if (event?.type === 'created') for (const userId of event.users) here.add(userId);
          expect([i, here.has(senderId)]).toEqual([i, true]);
          if (event?.type === 'joined') for (const userId of event.users) here.add(userId);
          if (event?.type === 'left' || event?.type === 'removed') {
            for (const userId of event.users) here.delete(userId);
          }
          const sofar = said.slice(0, i + 1).filter((entry) => entry.event).length;
          expect([events, version]).toEqual([sofar, sofar]);
          expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(i + 1 - sofar);
        });
        // Nobody was told what is not stored.
        const ids = new Set(said.map((entry) => entry.id));
        expect(all.told().filter(({ id: told }) => !ids.has(told as string))).toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
}, 60_000);
