import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import type { Roster } from '../../../../functions/core/conversations/roster.ts';
import type { StoredMessage } from '../../../../functions/core/inbox/project-messages.ts';
import type { LogEntry } from '../../../../functions/core/messages/message.ts';
import { tellByStream } from '../../../../functions/core/messages/tell-by-stream.ts';
import { framesOf, reactionFrame } from '../../../../functions/protocol/server-frames.ts';
import { aConnection } from '../../support/connections.ts';
import { changedTo, storedAs } from '../../support/inboxes.ts';
import { anEntry } from '../../support/message-log.ts';
import { id } from '../../support/people.ts';
import { telling } from '../../support/telling.ts';

const GROUP = id(900);
const [ada, bob, late] = [id(1), id(2), id(3)];

/** Ada and Bob have been in the group from the beginning, and somebody else since message 3. */
const roster: Roster = {
  id: GROUP,
  version: 1,
  title: 'Engines',
  history: 'since_joining',
  members: [
    { userId: ada, role: 'owner', from: 1 },
    { userId: bob, role: 'member', from: 1 },
    { userId: late, role: 'member', from: 3 },
  ],
};

const device = (userId: string, name: string) => aConnection(name, { userId, conversation: '' });

const said = (seq: number, senderId: string, more: Partial<LogEntry> = {}): LogEntry => ({
  ...anEntry(seq),
  conversation: GROUP,
  senderId,
  clientId: `c${seq}`,
  ...more,
});

const edited = (entry: LogEntry, change: number): LogEntry => ({
  ...entry,
  text: `edit ${change}`,
  changed: { change, version: change + 1, editedAt: entry.createdAt },
});

function scene(
  rows: readonly Connection[] = [device(ada, 'hers'), device(bob, 'his'), device(late, 'late')],
  found: Roster | undefined = roster,
) {
  const base = telling(rows);
  const { gateway, failures } = base;
  const dependencies = {
    ...base.dependencies,
    rosters: { roster: async () => found },
    people: {
      peopleOf: async (ids: readonly string[]) =>
        ids.map((one) => (one === bob ? undefined : { id: one, username: `user${Number(one.slice(-2))}` })),
    },
    framesOf,
    changedFor: reactionFrame,
  };
  return {
    dependencies,
    failures,
    gateway,
    tell: (...stored: readonly StoredMessage[]) => tellByStream(dependencies, stored),
    /** What each device was told, in its order. */
    told: (to: string) =>
      gateway.posts
        .filter(([device]) => device === to)
        .map(([, text]) => {
          const frame = JSON.parse(text);
          if (frame.type === 'message.changed') return [frame.change, frame.changes, frame.message.message];
          const { sender, messages = [frame] } = frame;
          return [sender, ...messages.map(({ seq }: { seq: number }) => seq)];
        }),
  };
}

describe('what the stream tells', () => {
  it('is one frame for all messages of a sender that came together', async () => {
    const { tell, told } = scene();
    await tell(...[said(3, ada), said(4, bob), said(5, ada)].map(storedAs));
    for (const to of ['hers', 'his', 'late']) {
      expect(told(to)).toEqual([
        ['user1', 3, 5],
        ['Deleted account', 4],
      ]);
    }
  });

  it('is for each member what they may see, and names the client id to its sender alone', async () => {
    const { tell, told, gateway } = scene();
    await tell(...[said(2, ada), said(3, ada)].map(storedAs));
    expect([told('his'), told('late')]).toEqual([[['user1', 2, 3]], [['user1', 3]]]);
    const named = gateway.posts.map(([to, text]) => [to, text.includes('client_id')]);
    expect(named).toEqual([
      ['hers', true],
      ['his', false],
      ['late', false],
    ]);
  });

  it('is the newest state of a message that changed several times', async () => {
    const { tell, told } = scene();
    const entry = said(3, ada);
    const [first, second] = [edited(entry, 1), edited(entry, 2)] as const;
    await tell(changedTo(first, entry), changedTo(second, first));
    for (const to of ['hers', 'his', 'late']) expect(told(to)).toEqual([[2, [1, 2], 'edit 2']]);
  });

  it('is the message and its change, if both came together', async () => {
    const { tell, told } = scene();
    const entry = said(3, ada);
    await tell(storedAs(entry), changedTo(edited(entry, 1), entry));
    expect(told('his')).toEqual([
      ['user1', 3],
      [1, undefined, 'edit 1'],
    ]);
  });

  it('is in frames that API Gateway takes, of twenty messages at most', async () => {
    const { tell, told, gateway } = scene([device(bob, 'his')]);
    const small = Array.from({ length: 21 }, (_, i) => said(i + 1, ada));
    // The longest text, as JSON: a control character takes six bytes.
    const large = Array.from({ length: 12 }, (_, i) => said(i + 22, ada, { text: '\u0001'.repeat(4_000) }));
    await tell(...[...small, ...large].map(storedAs));
    expect(told('his').flatMap(([, ...seqs]) => seqs)).toEqual([...small, ...large].map(({ seq }) => seq));
    const frames = gateway.posts.map(([, text]) => text);
    for (const text of frames) expect(Buffer.byteLength(text)).toBeLessThan(128 * 1024);
    expect(told('his')[0]).toHaveLength(21);
    expect(frames).toHaveLength(5);
  });

  it('is nothing of a group that is gone', async () => {
    const { dependencies, gateway, failures } = scene();
    await tellByStream({ ...dependencies, rosters: { roster: async () => undefined } }, [
      storedAs(said(3, ada)),
    ]);
    expect([gateway.posts, failures]).toEqual([[], []]);
  });

  it('does not stop the stream when it cannot be told', async () => {
    const { dependencies, failures } = scene();
    const down = new Error('down');
    const fails = async () => {
      throw down;
    };
    const broken = {
      ...storedAs(said(3, ada)),
      entryIn: (): LogEntry => {
        throw down;
      },
    };
    await tellByStream({ ...dependencies, rosters: { roster: fails } }, [storedAs(said(3, ada))]);
    await tellByStream(dependencies, [broken]);
    await tellByStream({ ...dependencies, people: { peopleOf: fails } }, [storedAs(said(3, ada))]);
    expect(failures).toEqual([down, down, down]);
  });
});
