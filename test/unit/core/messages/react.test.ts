import { describe, expect, it } from 'vitest';
import { type Connection, OF_DELETED_ACCOUNT } from '../../../../functions/core/connections/connection.ts';
import type { ChangeDependencies } from '../../../../functions/core/messages/apply-change.ts';
import { deleteMessage, editMessage } from '../../../../functions/core/messages/edit-message.ts';
import type { Message } from '../../../../functions/core/messages/message.ts';
import { MAX_REACTIONS, react, unreact } from '../../../../functions/core/messages/react.ts';
import { frozenClock } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { type MemoryLog, memoryLog, type WriteOutcome } from '../../support/message-log.ts';
import { ALICES, alice, BOBS, bob } from '../../support/people.ts';
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
    add: (emoji: string, conversation = BOBS, seq = 2) =>
      react(dependencies, { conversation, seq, emoji }, telling),
    takeBack: (emoji: string, conversation = BOBS, seq = 2) =>
      unreact(dependencies, { conversation, seq, emoji }, telling),
    edit: (text: string) =>
      editMessage(dependencies, { conversation: ALICES, seq: 2, text, version: 1 }, telling),
    remove: () => deleteMessage(dependencies, { conversation: ALICES, seq: 2 }, telling),
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

  it('is told to all devices, to the sender of the message as to its sender', async () => {
    const rows = [
      aConnection('alice', { conversation: '' }),
      aConnection('bob', { userId: bob.id, conversation: '' }),
    ];
    const { add, gateway } = scene({ rows });
    await add('👍');
    expect(gateway.posts).toEqual([
      ['alice', '2 for sender'],
      ['bob', '2 for others'],
    ]);
  });

  it('twice is one, and is told again for half a minute, because the first try may have died before it told', async () => {
    const { add, takeBack, log, gateway, clock } = scene({
      rows: [aConnection('alice', { conversation: '' })],
    });
    for (const act of [add, takeBack]) {
      const first = await act('👍');
      clock.pass(29_999);
      expect(await act('👍')).toEqual(first);
      clock.pass(1);
      await act('👍');
    }
    expect(log.changes).toHaveLength(2);
    expect(gateway.posts).toHaveLength(4);
  });

  it('whose answer was lost is found, and told', async () => {
    let isFirst = true;
    const onWrite = (): WriteOutcome => {
      const outcome = isFirst ? 'answer lost' : 'stored';
      isFirst = false;
      return outcome;
    };
    const { add, log, gateway } = scene({ onWrite, rows: [aConnection('alice', { conversation: '' })] });
    await add('👍');
    expect(log.changes).toHaveLength(1);
    expect(gateway.posts).toHaveLength(1);
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
