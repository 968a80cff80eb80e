import { describe, expect, it } from 'vitest';
import { MAX_PINS, type SettingsChange } from '../../../functions/core/settings/settings.ts';
import { membershipKey, pinsKey } from '../../../functions/storage/keys.ts';
import { pinReader, settingsStore, toSettings } from '../../../functions/storage/settings.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { NOON } from '../support/clock.ts';
import { alice, CONVERSATION, id } from '../support/people.ts';

const more = { now: new Date(NOON), mostPins: MAX_PINS };
const MEMBERSHIP = membershipKey(alice.id, CONVERSATION);
const PINS = pinsKey(alice.id);

function storing(item: object = { topAt: NOON, readSeq: 7 }) {
  const { table, state, commands } = memoryTable();
  state.set(MEMBERSHIP, { ...MEMBERSHIP, ...item });
  const store = settingsStore(table);
  const place = { userId: alice.id, conversation: { id: CONVERSATION, kind: 'pair' } } as const;
  return {
    ...{ table, state, commands },
    change: (change: SettingsChange) => store.change(place, change, more),
  };
}

describe('the settings of a conversation', () => {
  it('are attributes of the membership, and only those that are set', async () => {
    const { change, state } = storing();
    await change({ mutedUntil: NOON, archived: true, unread: true });
    const own = { ...MEMBERSHIP, topAt: NOON, readSeq: 7 };
    expect(state.get(MEMBERSHIP)).toEqual({ ...own, mutedUntil: NOON, archivedAt: NOON, unread: true });
    await change({ mutedUntil: null, archived: false, unread: false });
    expect(state.get(MEMBERSHIP)).toEqual(own);
  });

  it('are not set in a membership of an earlier time, and where there is none', () => {
    expect(toSettings({ topAt: NOON })).toEqual({ unread: false });
    expect(toSettings(undefined)).toEqual({ unread: false });
  });

  it('cost one write and one read, and a pin one read more', async () => {
    const { change, commands } = storing();
    await change({ mutedUntil: NOON });
    expect(commands.splice(0)).toEqual(['TransactWrite', 'Get']);
    await change({ pinned: true });
    expect(commands.splice(0)).toEqual(['Get', 'TransactWrite', 'Get']);
    await change({ pinned: false });
    expect(commands.splice(0)).toEqual(['Get', 'TransactWrite', 'Get']);
  });
});

describe('the pinned conversations of a user', () => {
  it('are listed in the order in which they were pinned', async () => {
    const { change, table, state } = storing();
    const { pinsOf } = pinReader(table);
    expect(await pinsOf(alice.id)).toEqual([]);
    state.set(PINS, { ...PINS, ids: [id(2), id(3)], version: 7 });
    await change({ pinned: true });
    expect(await pinsOf(alice.id)).toEqual([id(2), id(3), CONVERSATION]);
    expect(state.get(PINS)?.version).toBe(8);
  });

  it('are looked through for memberships that have ended only when they are too many', async () => {
    const { change, commands, state } = storing();
    const ids = Array.from({ length: MAX_PINS }, (_, i) => id(i + 2));
    state.set(PINS, { ...PINS, ids, version: 1 });
    for (const group of ids.slice(1)) {
      const key = membershipKey(alice.id, group);
      state.set(key, { ...key, pinnedAt: NOON });
    }
    await change({ pinned: true });
    expect(commands).toEqual(['Get', 'BatchGet', 'TransactWrite', 'Get']);
    expect(state.get(PINS)?.ids).toEqual([...ids.slice(1), CONVERSATION]);
  });

  it('are given up as busy while others keep changing them', async () => {
    const { table, state } = memoryTable();
    state.set(MEMBERSHIP, { ...MEMBERSHIP, topAt: NOON });
    let version = 0;
    const busy = settingsStore({
      ...table,
      client: {
        send: (command: object) => {
          if (command.constructor.name === 'TransactWriteCommand') {
            version += 1;
            state.set(PINS, { ...PINS, ids: [], version });
          }
          return table.client.send(command as never);
        },
      } as never,
    });
    const place = { userId: alice.id, conversation: { id: CONVERSATION, kind: 'pair' } } as const;
    await expect(busy.change(place, { pinned: true }, more)).rejects.toMatchObject({ code: 'busy' });
    expect(version).toBe(5);
    expect(state.get(MEMBERSHIP)).not.toHaveProperty('pinnedAt');
  });
});
