import { describe, expect, it } from 'vitest';
import { inTermsOf, membersOf, peerIn } from '../../../../functions/core/conversations/conversation.ts';
import { Busy, ConversationNotFound, UserNotFound } from '../../../../functions/core/errors.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';

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
  it('are in its id', () => {
    expect(membersOf(CONVERSATION)).toEqual([alice.id, bob.id]);
    expect(peerIn(CONVERSATION, alice.id)).toBe(bob.id);
    expect(peerIn(CONVERSATION, bob.id)).toBe(alice.id);
  });

  it.each(FOREIGN)('are not those of a conversation %s', (_, conversation) => {
    expect(() => peerIn(conversation, alice.id)).toThrow(new ConversationNotFound(conversation));
  });

  it.each(FOREIGN.slice(1))('are none in a conversation %s', (_, conversation) => {
    expect(membersOf(conversation)).toBeUndefined();
  });
});

it('to who named a conversation, a missing peer is a missing conversation, and every other fault is itself', () => {
  const say = inTermsOf(CONVERSATION);
  expect(() => say(new UserNotFound(bob.id))).toThrow(new ConversationNotFound(CONVERSATION));
  expect(() => say(new Busy())).toThrow(new Busy());
});
