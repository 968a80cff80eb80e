import { describe, expect, it } from 'vitest';
import type { Connection } from '../../../../functions/core/connections/connection.ts';
import { groupOf, type Roster } from '../../../../functions/core/conversations/roster.ts';
import type { StoredMessage } from '../../../../functions/core/inbox/project-messages.ts';
import type { LogEntry } from '../../../../functions/core/messages/message.ts';
import { tellReactions } from '../../../../functions/core/messages/tell-reactions.ts';
import { reactionFrame } from '../../../../functions/protocol/server-frames.ts';
import { aConnection } from '../../support/connections.ts';
import { anEntry } from '../../support/message-log.ts';
import { alice, bob, id } from '../../support/people.ts';
import { telling } from '../../support/telling.ts';

const device = (userId: string, name: string, more: Partial<Connection> = {}) =>
  aConnection(name, { userId, conversation: '', ...more });

/** A state of a message of Alice's, as the stream tells it. */
function state(seq: number, change: number, users: readonly string[], more: Partial<StoredMessage> = {}) {
  const changed = { change, version: 1, reactions: { '👍': users } };
  const entry: LogEntry = { ...anEntry(seq), ...(more.conversation && more), changed };
  const { conversation } = entry;
  return { conversation, seq, entryIn: () => entry, isReaction: true, ...more };
}

function scene(rows: readonly Connection[], roster?: Roster) {
  const base = telling(rows);
  const { gateway, failures } = base;
  const dependencies = {
    ...base.dependencies,
    rosters: { roster: async () => roster },
    frameFor: reactionFrame,
  };
  return {
    dependencies,
    failures,
    gateway,
    tell: (...stored: readonly StoredMessage[]) => tellReactions(dependencies, stored),
    /** Who was told what: the message, its last change, all changes, and who has reacted. */
    told: () =>
      gateway.posts.map(([to, text]) => {
        const { change, changes, message } = JSON.parse(text);
        return [to, message.seq, change, changes, message.reactions?.[0].users];
      }),
  };
}

const both = [device(alice.id, 'phone'), device(alice.id, 'desk'), device(bob.id, 'his')];

describe('reactions of one batch', () => {
  it('to one message are told once to each device, in the newest state', async () => {
    const { tell, told } = scene(both);
    const users = Array.from({ length: 100 }, (_, n) => id(n + 1));
    await tell(...users.map((_, n) => state(2, n + 1, users.slice(0, n + 1))));
    const changes = users.map((_, n) => n + 1);
    expect(told()).toEqual(['phone', 'desk', 'his'].map((to) => [to, 2, 100, changes, users]));
  });

  it('to several messages are one frame each, and a single one does not list its change', async () => {
    const { tell, told } = scene([device(bob.id, 'his')]);
    await tell(state(2, 1, [bob.id]), state(2, 3, []), state(3, 2, [bob.id]));
    expect(told()).toEqual([
      ['his', 2, 3, [1, 3], []],
      ['his', 3, 2, undefined, [bob.id]],
    ]);
  });

  it('come with the edits between them', async () => {
    const { tell, told } = scene([device(bob.id, 'his')]);
    await tell(state(2, 1, [bob.id]), state(2, 2, [bob.id], { isReaction: false }));
    expect(told()).toEqual([['his', 2, 2, [1, 2], [bob.id]]]);
  });

  it('are not told to sockets of the older protocol, and show nobody but the sender the client id', async () => {
    const { tell, gateway } = scene([...both, aConnection('old')]);
    const entry: LogEntry = {
      ...anEntry(2),
      clientId: 'mine',
      changed: { change: 1, version: 1, reactions: {} },
    };
    await tell({ ...state(2, 1, []), entryIn: () => entry });
    expect(gateway.posts.map(([to, text]) => [to, JSON.parse(text).message.client_id])).toEqual([
      ['phone', 'mine'],
      ['desk', 'mine'],
      ['his', undefined],
    ]);
  });

  it('are told to those who are in the group now and may see the message', async () => {
    const [left, late, early] = [id(11), id(12), id(13)];
    const roster: Roster = {
      id: id(900),
      version: 4,
      title: 'Engines',
      history: 'since_joining',
      members: [
        { userId: early, role: 'owner', from: 1 },
        { userId: left, role: undefined, from: 1 },
        { userId: late, role: 'member', from: 3 },
      ],
    };
    expect(groupOf(roster).members).toEqual([early, late]);
    const rows = [left, late, early].map((userId) => device(userId, userId));
    const { tell, told } = scene(rows, roster);
    await tell(...[2, 3].map((seq) => state(seq, seq, [early], { conversation: id(900) })));
    const toldTo = (userId: string) => told().flatMap(([to, seq]) => (to === userId ? [seq] : []));
    expect([early, late, left].map(toldTo)).toEqual([[2, 3], [3], []]);
  });

  it.each<[string, readonly StoredMessage[]]>([
    ['are none', []],
    ['are edits', [state(2, 1, [], { isReaction: false })]],
    ['are of a group that is gone', [state(2, 1, [], { conversation: id(900) })]],
  ])('are told to nobody if they %s', async (_what, stored) => {
    const { tell, told, failures } = scene(both);
    await tell(...stored);
    expect([told(), failures]).toEqual([[], []]);
  });

  it.each(['roster', 'of'] as const)('do not reject when %s fails', async (name) => {
    const { dependencies, failures } = scene(both);
    const fails = async () => {
      throw new Error('down');
    };
    const failing = {
      ...dependencies,
      ...(name === 'roster' ? { rosters: { roster: fails } } : {}),
      ...(name === 'of' ? { connections: { ...dependencies.connections, of: fails } } : {}),
    };
    await tellReactions(failing, [
      state(2, 1, [], { conversation: name === 'roster' ? id(900) : anEntry(2).conversation }),
    ]);
    expect(failures).toEqual([new Error('down')]);
  });
});
