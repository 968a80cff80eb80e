import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { expect, test } from 'vitest';
import type { OwnConversation } from '../../functions/core/conversations/conversation.ts';
import type { ConversationDetails } from '../../functions/core/inbox/inbox.ts';
import { membershipKey } from '../../functions/storage/keys.ts';
import { SEED } from '../seed.ts';
import type { Plant } from './support/capabilities.ts';
import { isDone, times, violationsOf } from './support/directed.ts';
import { explore } from './support/explore.ts';
import { FAULTS, type Fault, GOOD_FATE } from './support/fate.ts';
import { type Action, type Schedule, schedulesOfGroups } from './support/steps.ts';

const RUNS = 80;

test(`${RUNS} random schedules of groups keep every promise`, { timeout: 120_000 }, async () => {
  expect(await explore({ of: schedulesOfGroups, runs: RUNS, seed: SEED })).toBeUndefined();
});

const create: Action = {
  ...{ kind: 'create-group', by: 0, others: 6, history: 'since_joining', isNamed: true, again: false },
};

/** A receipt of Bob's, while Ann removes him from their group: all her calls stand between two of his. */
const leavings: readonly Schedule[] = [0, 1, 2, 3].map((calls) => ({
  people: 3,
  steps: [
    isDone(create),
    isDone({ kind: 'post', by: 0, to: 0, count: 2 }),
    isDone({ kind: 'sync', by: 3 }, times(60, 0)),
    isDone({ kind: 'read', by: 3, what: 0, back: 0 }, times(calls, 0)),
    isDone({ kind: 'remove-member', by: 0, group: 1, who: 1, isSelf: false }, times(6, 1)),
  ],
}));

test('a receipt that comes late makes no membership of somebody who is gone', async () => {
  expect(await violationsOf(leavings)).toEqual([]);
});

test('a membership that comes back with a late receipt is caught', async () => {
  const comesBack: Plant = (capabilities) => {
    const { receipts, table } = capabilities;
    return {
      ...capabilities,
      receipts: {
        ...receipts,
        async moveRead(userId, conversation, { seq, others }) {
          await table.client.send(
            new UpdateCommand({
              TableName: table.name,
              Key: membershipKey(userId, conversation),
              UpdateExpression: 'SET readSeq = :seq, readOthers = :others',
              ExpressionAttributeValues: { ':seq': seq, ':others': others },
            }),
          );
          return true;
        },
      },
    };
  };
  expect((await violationsOf(leavings, comesBack)).join()).toMatch(/bob is in \[\], and has the memberships/);
});

/** Of everything that is stored by now. */
const followed = [0, 1, 2, 3, 4, 5].map((which) =>
  isDone({ kind: 'stream', which, size: 500, again: 0 }, times(300, 0)),
);

/** Ann adds Bob. While the stream stands still for a minute, his phone catches up. */
const lateInboxes: readonly Schedule[] = (['all', 'since_joining'] as const).map((history) => ({
  people: 3,
  steps: [
    isDone({ ...create, others: 4, history } as Action),
    isDone({ kind: 'post', by: 0, to: 0, count: 1 }),
    ...followed,
    isDone({ kind: 'pass', milliseconds: 60_000 }),
    isDone({ kind: 'sync', by: 3 }, times(60, 0)),
    isDone({ kind: 'disconnect', by: 3, isTold: true }),
    isDone({ kind: 'put-member', by: 0, group: 1, who: 1, role: undefined }),
    isDone({ kind: 'pass', milliseconds: 60_000 }),
    isDone({ kind: 'connect', by: 3 }),
    isDone({ kind: 'sync', by: 3 }, times(60, 0)),
  ],
}));

test('a device learns of a group that the inboxes follow late', async () => {
  expect(await violationsOf(lateInboxes)).toEqual([]);
});

test('a position that goes past a joining is caught', async () => {
  const forgetsTheJoining: Plant = (capabilities) => {
    const { inbox } = capabilities;
    return {
      ...capabilities,
      inbox: {
        ...inbox,
        groups: async (userId) =>
          new Map([...(await inbox.groups(userId))].map(([id, { joined: _, ...one }]) => [id, one])),
      },
    };
  };
  expect((await violationsOf(lateInboxes, forgetsTheJoining)).join()).toMatch(/bob.phone holds \[\] of/);
});

/** Ann creates a group, adds Bob, and leaves it to him, and whatever happens to whichever call of one of these. */
const failures = (kinds: readonly Fault['kind'][]): readonly Schedule[] => {
  const put = { kind: 'put-member', by: 0, group: 1, who: 1 } as const;
  const actions: readonly Action[] = [
    { ...create, others: 4 } as Action,
    { ...put, role: undefined },
    { ...put, role: 'owner' },
    { kind: 'remove-member', by: 0, group: 1, who: 0, isSelf: true },
  ];
  return kinds.flatMap((kind) =>
    [0, 1, 2].flatMap((which) =>
      [1, 2, 3, 4, 5].map((at) => ({
        people: 3,
        steps: [actions[0], actions[1], actions[2], actions[3]].map((action, i) => ({
          action: action as Action,
          fate:
            i === [0, 1, 3][which]
              ? { ...GOOD_FATE, faults: [{ at, kind }], landing: at % 2 === 0 }
              : GOOD_FATE,
          turns: times(30, 0),
        })),
      })),
    ),
  );
};

