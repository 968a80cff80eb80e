import { describe, expect, it } from 'vitest';
import { knownDevices } from '../../../functions/storage/devices.ts';
import { memoryTable } from '../../support/memory-table.ts';
import { frozenClock } from '../support/clock.ts';
import { alice, bob } from '../support/people.ts';

const DAY_MS = 86_400_000;

function opened() {
  const { table, commands, state } = memoryTable();
  const clock = frozenClock();
  const devices = knownDevices(table);
  return {
    commands,
    clock,
    remember: (names: readonly string[], { id } = alice) => devices.remember(id, names, clock.now()),
    /** Which of these names the account knows. */
    known: async (names: readonly string[], { id } = alice) => {
      const each = names.map(async (name) => (await devices.knownOf(id, [name], clock.now())).length > 0);
      return Promise.all(each);
    },
    forget: () => devices.forget(alice.id),
    item: () => state.get({ pk: `USER#${alice.id}`, sk: 'DEVICES' }),
  };
}

describe('the devices of a user', () => {
  it('are known once they were remembered, to that user alone', async () => {
    const { remember, known } = opened();
    expect(await known(['phone'])).toEqual([false]);
    await remember(['phone', 'home']);
    expect(await known(['home', 'phone', 'other'])).toEqual([true, true, false]);
    expect(await known(['phone'], bob)).toEqual([false]);
  });

  it('are in the table as hashes that differ by account', async () => {
    const { remember, item } = opened();
    await remember(['phone']);
    expect(JSON.stringify(item())).not.toContain('phone');
  });

  it('are strangers after 90 days without a log-in', async () => {
    const { remember, known, clock } = opened();
    await remember(['phone', 'laptop']);
    clock.pass(60 * DAY_MS);
    await remember(['phone']);
    clock.pass(30 * DAY_MS);
    expect(await known(['phone', 'laptop'])).toEqual([true, false]);
  });

  it('are written at most once a day', async () => {
    const { remember, clock, commands } = opened();
    for (let i = 0; i < 10; i += 1) await remember(['phone']);
    expect(commands.filter((name) => name === 'Put')).toHaveLength(1);
    clock.pass(DAY_MS);
    await remember(['phone']);
    expect(commands.filter((name) => name === 'Put')).toHaveLength(2);
  });

  it('are the last twenty, so the item stays small', async () => {
    const { remember, known, clock, item } = opened();
    for (let i = 0; i < 30; i += 1) {
      await remember([`phone ${i}`]);
      clock.pass(1_000);
    }
    expect(await known(['phone 9', 'phone 10', 'phone 29'])).toEqual([false, true, true]);
    expect(JSON.stringify(item()).length).toBeLessThan(1_024);
  });

  it('are all forgotten at once', async () => {
    const { remember, known, forget } = opened();
    await remember(['phone']);
    await forget();
    expect(await known(['phone'])).toEqual([false]);
  });

  it('of two log-ins at once are remembered for one at least', async () => {
    const { remember, known } = opened();
    await Promise.all([remember(['phone']), remember(['laptop'])]);
    expect(await known(['phone', 'laptop'])).toContain(true);
  });
});
