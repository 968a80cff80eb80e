import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asConversationNotFound,
  canBeOf,
  isConversationId,
  maySee,
  missedIn,
  numberOf,
  othersIn,
  pairById,
  pairFor,
  pairId,
  pairWith,
  peerIn,
  selfOf,
} from '../../../../functions/core/conversations/conversation.ts';
import { ownGroup, type Roster } from '../../../../functions/core/conversations/roster.ts';
import { Busy, ConversationNotFound, UserNotFound } from '../../../../functions/core/errors.ts';
import { isId } from '../../../../functions/core/ids.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';

const userId = fc.uuid();

it('a conversation id joins both user ids in ascending order', () => {
  expect(pairId(bob.id, alice.id)).toBe(`${alice.id}.${bob.id}`);
});

it('a conversation id is the same from both sides and differs for every other pair', () => {
  fc.assert(
    fc.property(userId, userId, userId, (a, b, c) => {
      expect(pairId(a, b)).toBe(pairId(b, a));
      expect(pairId(a, b) === pairId(a, c)).toBe(b === c);
    }),
  );
});

it('accepts only UUIDs in lower case as user ids', () => {
  fc.assert(fc.property(userId, (uuid) => isId(uuid)));
  const others = [
    '',
    'x',
    alice.id.slice(1),
    `${alice.id}\n`,
    `{${alice.id}}`,
    'ABCDEF00-0000-4000-8000-000000000001',
  ];
  expect(others.filter(isId)).toEqual([]);
});

const FOREIGN = [
  ['of others', `${id(8)}.${id(9)}`],
  ['with oneself', `${alice.id}.${alice.id}`],
  ['the wrong way round', `${bob.id}.${alice.id}`],
  ['of one', alice.id],
  ['of three', `${CONVERSATION}.${id(3)}`],
  ['of somebody and nobody', `${alice.id}.`],
  ['in capitals', `${alice.id}.ABCDEF00-0000-4000-8000-00000000000F`],
  ['of nobody', ''],
  ['with a key in it', `${CONVERSATION}#`],
] as const;

describe('the members of a conversation', () => {
  it('come from its id, and their member numbers are their positions in it', () => {
    const members = [alice.id, bob.id];
    const pair = { id: CONVERSATION, kind: 'pair', members, numbered: members };
    expect(pairById(CONVERSATION)).toEqual(pair);
    const own = { ...pair, role: 'member', from: 1 };
    expect(pairFor(CONVERSATION, alice.id)).toEqual({ ...own, self: 0 });
    expect(pairFor(CONVERSATION, bob.id)).toEqual({ ...own, self: 1 });
  });

  it('consist of the asking user and all others', () => {
    for (const [own, peer] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const conversation = pairFor(CONVERSATION, own.id);
      expect(pairWith(own.id, peer.id)).toEqual(conversation);
      expect(selfOf(conversation)).toBe(own.id);
      expect(othersIn(conversation)).toEqual([peer.id]);
      expect(peerIn(conversation)).toBe(peer.id);
    }
  });

  it.each(FOREIGN)('are not those of a conversation %s', (_, conversation) => {
    expect(() => pairFor(conversation, alice.id)).toThrow(new ConversationNotFound(conversation));
  });

  it.each(FOREIGN.slice(1))('are none in a conversation %s', (_, conversation) => {
    expect(pairById(conversation)).toBeUndefined();
  });
});

describe('the id of a conversation', () => {
  it('is that of a pair, or that of a group, which is opaque', () => {
    expect([CONVERSATION, id(700)].filter(isConversationId)).toHaveLength(2);
    expect(['', 'x', `${bob.id}.${alice.id}`, `${id(7)}.`, `${id(7)}#`].filter(isConversationId)).toEqual([]);
  });

  it('can be one of a user, unless it is that of a pair of others', () => {
    expect([CONVERSATION, id(700)].filter((one) => canBeOf(one, alice.id))).toHaveLength(2);
    expect([`${id(8)}.${id(9)}`, 'x', ''].filter((one) => canBeOf(one, alice.id))).toEqual([]);
  });
});

describe('a group', () => {
  /** Bob has left. User 3 sees what came from the fifth entry on. */
  const roster: Roster = {
    ...{ id: id(700), version: 4, title: 'Trip', history: 'since_joining' },
    members: [
      { userId: alice.id, role: 'owner', from: 1 },
      { userId: bob.id, role: undefined, from: 1 },
      { userId: id(3), role: 'reader', from: 5 },
    ],
  };
  const own = ownGroup(roster, id(3));
  if (!own) throw new Error('User 3 is in it.');

  it('keeps the numbers of those who have left', () => {
    expect([alice.id, bob.id, id(3), id(4)].map((userId) => numberOf(own, userId))).toEqual([0, 1, 2, -1]);
    expect(selfOf(own)).toBe(id(3));
    expect(othersIn(own)).toEqual([alice.id]);
  });

  it('goes on without a member who is gone; a pair does not', () => {
    expect(missedIn(own, () => true)).toBeUndefined();
    const pair = pairWith(alice.id, bob.id);
    expect(missedIn(pair, (member) => member === 1)).toBe(bob.id);
    expect(missedIn(pair, () => false)).toBeUndefined();
  });

  it('may keep to itself what was said before somebody joined', () => {
    expect([4, 5, 6].map((seq) => maySee(own, id(3), seq))).toEqual([false, true, true]);
    expect(maySee(own, alice.id, 1)).toBe(true);
    expect(maySee(pairWith(alice.id, bob.id), bob.id, 1)).toBe(true);
  });
});

it('a missing peer is a missing conversation to a caller who named a conversation; other errors stay as they are', () => {
  const say = asConversationNotFound(CONVERSATION);
  expect(() => say(new UserNotFound(bob.id))).toThrow(new ConversationNotFound(CONVERSATION));
  expect(() => say(new Busy())).toThrow(new Busy());
});
