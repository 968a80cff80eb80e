import { describe, expect, it } from 'vitest';
import { type Conversation, pairFor } from '../../../../functions/core/conversations/conversation.ts';
import {
  forwardTyping,
  TYPING_SECONDS,
  type TypingTimes,
} from '../../../../functions/core/presence/typing.ts';
import { frozenClock } from '../../support/clock.ts';
import { anEntry } from '../../support/message-log.ts';
import { alice, bob, CONVERSATION, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** `hiding` are the users who hide their presence. */
function someoneTypes(...hiding: readonly string[]) {
  const { now, pass } = frozenClock();
  const times: TypingTimes = new Map();
  let reads = 0;
  const log = {
    last: async (conversation: Conversation) => {
      reads += 1;
      return conversation.members.includes(id(404)) ? undefined : anEntry(1);
    },
  };
  const presences = {
    of: async (userIds: readonly string[]) =>
      userIds.map((userId) => ({ userId, online: true, hidden: hiding.includes(userId) })),
  };
  const forward = async (userId = alice.id, conversation = CONVERSATION) =>
    forwardTyping({ log, presences, times, now }, pairFor(conversation, userId));
  const type = async (...typing: Parameters<typeof forward>) => (await forward(...typing)).forwarded;
  return { forward, type, pass, times, reads: () => reads };
}

describe('typing', () => {
  it('is forwarded for either member', async () => {
    const { type } = someoneTypes();
    expect(await type(alice.id)).toBe(true);
    expect(await type(bob.id)).toBe(true);
  });

  it('is forwarded at most once in 3 s, and costs no read in between', async () => {
    const { type, pass, reads } = someoneTypes();
    await type();
    pass(2_999);
    expect(await type()).toBe(false);
    expect(reads()).toBe(1);
    pass(1);
    expect(await type()).toBe(true);
    pass(2_999);
    expect(await type()).toBe(false);
  });

  it('tells the other member alone', async () => {
    const { forward } = someoneTypes();
    expect(await forward()).toEqual({ forwarded: true, tells: [bob.id] });
  });

  it('is hidden with the presence', async () => {
    const { forward } = someoneTypes(alice.id);
    expect(await forward()).toEqual({ forwarded: false, tells: [] });
  });

  it('is not told to a member who hides theirs, and who types does not learn that', async () => {
    const { forward } = someoneTypes(bob.id);
    expect(await forward()).toEqual({ forwarded: true, tells: [] });
  });

  it('is shown twice as long as the pause between two frames', () => {
    expect(TYPING_SECONDS).toBe(2 * 3);
  });

  it('in one conversation does not affect another', async () => {
    const { type } = someoneTypes();
    await type();
    expect(await type(alice.id, `${alice.id}.${id(3)}`)).toBe(true);
  });

  it.each([
    ['that nobody has said anything in', `${alice.id}.${id(404)}`],
    ['of others', `${id(8)}.${id(9)}`],
    ['that cannot be', 'x'],
  ])('in a conversation %s is not found each time, and nothing is remembered', async (_, conversation) => {
    const { type, times } = someoneTypes();
    expect(await rejection(type(alice.id, conversation))).toEqual({ code: 'conversation_not_found' });
    expect(await rejection(type(alice.id, conversation))).toEqual({ code: 'conversation_not_found' });
    expect(times.size).toBe(0);
  });

  it('does not fill the memory of a function that runs for a long time', async () => {
    const { type, times } = someoneTypes();
    for (let i = 0; i < 10_001; i += 1) await type(alice.id, `${alice.id}.${id(1_000 + i)}`);
    expect(times.size).toBeLessThanOrEqual(10_000);
    expect(await type(alice.id, `${alice.id}.${id(11_000)}`)).toBe(false);
  });
});
