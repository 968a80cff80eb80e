import { expect, test } from 'vitest';
import type { Plant } from './support/capabilities.ts';
import { isDone, times, violationsOf } from './support/directed.ts';
import { FAULTS, type Fate, GOOD_FATE } from './support/fate.ts';
import type { Action, Schedule } from './support/steps.ts';

/** Ann and Bob. */
const create: Action = {
  ...{ kind: 'create-group', by: 0, others: 2, history: 'since_joining', isNamed: true, again: false },
};
const invite: Action = { kind: 'invite', by: 0, group: 1, maxUses: 1, expiresIn: 60 };
/** With three clients each, 6 is Cat's and 9 is Dan's. */
const CAT = 6;
const DAN = 9;
const join = (by: number): Action => ({ kind: 'join', by, which: 0 });
const remove = (who: number): Action => ({ kind: 'remove-member', by: 0, group: 1, who, isSelf: false });
const dissolve: Action = { kind: 'dissolve-group', by: 0, group: 1 };

/** One of the actions is disturbed: in each schedule by another fault, or at another call. */
const disturbed = (actions: readonly Action[], which: number): readonly Schedule[] =>
  FAULTS.flatMap((kind) =>
    [1, 2, 3, 4, 5].map((at) => {
      const fate: Fate = { ...GOOD_FATE, faults: [{ at, kind }], landing: at % 2 === 0 };
      return {
        people: 4,
        steps: actions.map((action, i) => ({
          action,
          fate: i === which ? fate : GOOD_FATE,
          turns: times(30, 0),
        })),
      };
    }),
  );

const inOrder = (...actions: readonly Action[]): readonly Schedule[] => [
  { people: 4, steps: actions.map((action) => isDone(action)) },
];

const usedUp = disturbed([create, invite, join(CAT), join(CAT), join(DAN)], 2);
/** All calls of both stand between each other. */
const atOnce: readonly Schedule[] = [0, 1].map((choice) => ({
  people: 4,
  steps: [
    ...[create, invite].map((action) => isDone(action)),
    isDone(join(CAT), []),
    isDone(
      join(DAN),
      Array.from({ length: 40 }, (_, i) => (i + choice) % 2),
    ),
  ],
}));
const revoked = inOrder(create, invite, { kind: 'revoke', by: 0, which: 0 }, join(CAT));
const expired = inOrder(create, invite, { kind: 'pass', milliseconds: 62_000 }, join(CAT));
const removed = inOrder(create, { ...invite, maxUses: 5 } as Action, join(CAT), remove(2), join(CAT));
const deletion: readonly Action[] = [
  ...[create, invite, join(CAT), { kind: 'post', by: 0, to: 0, count: 3 } as const, dissolve, join(DAN)],
];

test('a link lets in as many as it is for, whatever happens to whichever call', async () => {
  expect(await violationsOf([...usedUp, ...atOnce])).toEqual([]);
}, 60_000);

test('a link that has ended lets in nobody', async () => {
  expect(await violationsOf([...revoked, ...expired, ...removed])).toEqual([]);
});

test('nothing is left of a group that is deleted, whatever happens to whichever call', async () => {
  expect(await violationsOf(disturbed(deletion, 4))).toEqual([]);
}, 60_000);

/** Each of these tests replaces correct code by one bug. */
test('a joining that does not count as a use is caught', async () => {
  const countsNothing: Plant = ({ rosters, ...others }) => ({
    ...others,
    rosters: { ...rosters, apply: ({ invitations: _, ...change }) => rosters.apply(change) },
  });
  expect((await violationsOf(atOnce, countsNothing)).join()).toMatch(/2 came to .* by links for 1/);
});

test('a revocation that stores nothing is caught', async () => {
  const keepsAll: Plant = ({ invitations, ...others }) => ({
    ...others,
    invitations: {
      ...invitations,
      replace: async (group, change) =>
        change.after.invitations.length < (change.before?.invitations.length ?? 0) ||
        (await invitations.replace(group, change)),
    },
  });
  expect((await violationsOf(revoked, keepsAll)).join()).toMatch(/came to .* by a link that had ended/);
});

test('an invitation that never expires is caught', async () => {
  const goesOn: Plant = ({ invitations, ...others }) => ({
    ...others,
    invitations: {
      ...invitations,
      async list(group) {
        const list = await invitations.list(group);
        const expiresAt = new Date('2100-01-01T00:00:00.000Z');
        return list && { ...list, invitations: list.invitations.map((one) => ({ ...one, expiresAt })) };
      },
    },
  });
  expect((await violationsOf(expired, goesOn)).join()).toMatch(/came to .* by a link that had ended/);
});

test('a removal that is forgotten by the link is caught', async () => {
  const forgets: Plant = ({ rosters, ...others }) => ({
    ...others,
    rosters: {
      ...rosters,
      apply: ({ after, ...change }) =>
        rosters.apply({
          ...change,
          after: { ...after, members: after.members.map(({ removed: _, ...member }) => member) },
        }),
    },
  });
  expect((await violationsOf(removed, forgets)).join()).toMatch(/was removed, and is back by/);
});

test('a membership that outlives its group is caught', async () => {
  const leavesMemberships: Plant = ({ groupRemains, ...others }) => ({
    ...others,
    groupRemains: { ...groupRemains, clearMemberships: async () => {} },
  });
  expect((await violationsOf(inOrder(...deletion), leavesMemberships)).join()).toMatch(
    /is in \[\], and has the memberships/,
  );
});

test('an item that outlives its group is caught', async () => {
  const clearsNothing: Plant = ({ groupRemains, ...others }) => ({
    ...others,
    groupRemains: { ...groupRemains, clear: async () => 'done' },
  });
  expect((await violationsOf(inOrder(...deletion), clearsNothing)).join()).toMatch(/and nobody is in it/);
});
