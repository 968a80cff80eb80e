import type { InboxEntry } from '../../../functions/core/inbox/inbox.ts';
import type { Place } from '../../../functions/core/inbox/ports.ts';
import type { Plant } from './capabilities.ts';
import { check } from './check.ts';
import { checkAllOffline, checkDeparture, checkSockets } from './check-presence.ts';
import { GOOD_FATE } from './fate.ts';
import { depart, endAllSockets, settle } from './settle.ts';
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
  await settle(simulation);
  check(simulation, await inboxesOf(simulation));
  checkSockets(simulation);
  if (violations.length > 0) return { violations, story };
  checkDeparture(simulation, await depart(simulation));
  checkSockets(simulation);
  if (violations.length > 0) return { violations, story };
  await endAllSockets(simulation);
  checkAllOffline(simulation);
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