test('a change of a group is stored once, whatever happens to whichever call', {
  timeout: 120_000,
}, async () => {
  expect(await violationsOf(failures(FAULTS))).toEqual([]);
});

test('a change of a group that does not look for itself after a lost answer is caught', {
  timeout: 120_000,
}, async () => {
  const looksForNothing: Plant = (capabilities) => {
    const { log, rosters } = capabilities;
    let hasTried = false;
    return {
      ...capabilities,
      rosters: {
        ...rosters,
        apply(change) {
          hasTried = true;
          return rosters.apply(change);
        },
      },
      log: { ...log, at: async (...args) => (hasTried ? [] : log.at(...args)) },
    };
  };
  expect(await caught(looksForNothing)).toMatch(
    /is refused with \w+, but stored|is answered as a repetition/,
  );
});

/** Each of these tests replaces correct code by one bug. */
const caught = (plant: Plant, seed = 1) =>
  explore({ of: schedulesOfGroups, runs: 200, seed, plant, patienceMs: 0 });

test('a message that is appended for former members is caught', { timeout: 120_000 }, async () => {
  const comparesNoMembers: Plant = (capabilities) => {
    const { log } = capabilities;
    let roster: number | undefined;
    return {
      ...capabilities,
      log: {
        ...log,
        async end(conversation) {
          const { last, isSealed } = await log.end(conversation);
          roster = last?.roster;
          return { last: last && { ...last, roster: undefined }, isSealed };
        },
        append: (conversation, entry) => log.append(conversation, { ...entry, ...(roster && { roster }) }),
      },
    };
  };
  expect(await caught(comparesNoMembers, 5)).toMatch(/who may not write there|and was not in it then/);
});

test('a joining that shows what was said before is caught', { timeout: 120_000 }, async () => {
  const forgetsTheBeginning: Plant = (capabilities) => {
    const { rosters } = capabilities;
    return {
      ...capabilities,
      rosters: {
        ...rosters,
        apply: ({ after, ...change }) =>
          rosters.apply({
            ...change,
            after: { ...after, members: after.members.map((member) => ({ ...member, from: 1 })) },
          }),
      },
    };
  };
  expect(await caught(forgetsTheBeginning)).toMatch(/and was not in it then|and the roster is/);
});

test('a sync that begins with the first message for all is caught', { timeout: 120_000 }, async () => {
  const beginsWithTheFirst: Plant = (capabilities) => {
    const { log } = capabilities;
    return {
      ...capabilities,
      log: {
        ...log,
        since: (conversation, from, limit) =>
          log.since(conversation, from === (conversation as OwnConversation).from ? 1 : from, limit),
      },
    };
  };
  expect(await caught(beginsWithTheFirst)).toMatch(/and was not in it then/);
});

test('an unread count with events of the group is caught', { timeout: 120_000 }, async () => {
  const countsEvents: Plant = (capabilities) => {
    const { rosters } = capabilities;
    return {
      ...capabilities,
      rosters: {
        ...rosters,
        apply: ({ entry: { events: _, ...entry }, ...change }) => rosters.apply({ ...change, entry }),
      },
    };
  };
  expect(await caught(countsEvents)).toMatch(/has \d+ unread in/);
});

test('a change of a group that was read before another one is caught', { timeout: 120_000 }, async () => {
  const comparesNoVersion: Plant = (capabilities) => {
    const { rosters } = capabilities;
    return {
      ...capabilities,
      rosters: {
        ...rosters,
        async apply({ before, after, entry, ...more }) {
          const present = before && (await rosters.roster(after.id));
          if (!present) return rosters.apply({ before, after, entry, ...more });
          const version = present.version + 1;
          return rosters.apply({
            before: { ...before, version: present.version },
            after: { ...after, version },
            entry: { ...entry, roster: version },
            ...more,
          });
        },
      },
    };
  };
  expect(await caught(comparesNoVersion)).toMatch(
    /and the roster is|has members and no owner|may not write there|was not in it then/,
  );
});

test('a group that is created once more for its key is caught', { timeout: 120_000 }, async () => {
  const isAlwaysNew: Plant = (capabilities) => {
    const { system } = capabilities;
    return { ...capabilities, system: { ...system, idOf: system.newId } };
  };
  expect(await caught(isAlwaysNew, 3)).toMatch(/is created \d+ times|is acknowledged as .* and as/);
});

test('a device that does not learn that its user is in a group no more is caught', {
  timeout: 120_000,
}, async () => {
  type Groups = Map<string, ConversationDetails>;
  /** The groups that each user has ever been in, by the world that they live in. */
  const worlds = new WeakMap<object, Map<string, Groups>>();
  const keepsAll: Plant = (capabilities) => {
    const { inbox, system } = capabilities;
    const users = worlds.get(system.idOf) ?? new Map<string, Groups>();
    worlds.set(system.idOf, users);
    return {
      ...capabilities,
      inbox: {
        ...inbox,
        async groups(userId) {
          const found = await inbox.groups(userId);
          const ever = users.get(userId) ?? new Map();
          users.set(userId, ever);
          for (const [id, details] of found) ever.set(id, { ...details, topAt: undefined, last: undefined });
          return new Map([...ever, ...found]);
        },
      },
    };
  };
  expect(await caught(keepsAll)).toMatch(/holds \[.*\] of .*, whose log is \[\]/);
});
