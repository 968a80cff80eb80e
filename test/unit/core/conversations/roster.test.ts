import { describe, expect, it } from 'vitest';
import {
  conversationById,
  groupOf,
  MAX_MEMBERS,
  MAX_NUMBERS,
  ownGroup,
  resolve,
} from '../../../../functions/core/conversations/roster.ts';
import { ALICES, alice, bob, CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { GROUP, ROSTER } from '../../support/roster.ts';

/** A store with this group, and what was read of it. */
function store() {
  const reads: string[] = [];
  const rosters = {
    async roster(group: string) {
      reads.push(group);
      return group === GROUP ? ROSTER : undefined;
    },
  };
  return { reads, rosters };
}

describe('a group', () => {
  it('has its present members, and the numbers of all who ever were in it', () => {
    expect(groupOf(ROSTER)).toEqual({
      ...{ id: GROUP, kind: 'group', roster: ROSTER },
      members: [alice.id, id(3)],
      numbered: [alice.id, bob.id, id(3)],
    });
  });

  it('is seen by each member with their number, their role, and the first entry that they may see', () => {
    expect(ownGroup(ROSTER, alice.id)).toEqual({ ...groupOf(ROSTER), self: 0, role: 'owner', from: 1 });
    expect(ownGroup(ROSTER, id(3))).toEqual({ ...groupOf(ROSTER), self: 2, role: 'reader', from: 5 });
  });

  it.each([
    ['a former member', bob.id],
    ['a stranger', id(4)],
  ])('is not seen by %s', (_, userId) => {
    expect(ownGroup(ROSTER, userId)).toBeUndefined();
  });

  it('has at most as many members as numbers', () => {
    expect(MAX_MEMBERS).toBeLessThanOrEqual(MAX_NUMBERS);
  });
});

describe('a conversation', () => {
  it('that is a pair is resolved without a read', async () => {
    const { rosters, reads } = store();
    expect(await resolve({ rosters }, CONVERSATION, alice.id)).toEqual(ALICES);
    expect(reads).toEqual([]);
  });

  it('that is a group is resolved by one read of its roster', async () => {
    const { rosters, reads } = store();
    expect(await resolve({ rosters }, GROUP, id(3))).toEqual(ownGroup(ROSTER, id(3)));
    expect(reads).toEqual([GROUP]);
  });

  it.each([
    ['a group of others', GROUP, id(4)],
    ['a group that one has left', GROUP, bob.id],
    ['a group that does not exist', id(701), alice.id],
    ['a pair of others', `${id(8)}.${id(9)}`, alice.id],
    ['no id', 'x', alice.id],
    ['a group in capitals', 'ABCDEF00-0000-4000-8000-000000000001', alice.id],
  ])('that is %s is not found', async (_, conversation, userId) => {
    const missing = rejection(resolve(store(), conversation, userId));
    expect(await missing).toEqual({ code: 'conversation_not_found' });
  });

  it('has members for whoever serves all of them', async () => {
    const { rosters } = store();
    expect(await conversationById(rosters, GROUP)).toEqual(groupOf(ROSTER));
    expect(await conversationById(rosters, CONVERSATION)).toMatchObject({ members: [alice.id, bob.id] });
    for (const none of [id(701), 'x']) expect(await conversationById(rosters, none)).toBeUndefined();
  });
});
