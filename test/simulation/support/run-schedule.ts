import type { Plant } from './capabilities.ts';
import { check, checkDirectory } from './check.ts';
import { checkAccounts, checkNames, checkPeersOfDeleted } from './check-accounts.ts';
import { checkLeft } from './check-groups.ts';
import { checkAllOffline, checkDeparture, checkPresence, checkSockets } from './check-presence.ts';
import { checkSessions } from './check-sessions.ts';
import { inboxesOf } from './inboxes.ts';
import {
  blockOne,
  calmDown,
  depart,
  endAllSockets,
  pingAll,
  settle,
  settlePasswords,
  unblockAll,
} from './settle.ts';
import { Simulation } from './simulation.ts';
import type { Schedule } from './steps.ts';

export interface Report {
  /** Empty if every promise was kept. */
  readonly violations: readonly string[];
  readonly story: readonly string[];
}

/** Runs one schedule to its end and checks the promises. */
export async function runSchedule(schedule: Schedule, plant?: Plant): Promise<Report> {
  const simulation = await Simulation.start(schedule, plant);
  const { world } = simulation;
  const { violations, story } = world;
  for (const step of schedule.steps) {
    await simulation.perform(step);
    if (violations.length > 0) return { violations, story };
  }
  // Each of these continues with the world that the former one left.
  const looks = [
    async () => {
      await calmDown(simulation);
      checkPresence(simulation);
      checkDirectory(simulation);
    },
    async () => {
      await settlePasswords(simulation);
      await pingAll(simulation);
      checkSessions(simulation);
      checkAccounts(simulation, 'first');
    },
    async () => {
      await settle(simulation);
      const inboxes = await inboxesOf(simulation);
      check(simulation, inboxes);
      await checkPeersOfDeleted(simulation, inboxes);
      checkSockets(simulation);
      checkPresence(simulation);
    },
    async () => {
      await blockOne(simulation);
      checkDeparture(simulation, []);
      await unblockAll(simulation);
      checkDeparture(simulation, []);
    },
    async () => {
      checkDeparture(simulation, await depart(simulation));
      checkPresence(simulation);
    },
    async () => {
      await endAllSockets(simulation);
      checkAllOffline(simulation);
      checkAccounts(simulation, 'last');
      checkLeft(simulation);
      await checkNames(simulation);
    },
  ];
  for (const look of looks) {
    await look();
    if (violations.length > 0) break;
  }
  return { violations, story };
}
