import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import type { Place } from '../../../functions/core/inbox/ports.ts';
import type { Plant } from './capabilities.ts';
import { check } from './check.ts';
import { checkAllOffline, checkDeparture, checkPresence, checkSockets } from './check-presence.ts';
import { GOOD_FATE } from './fate.ts';
import { calmDown, depart, endAllSockets, settle } from './settle.ts';
import { Simulation } from './simulation.ts';
import type { Schedule } from './steps.ts';

export interface Report {
  /** Empty: all is well. */
  readonly violations: readonly string[];
  readonly story: readonly string[];
}

/** Runs one schedule to its end, and looks whether the promises were kept. */
export async function runSchedule({ people, steps }: Schedule, plant?: Plant): Promise<Report> {
  const simulation = await Simulation.start(people, plant);
  const { world } = simulation;
  const { violations, story } = world;
  for (const step of steps) {
    await simulation.perform(step);
    if (violations.length > 0) return { violations, story };
  }
  // Each of these goes on from what the one before has left.
  const looks = [
    async () => {
      await calmDown(simulation);
      checkPresence(simulation);
    },
    async () => {
      await settle(simulation);
      check(simulation, await inboxesOf(simulation));
      checkSockets(simulation);
      checkPresence(simulation);
    },
    async () => {
      checkDeparture(simulation, await depart(simulation));
      checkPresence(simulation);
    },
    async () => {
      await endAllSockets(simulation);
      checkAllOffline(simulation);
    },
  ];
  for (const look of looks) {
    await look();
    if (violations.length > 0) break;
  }
  return { violations, story };
}

async function inboxesOf({ world }: Simulation): Promise<ReadonlyMap<string, readonly InboxEntry[]>> {
  const inboxes = new Map<string, InboxEntry[]>();
  for (const { id, username } of world.people) {
    const entries: InboxEntry[] = [];
    let before: Place | undefined;
    do {
      const page = world.invoke(`inbox of ${username}`, GOOD_FATE, (functions) =>
        functions.inbox({ userId: id, limit: 2, before }),
      );
      let isDone = false;
      void page.then(() => {
        isDone = true;
      });
      while (!isDone) await world.scheduler.release(0);
      const outcome = await page;
      if (outcome.kind !== 'ok') {
        world.blame(`${username}'s inbox cannot be read`);
        break;
      }
      entries.push(...outcome.value.entries);
      before = outcome.value.next;
    } while (before);
    inboxes.set(id, entries);
  }
  return inboxes;
}
