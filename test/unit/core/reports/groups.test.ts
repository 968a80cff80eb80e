import { describe, expect, it } from 'vitest';
import { report } from '../../../../functions/core/reports/report.ts';
import { reportStore } from '../../../../functions/storage/reports.ts';
import { groups } from '../../support/groups.ts';
import { id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';

/** A group of the users 1 to 3, where user 4 has joined as the fifth entry, and sees what came since. */
async function four() {
  const all = groups();
  const { table, log, stored, clock, dependencies } = all;
  const group = await all.create(1, [2, 3], { history: 'since_joining' });
  for (const text of ['one', 'two', 'three']) await all.say(2, group, text);
  await all.put(1, group, 4);
  for (const text of ['six', 'seven']) await all.say(2, group, text);
  const reporting = {
    ...{ reports: reportStore(table), profiles: all.sending.profiles, log, rosters: stored },
    ...{ newId: dependencies.newId, now: clock.now },
  };
  const kept = () => all.state.partition('REPORTS#OPEN');
  const ask = (by: number, seq: number, userId = id(2)) =>
    report(reporting, id(by), { userId, reason: 'spam', message: { conversation: group, seq } });
  return { ...all, group, ask, kept };
}

describe('a report of a message of a group', () => {
  it('has a copy, and the messages around it, without what happened to the group', async () => {
    const { ask, kept } = await four();
    await ask(3, 2);
    expect(kept()).toMatchObject([
      { copy: { seq: 2, text: 'one', senderId: id(2) }, around: [{ text: 'two' }, { text: 'three' }] },
    ]);
  });

  it('has nothing of what the reporter may not see', async () => {
    const { ask, kept } = await four();
    await ask(4, 6);
    expect(kept()).toMatchObject([{ copy: { text: 'six' }, around: [{ seq: 7, text: 'seven' }] }]);
  });

  it.each([
    ['from long before the reporter joined', 4, 1, id(2)],
    ['from just before the reporter joined', 4, 4, id(2)],
    ['that is not there', 3, 99, id(2)],
    ['of another sender', 3, 2, id(1)],
    ['that says what happened to the group', 3, 5, id(1)],
    ['of a group that one is not in', 9, 2, id(2)],
  ])('is refused for one %s', async (_, by, seq, userId) => {
    const { ask, kept } = await four();
    expect(await rejection(ask(by, seq, userId))).toEqual({ code: 'message_not_found' });
    expect(kept()).toEqual([]);
  });
});
