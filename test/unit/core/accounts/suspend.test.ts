import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { restoreAccount, suspend } from '../../../../functions/core/accounts/suspend.ts';
import { openSession } from '../../../../functions/core/sessions/log-in-and-out.ts';
import { accountStore, profileStore } from '../../../../functions/storage/accounts.ts';
import { sessionList, sessionStore } from '../../../../functions/storage/sessions.ts';
import { staffList } from '../../../../functions/storage/staff.ts';
import { suspensionStore } from '../../../../functions/storage/suspensions.ts';
import { Killed, memoryTable } from '../../../support/memory-table.ts';
import { frozenClock, NOON } from '../../support/clock.ts';
import { noting } from '../../support/noted.ts';
import { alice, bob, countingIds, id } from '../../support/people.ts';
import { rejection } from '../../support/rejection.ts';
import { PHONE, readableAccess, readableTokens } from '../../support/sessions.ts';

/** Alice and Bob with two sessions each, in a table in memory. */
async function accounts() {
  const memory = memoryTable();
  const { table } = memory;
  const clock = frozenClock();
  const noted = noting();
  const dependencies = {
    profiles: profileStore(table),
    suspensions: suspensionStore(table),
    sessions: { ...sessionStore(table), ...sessionList(table) },
    refreshTokens: readableTokens,
    accessTokens: readableAccess,
    refreshSeconds: 86_400,
    newId: countingIds(500),
    audit: noted.audit,
    now: clock.now,
  };
  const enter = (userId = alice.id) => openSession(dependencies, userId, PHONE);
  for (const person of [alice, bob]) {
    await accountStore(table).create(person, 'hash');
    await enter(person.id);
    await enter(person.id);
  }
  noted.events.length = 0;
  return {
    ...memory,
    clock,
    dependencies,
    noted: noted.events,
    enter,
    suspend: (userId = alice.id) => suspend(dependencies, { userId, by: id(9) }),
    restore: (userId = alice.id) => restoreAccount(dependencies, { userId, by: id(9) }),
    sessionsOf: async (userId = alice.id) => (await dependencies.sessions.of(userId, clock.now())).length,
    profile: (userId = alice.id) => dependencies.profiles.profileOf(userId),
  };
}

describe('suspending an account', () => {
  it('ends all its sessions, and those of nobody else, and is noted with who did it', async () => {
    const { suspend, sessionsOf, profile, enter, noted } = await accounts();
    await suspend();
    expect([await sessionsOf(), await sessionsOf(bob.id)]).toEqual([0, 2]);
    expect(await profile()).toEqual({ ...alice, suspendedAt: NOON });
    expect(noted).toEqual([`suspended of ${alice.id} by ${id(9)}`]);
    await enter(bob.id);
  });

  it('keeps its user from logging in until they are restored', async () => {
    const { suspend, restore, enter, profile, noted } = await accounts();
    await suspend();
    expect(await rejection(enter())).toEqual({ code: 'account_suspended' });
    await restore();
    expect(await profile()).toEqual(alice);
    await enter();
    expect(noted.slice(1, 3)).toEqual([
      `log_in_refused of ${alice.id}`,
      `restored of ${alice.id} by ${id(9)}`,
    ]);
  });

  it('may be repeated, and is noted once; so is restoring', async () => {
    const { suspend, restore, sessionsOf, clock, noted } = await accounts();
    await suspend();
    clock.pass(1);
    await suspend();
    await restore();
    await restore();
    expect(await sessionsOf()).toBe(0);
    expect(noted).toEqual([`suspended of ${alice.id} by ${id(9)}`, `restored of ${alice.id} by ${id(9)}`]);
  });

  it('ends the sessions that a failure has left, when it is repeated', async () => {
    const { suspend, sessionsOf, killAfter } = await accounts();
    killAfter(3);
    await expect(suspend()).rejects.toThrow(Killed);
    killAfter(Number.POSITIVE_INFINITY);
    expect(await sessionsOf()).toBe(1);
    await suspend();
    expect(await sessionsOf()).toBe(0);
  });

  it('leaves no session to a log-in at the same moment, in whatever order their steps come', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { suspend, enter, dependencies, sessionsOf } = await accounts();
        const { sessions, suspensions, profiles } = dependencies;
        Object.assign(dependencies, {
          sessions: {
            ...sessions,
            create: scheduler.scheduleFunction(sessions.create),
            of: scheduler.scheduleFunction(sessions.of),
            remove: scheduler.scheduleFunction(sessions.remove),
          },
          suspensions: { ...suspensions, suspend: scheduler.scheduleFunction(suspensions.suspend) },
          profiles: { ...profiles, profileOf: scheduler.scheduleFunction(profiles.profileOf) },
        });
        const both = Promise.allSettled([suspend(), enter()]);
        await scheduler.waitFor(both);
        expect((await both)[0].status).toBe('fulfilled');
        Object.assign(dependencies, { sessions });
        expect(await sessionsOf()).toBe(0);
      }),
    );
  });

  it.each([
    ['an id that nobody has', id(404)],
    ['what is no id', 'nobody'],
  ])('finds no user for %s', async (_, userId) => {
    const { suspend, restore, state } = await accounts();
    expect(await rejection(suspend(userId))).toEqual({ code: 'user_not_found' });
    expect(await rejection(restore(userId))).toEqual({ code: 'user_not_found' });
    expect(state.partition(`USER#${userId}`)).toEqual([]);
  });

  it('finds no user whose account is deleted', async () => {
    const { suspend, restore, store } = await accounts();
    store({ pk: `USER#${alice.id}`, sk: 'PROFILE', id: alice.id, deletedAt: NOON });
    expect(await rejection(suspend())).toEqual({ code: 'user_not_found' });
    expect(await rejection(restore())).toEqual({ code: 'user_not_found' });
  });

  it('refuses staff, whose sessions go on', async () => {
    const { suspend, sessionsOf, table } = await accounts();
    expect(await staffList(table).add(alice.id)).toBe(true);
    expect(await rejection(suspend())).toEqual({ code: 'cannot_suspend_staff' });
    expect(await sessionsOf()).toBe(2);
    expect(await staffList(table).remove(alice.id)).toBe(true);
    await suspend();
    expect(await staffList(table).add(alice.id)).toBe(false);
  });
});

describe('the list of staff', () => {
  it('has those who are marked, by username, without deleted ones', async () => {
    const { table, store } = await accounts();
    const staff = staffList(table);
    const carol = { ...bob, id: id(3), username: 'carol', email: 'carol@example.org' };
    await accountStore(table).create(carol, 'hash');
    for (const { id: userId } of [bob, carol, alice]) await staff.add(userId);
    expect((await staff.list()).map(({ username }) => username)).toEqual(['Alice', 'bob', 'carol']);
    await staff.remove(alice.id);
    store({ pk: `USER#${bob.id}`, sk: 'PROFILE', id: bob.id, deletedAt: NOON });
    expect(await staff.list()).toEqual([{ ...carol, staff: true }]);
    expect([await staff.add(id(404)), await staff.remove(id(404)), await staff.add(bob.id)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
