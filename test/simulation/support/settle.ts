import { synchronize } from './catching-up.ts';
import { GOOD_FATE } from './fate.ts';
import { trySending } from './intent.ts';
import { quiet } from './scheduler.ts';
import type { Simulation } from './simulation.ts';
import { watchEverybody } from './watching.ts';

/** More than this many turns, and something goes round in circles. */
const MAX_TURNS = 50_000;
/** A flood gets through twenty at a time. */
const MAX_ROUNDS = 20;

/** Ends the faults, and lets everything come to its end that is under way. */
export async function calmDown(simulation: Simulation): Promise<void> {
  const { world } = simulation;
  world.say('--- from here on nothing fails');
  world.isCalm = true;
  await finish(simulation);
  world.state.expire(world.scheduler.time / 1000);
  await finish(simulation);
}

/** A frame of each open socket gives it the row back that a false 410 took, or ends it with its session. */
export async function pingAll(simulation: Simulation): Promise<void> {
  await all(simulation, simulation.clients, async ({ world, connection, peer, name }) => {
    if (connection && !peer) await world.invoke(`ping of ${name}`, GOOD_FATE, ({ ping }) => ping(connection));
  });
  await finish(simulation);
}

/** All clients connect, try again what was not answered, and catch up. */
export async function settle(simulation: Simulation): Promise<void> {
  const { world, clients, intents } = simulation;
  for (const client of clients.filter(({ peer }) => peer)) client.disconnect('told', GOOD_FATE);
  // Whoever finds at the door that their session has ended logs in and comes again.
  for (const _ of ['once', 'again']) {
    await all(simulation, clients, (client) => client.connect(GOOD_FATE));
  }
  for (const client of clients) {
    if (!client.isConnected) world.blame(`${client.name} cannot connect`);
  }
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const unanswered = intents.filter(({ clientId, acked }) => clientId !== undefined && !acked);
    if (unanswered.length === 0) break;
    // What flood control refused must wait for its window to end.
    world.scheduler.pass(11_000);
    await all(simulation, unanswered, (intent) => trySending(world, intent, GOOD_FATE));
  }
  await pingAll(simulation);
  await all(simulation, clients, (client) => synchronize(client, GOOD_FATE));
  await finish(simulation);
}

/** Most stories begin with somebody online: that nothing fails here makes the rest longer. */
export async function connectPhones(simulation: Simulation): Promise<void> {
  const phones = simulation.clients.filter(({ name }) => name.endsWith('.phone'));
  await all(simulation, phones, (phone) => phone.connect(GOOD_FATE));
}

/** Every device watches everybody; then every second person goes, and says so. Gives the connections that ended. */
export async function depart(simulation: Simulation): Promise<readonly string[]> {
  const { world, clients } = simulation;
  world.say('--- every second person goes');
  const devices = clients.filter(({ peer }) => !peer);
  await all(simulation, devices, (device) => watchEverybody(device, GOOD_FATE));
  const leaving = clients.filter(({ person }) => world.people.indexOf(person) % 2 === 0);
  const ended = leaving.map(({ connection }) => connection?.connectionId ?? '');
  for (const client of leaving) client.disconnect('told', GOOD_FATE);
  await finish(simulation);
  return ended;
}

/** Two hours later every socket has ended, untold, and the table has deleted their rows. */
export async function endAllSockets(simulation: Simulation): Promise<void> {
  const { world, clients } = simulation;
  world.say('--- two hours later');
  for (const client of clients) client.disconnect('silent', GOOD_FATE);
  world.scheduler.pass(7_300_000);
  world.state.expire(world.scheduler.time / 1000);
  await finish(simulation);
}

/** Runs what is under way, and the stream, until nothing is left. */
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

/** Does something with each, all at once, and lets everything go on until they are done. */
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
