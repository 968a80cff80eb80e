import { describe, expect, it } from 'vitest';
import { type Connection, OF_DELETED_ACCOUNT } from '../../../../functions/core/connections/connection.ts';
import { Unavailable } from '../../../../functions/core/errors.ts';
import type { Custom } from '../../../../functions/core/messages/custom.ts';
import {
  deleteMessage,
  type EditDependencies,
  editMessage,
} from '../../../../functions/core/messages/edit-message.ts';
import type { LogEntry, Message } from '../../../../functions/core/messages/message.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { aConnection, memoryConnections, scriptedGateway } from '../../support/connections.ts';
import { type MemoryLog, memoryLog, type WriteOutcome } from '../../support/message-log.ts';
import { ALICES, BOBS, bob } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

interface Scene {
  readonly rows?: readonly Connection[];
  readonly onWrite?: (log: MemoryLog, message: LogEntry) => WriteOutcome;
  readonly editSeconds?: number;
  readonly of?: EditDependencies['connections']['of'];
}

/** Alice has written four messages to Bob. */
function scene({ rows = [], onWrite, editSeconds, of }: Scene = {}) {
  const log = memoryLog({ holding: 4, ...(onWrite && { onWrite }) });
  const connections = memoryConnections(...rows);
  const gateway = scriptedGateway();
  const clock = frozenClock();
  const failures: unknown[] = [];
  const shown: string[] = [];
  const dependencies: EditDependencies = {
    log,
    summaries: { showChanged: async (_, { seq, text }) => void shown.push(`${seq} ${text}`) },
    editSeconds,
    connections: { ...connections, ...(of && { of }) },
    gateway,
    onDeliveryFailure: (_, error) => failures.push(error),
    onConnectionsFailure: (error) => failures.push(error),
    lastFrames: { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' },
    ...clock,
    random: () => 0,
  };
  const telling = {
    frameFor: ({ seq, text, senderId }: Message, readerId: string) =>
      `${seq} ${text} ${readerId === senderId ? 'sender' : 'others'}`,
    except: 'alice-here',
  };
  return {
    log,
    gateway,
    clock,
    shown,
    failures,
    edit: (seq: number, text: string, version = 1, conversation = ALICES) =>
      editMessage(dependencies, { conversation, seq, text, version }, telling),
    editData: (seq: number, custom: Custom | null | undefined, version = 1) =>
      editMessage(dependencies, { conversation: ALICES, seq, text: 'Data.', version, custom }, telling),
    remove: (seq: number, conversation = ALICES) =>
      deleteMessage(dependencies, { conversation, seq }, telling),
  };
}

/** Somebody else is always faster. */
const alwaysLate = (log: MemoryLog): WriteOutcome => {
  (log.changes as { change: number; seq: number }[]).push({ change: log.changes.length + 1, seq: 1 });
  return 'stored';
};

describe('an edit', () => {
  it('gives the message its text, the next version, and the next change of the conversation', async () => {
    const { edit, log } = scene();
    await edit(2, 'First.');
    const message = await edit(4, 'Second.');
    expect(message).toMatchObject({
      seq: 4,
      text: 'Second.',
      changed: { change: 2, version: 2, editedAt: NOON },
    });
    expect(log.messages[3]).toEqual(message);
    expect(log.changes).toEqual([
      { change: 1, seq: 2 },
      { change: 2, seq: 4 },
    ]);
  });

  it('is told to every device of both members but the one that asked, and to no socket of one conversation', async () => {
    const { edit, gateway } = scene({
      rows: [
        aConnection('alice-here', { conversation: '' }),
        aConnection('alice-phone', { conversation: '' }),
        aConnection('alice-original'),
        aConnection('bob-laptop', { userId: bob.id, conversation: '' }),
        aConnection('bob-original', { userId: bob.id }),
      ],
    });
    await edit(3, 'Better.');
    expect(gateway.posts).toEqual([
      ['alice-phone', '3 Better. sender'],
      ['bob-laptop', '3 Better. others'],
    ]);
  });

  it('of the last message is shown in the inboxes, that of an earlier one is not', async () => {
    const { edit, shown } = scene();
    await edit(3, 'Earlier.');
    await edit(4, 'Last.');
    expect(shown).toEqual(['4 Last.']);
  });

  it('that is sent again is answered with the present state, told again, and stored once', async () => {
    const { edit, log, gateway } = scene({
      rows: [aConnection('bob', { userId: bob.id, conversation: '' })],
    });
    const first = await edit(2, 'Better.');
    expect(await edit(2, 'Better.')).toEqual(first);
    expect(log.changes).toHaveLength(1);
    expect(gateway.posts).toHaveLength(2);
  });

  it('that is sent again after half a minute is not told again', async () => {
    const { edit, clock, gateway } = scene({
      rows: [aConnection('bob', { userId: bob.id, conversation: '' })],
    });
    await edit(2, 'Better.');
    clock.pass(30_000);
    await edit(2, 'Better.');
    expect(gateway.posts).toHaveLength(1);
  });

  it('to the same text changes nothing, and nobody is told', async () => {
    const { edit, log, gateway } = scene({
      rows: [aConnection('bob', { userId: bob.id, conversation: '' })],
    });
    expect(await edit(2, 'message 2')).toEqual(log.messages[1]);
    expect(log.changes).toEqual([]);
    expect(gateway.posts).toEqual([]);
  });

  it('replaces the own data of the message, keeps it if it is left out, and removes it with null', async () => {
    const { editData, edit, log } = scene();
    expect(await editData(4, { a: 1 })).toMatchObject({ custom: { a: 1 }, changed: { version: 2 } });
    expect(await editData(4, undefined, 2)).toMatchObject({ changed: { version: 2 } });
    expect(await edit(4, 'Other.', 2)).toMatchObject({ custom: { a: 1 }, changed: { version: 3 } });
    expect(await editData(4, null, 3)).toMatchObject({ custom: undefined, changed: { version: 4 } });
    expect(log.messages[3]?.custom).toBeUndefined();
  });

  it('of another version than the present one is a conflict, which has the present state', async () => {
    const { edit, log } = scene();
    await edit(2, 'Better.');
    expect(await rejection(edit(2, 'Worse.'))).toEqual({
      code: 'version_conflict',
      present: log.messages[1],
    });
    expect(await rejection(edit(2, 'Worse.', 3))).toMatchObject({ code: 'version_conflict' });
    expect(log.changes).toHaveLength(1);
  });

  it.each([0, 5, Number.MAX_SAFE_INTEGER])('of message %d, which is none, is refused', async (seq) => {
    expect(await rejection(scene().edit(seq, 'x'))).toMatchObject({ code: 'message_not_found' });
  });

  it('of the other member’s message is refused', async () => {
    const { edit, remove, log } = scene();
    expect(await rejection(edit(2, 'x', 1, BOBS))).toMatchObject({ code: 'not_your_message' });
    expect(await rejection(remove(2, BOBS))).toMatchObject({ code: 'not_your_message' });
    expect(log.changes).toEqual([]);
  });

  it('of a deleted message is refused, also if it repeats the last one', async () => {
    const { edit, remove } = scene();
    await edit(2, 'Better.');
    await remove(2);
    expect(await rejection(edit(2, 'Better.'))).toMatchObject({ code: 'message_deleted' });
    expect(await rejection(edit(2, '', 2))).toMatchObject({ code: 'message_deleted' });
  });

  it('is refused while one of the two blocks the other, and a deletion is not', async () => {
    const { edit, remove, log } = scene();
    log.isSealed = true;
    expect(await rejection(edit(2, 'x'))).toMatchObject({ code: 'cannot_write_to_user' });
    expect(await remove(2)).toMatchObject({ text: '' });
  });

  it('is refused when the account of the other member is deleted, and a deletion is not', async () => {
    const { edit, remove } = scene({ of: async () => [[], OF_DELETED_ACCOUNT] });
    expect(await rejection(edit(2, 'x'))).toMatchObject({ code: 'user_not_found' });
    expect(await remove(2)).toMatchObject({ text: '' });
  });

  it('has its time, where there is one', async () => {
    const { edit, clock } = scene({ editSeconds: 60 });
    clock.pass(60_000);
    await edit(2, 'In time.');
    clock.pass(1);
    expect(await rejection(edit(3, 'Too late.'))).toMatchObject({ code: 'edit_too_late' });
    expect(await edit(2, 'In time.'), 'a repeat is none').toMatchObject({ text: 'In time.' });
  });
});

describe('a deletion', () => {
  it('leaves the number of the message, and nothing of its text', async () => {
    const { edit, remove, log, shown } = scene();
    await edit(4, 'Better.');
    const message = await remove(4);
    expect(message).toMatchObject({ seq: 4, text: '', changed: { change: 2, version: 2, deletedAt: NOON } });
    expect(JSON.stringify(log.messages[3])).not.toContain('etter');
    expect(log.messages).toHaveLength(4);
    expect(shown).toEqual(['4 Better.', '4 ']);
  });

  it('twice is one', async () => {
    const { remove, log } = scene();
    const first = await remove(2);
    expect(await remove(2)).toEqual(first);
    expect(log.changes).toHaveLength(1);
  });
});

describe('a change beside others', () => {
  it('whose number another one took gets the next', async () => {
    let isFirst = true;
    const { edit, log } = scene({
      onWrite: (memory) => {
        if (!isFirst) return 'stored';
        isFirst = false;
        return alwaysLate(memory);
      },
    });
    expect(await edit(2, 'Better.')).toMatchObject({ changed: { change: 2, version: 2 } });
    expect(log.changes.map(({ change }) => change)).toEqual([1, 2]);
  });

  it('whose message was edited meanwhile is a conflict', async () => {
    let isFirst = true;
    const { edit, log } = scene({
      onWrite: (memory, message) => {
        if (!isFirst) return 'stored';
        isFirst = false;
        const changed = { change: 1, version: 2, editedAt: NOON };
        (memory.messages as LogEntry[])[1] = { ...message, text: 'Of another device.', changed };
        (memory.changes as object[]).push({ change: 1, seq: 2 });
        return 'stored';
      },
    });
    expect(await rejection(edit(2, 'Better.'))).toMatchObject({ code: 'version_conflict' });
    expect(log.messages[1]?.text).toBe('Of another device.');
  });

  it('that is always late is given up, and nothing is stored', async () => {
    const { edit, log, gateway } = scene({
      onWrite: alwaysLate,
      rows: [aConnection('bob', { userId: bob.id, conversation: '' })],
    });
    expect(await rejection(edit(2, 'Better.'))).toMatchObject({ code: 'busy' });
    expect(log.messages[1]?.text).toBe('message 2');
    expect(gateway.posts).toEqual([]);
    expect(log.calls.filter((call) => call.startsWith('change'))).toHaveLength(12);
  });

  it('of 16 KB has one try: each is billed twice', async () => {
    const { edit, log } = scene({ onWrite: alwaysLate });
    expect(await rejection(edit(2, '🎉'.repeat(4_000)))).toMatchObject({ code: 'busy' });
    expect(log.calls.filter((call) => call.startsWith('change'))).toHaveLength(1);
  });

  it.each(['edit', 'remove'] as const)('whose answer was lost is found: %s', async (which) => {
    let isFirst = true;
    const onWrite = (): WriteOutcome => {
      const outcome = isFirst ? 'answer lost' : 'stored';
      isFirst = false;
      return outcome;
    };
    const { edit, remove, log, gateway } = scene({
      onWrite,
      rows: [aConnection('bob', { userId: bob.id, conversation: '' })],
    });
    await (which === 'edit' ? edit(2, 'Better.') : remove(2));
    expect(log.changes).toHaveLength(1);
    expect(gateway.posts).toHaveLength(1);
  });

  it('during an outage is told to the client, who may try again', async () => {
    const { edit, log } = scene({ onWrite: () => 'unavailable' });
    expect(await rejection(edit(2, 'Better.'))).toMatchObject({ code: 'unavailable' });
    expect(log.changes).toEqual([]);
  });

  it('is made while nobody can be told', async () => {
    const { edit, log, failures } = scene({ of: () => Promise.reject(new Unavailable()) });
    await edit(2, 'Better.');
    expect(log.messages[1]?.text).toBe('Better.');
    expect(failures).toHaveLength(1);
  });
});
