import { may } from '../../../functions/core/conversations/rights.ts';
import { synchronize } from './catching-up.ts';
import type { Client } from './client.ts';
import { GOOD_FATE } from './fate.ts';
import { type Intent, partiesOf, trySending } from './intent.ts';
import { settlePassword } from './own-account.ts';
import { quiet } from './scheduler.ts';
import type { Simulation } from './simulation.ts';
import { watchEverybody } from './watching.ts';
import type { World } from './world.ts';

/** More turns than this mean an endless loop. */
const MAX_TURNS = 50_000;
/** The rate limit lets a flood through twenty messages at a time. */
const MAX_ROUNDS = 20;

/** Ends the faults and finishes all running work. */
export async function calmDown(simulation: Simulation): Promise<void> {
  const { world } = simulation;
  world.say('--- from here on nothing fails');
  world.isCalm = true;
  await finish(simulation);
  world.state.expire(world.scheduler.time / 1000);
  await finish(simulation);
}

/**
 * A frame on each open socket restores the connection item that a false 410 removed, or ends the socket with its
 * session.
 */
export async function pingAll(simulation: Simulation): Promise<void> {
  await all(simulation, simulation.clients, async ({ world, connection, peer, name }) => {
    if (connection && !peer) await world.invoke(`ping of ${name}`, GOOD_FATE, ({ ping }) => ping(connection));
  });
  await finish(simulation);
}

/** Everybody ends all blocks. */
export async function unblockAll(simulation: Simulation): Promise<void> {
  const { world } = simulation;
  const pairs = world.living.flatMap((one) =>
    world.people.filter((other) => other !== one).map((other) => [one, other] as const),
  );
  await all(simulation, pairs, ([by, other]) => world.blocks.change(world, by, other, false, GOOD_FATE));
  await finish(simulation);
}

/** The first user blocks the second one, while all devices are online and watch everybody. */
export async function blockOne(simulation: Simulation): Promise<void> {
  const { world, clients } = simulation;
  const [one, other] = world.living;
  const devices = clients.filter(({ peer }) => !peer);
  await all(simulation, devices, (device) => watchEverybody(device, GOOD_FATE));
  await finish(simulation);
  if (!one || !other) return;
  await all(simulation, [one], (by) => world.blocks.change(world, by, other, true, GOOD_FATE));
  await finish(simulation);
}

/** All clients connect, retry unanswered messages, and catch up. */
export async function settle(simulation: Simulation): Promise<void> {
  const { world, clients, intents } = simulation;
  await unblockAll(simulation);
  for (const client of clients.filter(({ peer }) => peer)) client.disconnect('told', GOOD_FATE);
  // A client whose session has ended logs in and connects again. A new socket may replace that of another client, if the list
  // still has one that ended without `$disconnect`.
  const able = clients.filter((client) => isAble(client));
  for (let round = 0; round < 4; round += 1) {
    await all(simulation, able, (client) => client.connect(GOOD_FATE));
    await finish(simulation);
  }
  for (const client of able) {
    if (!client.isConnected) world.blame(`${client.name} cannot connect`);
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const unanswered = intents.filter((intent) => isUnanswered(world, intent));
    if (unanswered.length === 0) break;
    // Messages that the rate limit refused must wait for the end of the window.
    world.scheduler.pass(11_000);
    await all(simulation, unanswered, (intent) => trySending(world, intent, GOOD_FATE));
  }
  await pingAll(simulation);
  const readers = clients.filter(({ person }) => !world.isDeleted(person));
  await all(simulation, readers, (client) => synchronize(client, GOOD_FATE));
  await finish(simulation);
}

/** Nobody can connect of a deleted account, or to one. */
const isAble = ({ world, person, peer }: Client): boolean =>
  !world.isDeleted(person) && (peer === undefined || !world.isDeleted(peer));

/** It will be acknowledged one day. */
export function isUnanswered(world: World, intent: Intent): boolean {
  const { clientId, acked, isGivenUp, sender, peer, conversation } = intent;
  if (clientId === undefined || acked || isGivenUp || partiesOf(intent).some(world.isDeleted)) return false;
  if (peer) return true;
  const part = world.rosters.partOf(sender.id, conversation);
  return part !== undefined && may(part, 'write');
}

/** Changes of passwords whose answers did not come are made again. */
export async function settlePasswords(simulation: Simulation): Promise<void> {
  const { world, clients } = simulation;
  await all(simulation, world.living, (person) =>
    settlePassword(clients.filter((client) => client.person === person)),
  );
  await finish(simulation);
}

/** Most stories begin with clients online. Nothing fails here, so more of the schedule is left for the rest. */
export async function connectPhones(simulation: Simulation): Promise<void> {
  const phones = simulation.clients.filter(({ name }) => name.endsWith('.phone'));
  await all(simulation, phones, (phone) => phone.connect(GOOD_FATE));
}

/** Every device watches all users. Then every second user disconnects properly. Returns the connections that ended. */
export async function depart(simulation: Simulation): Promise<readonly string[]> {
  const { world, clients } = simulation;
  world.say('--- every second person goes');
  const devices = clients.filter(({ peer }) => !peer);
  await all(simulation, devices, (device) => watchEverybody(device, GOOD_FATE));
  const leaving = clients.filter(({ person }) => world.people.indexOf(person) % 2 === 0);
  const ended = leaving.flatMap(({ connection }) => connection?.connectionId ?? []);
  for (const client of leaving) client.disconnect('told', GOOD_FATE);
  await finish(simulation);
  return ended;
}

/** Two hours later every socket has ended without `$disconnect`, and the table has deleted their items. */
export async function endAllSockets(simulation: Simulation): Promise<void> {
  const { world, clients } = simulation;
  world.say('--- two hours later');
  for (const client of clients) client.disconnect('silent', GOOD_FATE);
  world.scheduler.pass(7_300_000);
  world.state.expire(world.scheduler.time / 1000);
  await finish(simulation);
}

/** Runs all started work and the stream until nothing is left. */
async function finish({ world, readers }: Simulation): Promise<void> {
  let turns = 0;
  do {
    for (const reader of readers) void reader.deliver(10, 0);
    await quiet();
    while (world.scheduler.parked > 0) {
      await world.scheduler.release(0);
      turns += 1;
      if (turns > MAX_TURNS) return world.blame('it never settles');
    }
  } while (readers.some(({ isDone }) => !isDone));
}

/** Starts some work for each, all at once, and runs everything until the work is done. */
export async function all<T>(
  { world }: Simulation,
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  let isDone = false;
  const ended = Promise.all(items.map(act)).then(() => {
    isDone = true;
  });
  await quiet();
  while (!isDone && world.scheduler.parked > 0) await world.scheduler.release(0);
  await ended;
}
