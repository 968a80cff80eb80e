import { describe, expect, it } from 'vitest';
import { type Connection, OF_DELETED_ACCOUNT } from '../../../../functions/core/connections/connection.ts';
import type { ChangeDependencies } from '../../../../functions/core/messages/apply-change.ts';
import { deleteMessage, editMessage } from '../../../../functions/core/messages/edit-message.ts';
import type { Message } from '../../../../functions/core/messages/message.ts';
import { MAX_REACTIONS, react, unreact } from '../../../../functions/core/messages/react.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { type MemoryLog, memoryLog, type WriteOutcome } from '../../support/message-log.ts';
import { ALICES, alice, BOBS, bob, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** Alice has written four messages to Bob. */
function scene({
  rows = [],
  onWrite,
  of,
}: {
  rows?: readonly Connection[];
  onWrite?: (log: MemoryLog) => WriteOutcome;
  of?: ChangeDependencies['connections']['of'];
} = {}) {
  const log = memoryLog({ holding: 4, ...(onWrite && { onWrite }) });
  const gateway = scriptedGateway();
  const clock = frozenClock();
  const dependencies = {
    log,
    summaries: { showChanged: async () => {} },
    editSeconds: undefined,
    connections: { ...memoryConnections(...rows), ...(of && { of }) },
    gateway,
    onDeliveryFailure: () => {},
    onConnectionsFailure: () => {},
    lastFrames: { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' },
    ...clock,
    random: () => 0,
  };
  const telling = {
    frameFor: ({ seq, senderId }: Message, readerId: string) =>
      `${seq} for ${readerId === senderId ? 'sender' : 'others'}`,
  };
  return {
    log,
    gateway,
    clock,
    add: (emoji: string, conversation = BOBS, seq = 2) => react(dependencies, { conversation, seq, emoji }),
    takeBack: (emoji: string, conversation = BOBS, seq = 2) =>
      unreact(dependencies, { conversation, seq, emoji }),
    edit: (text: string) =>
      editMessage(dependencies, { conversation: ALICES, seq: 2, text, version: 1 }, telling),
    remove: () => deleteMessage(dependencies, { conversation: ALICES, seq: 2 }, telling),
  };
}

/** A group of so many members, who all react to its only message with one emoji. */
function hotMessage(count: number) {
  const log = memoryLog({ holding: 1 });
  const clock = frozenClock();
  const members = Array.from({ length: count }, (_, n) => id(n + 1));
  const dependencies = {
    ...{ log, gateway: scriptedGateway(), connections: memoryConnections(), ...clock, random: Math.random },
    summaries: { showChanged: async () => {} },
    onDeliveryFailure: () => {},
    onConnectionsFailure: () => {},
    lastFrames: { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' },
    // The writes of the others come in between, as many as the random wait is long.
    async wait(milliseconds: number) {
      for (let turn = 0; turn < milliseconds; turn += 1) await undefined;
    },
  };
  const group = { id: id(900), kind: 'group', members, numbered: members, role: 'member', from: 1 } as const;
  return {
    log,
    react: (self: number) => react(dependencies, { conversation: { ...group, self }, seq: 1, emoji: '👍' }),
  };
}

describe('a reaction', () => {
  it('is a change of a message of any member, which keeps its text and version', async () => {
    const { add, log } = scene();
    await add('👍');
    expect(await add('👍', ALICES)).toMatchObject({
      text: 'message 2',
      changed: { change: 2, version: 1, reactions: { '👍': [bob.id, alice.id] } },
    });
    expect(log.changes).toHaveLength(2);
  });

  it('twice is one', async () => {
    const { add, takeBack, log } = scene();
    for (const act of [add, takeBack]) {
      const first = await act('👍');
      expect(await act('👍')).toEqual(first);
    }
    expect(log.changes).toHaveLength(2);
  });

  it('is told by the stream, so nobody is told here', async () => {
    const { add, takeBack, gateway } = scene({ rows: [aConnection('alice', { conversation: '' })] });
    for (const act of [add, add, takeBack]) await act('👍');
    expect(gateway.posts).toEqual([]);
  });

  it('does not make a repeat of an older edit tell it again', async () => {
    const { add, edit, gateway, clock } = scene({ rows: [aConnection('alice', { conversation: '' })] });
    await edit('Better.');
    clock.pass(30_000);
    await add('👍');
    await edit('Better.');
    expect(gateway.posts).toHaveLength(1);
  });

  it('of each of a hundred members at the same moment is stored, or refused as busy', async () => {
    const { react: reactAs, log } = hotMessage(100);
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, (_, n) => reactAs(n)));
    const refused = outcomes.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
    expect(refused.filter(({ reason }) => reason.code !== 'busy')).toEqual([]);
    const stored = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? id(n + 1) : []));
    expect(stored.length).toBeGreaterThan(20);
    const [users = []] = Object.values((await log.last(BOBS))?.changed?.reactions ?? {});
    expect(users.toSorted()).toEqual(stored.toSorted());
    expect(log.changes).toHaveLength(stored.length);
  });

  it('to a message that the stream has told takes that mark away, so that it is not told a second time', async () => {
    const rows = Array.from({ length: 51 }, (_, i) => aConnection(`phone ${i}`, { conversation: '' }));
    const { add, edit, gateway, log } = scene({ rows });
    await edit('Better.');
    expect([(await log.at(BOBS, [2]))[0]?.told, gateway.posts]).toEqual(['stream', []]);
    await edit('Better.');
    expect(gateway.posts).toEqual([]);
    await add('👍');
    expect((await log.at(BOBS, [2]))[0]?.told).toBeUndefined();
  });

  it('whose answer was lost is found', async () => {
    let isFirst = true;
    const onWrite = (): WriteOutcome => {
      const outcome = isFirst ? 'answer lost' : 'stored';
      isFirst = false;
      return outcome;
    };
    const { add, log } = scene({ onWrite });
    await add('👍');
    expect(log.changes).toHaveLength(1);
  });

  it('outlives an edit, and not a deletion', async () => {
    const { add, edit, remove } = scene();
    await add('👍');
    expect((await edit('Better.')).changed).toMatchObject({ version: 2, reactions: { '👍': [bob.id] } });
    expect((await remove()).changed?.reactions).toBeUndefined();
  });

  it('is one of twenty different ones at most, and more people may join each', async () => {
    const { add, takeBack } = scene();
    for (let i = 0; i < MAX_REACTIONS; i += 1) await add(String.fromCodePoint(0x1f600 + i));
    expect(await rejection(add('👍'))).toMatchObject({ code: 'too_many_reactions' });
    await add('😀', ALICES);
    await takeBack('😁');
    await add('👍');
  });

  it('to a message with many has fewer tries, because each refused one is dearer', async () => {
    let isLate = false;
    const onWrite = (log: MemoryLog): WriteOutcome => {
      if (isLate)
        (log.changes as { change: number; seq: number }[]).push({ change: log.changes.length + 1, seq: 1 });
      return 'stored';
    };
    const { add, log } = scene({ onWrite });
    const triesOf = async (emoji: string) => {
      isLate = true;
      const before = log.calls.length;
      expect(await rejection(add(emoji))).toMatchObject({ code: 'busy' });
      isLate = false;
      return log.calls.slice(before).filter((call) => call.startsWith('change')).length;
    };
    expect(await triesOf('👍')).toBe(12);
    for (let i = 0; i < MAX_REACTIONS - 1; i += 1) {
      for (const one of [BOBS, ALICES]) await add(String.fromCodePoint(0x1f600 + i), one);
    }
    expect(await triesOf('👍')).toBe(8);
  });

  it('is taken back by its user alone', async () => {
    const { add, takeBack, log } = scene();
    await add('👍');
    await add('👍', ALICES);
    expect((await takeBack('👍')).changed?.reactions).toEqual({ '👍': [alice.id] });
    expect((await takeBack('👍', ALICES)).changed?.reactions).toEqual({});
    const { length } = log.changes;
    await takeBack('👍');
    await takeBack('🎉');
    expect(log.changes).toHaveLength(length);
  });

  it('to no message, or to a deleted one, is refused', async () => {
    const { add, remove } = scene();
    expect(await rejection(add('👍', BOBS, 5))).toMatchObject({ code: 'message_not_found' });
    await remove();
    expect(await rejection(add('👍'))).toMatchObject({ code: 'message_deleted' });
  });

  it('is refused while one of the two blocks the other, and can be taken back', async () => {
    const { add, takeBack, log } = scene();
    await add('👍');
    log.isSealed = true;
    expect(await rejection(add('🎉'))).toMatchObject({ code: 'cannot_write_to_user' });
    expect((await takeBack('👍')).changed?.reactions).toEqual({});
  });

  it('is refused when the account of the other member is deleted', async () => {
    const { add } = scene({ of: async () => [OF_DELETED_ACCOUNT, []] });
    expect(await rejection(add('👍'))).toMatchObject({ code: 'user_not_found' });
  });
});
