import type { Client } from './client.ts';
import type { Fate } from './fate.ts';

/** A device asks for the presence of all other users. The server omits those without a common conversation. */
export async function watchEverybody(client: Client, fate: Fate): Promise<void> {
  const { connection, world, person, name } = client;
  if (!connection) return;
  const others = world.people.filter((one) => one !== person).map(({ id }) => id);
  world.say(`${name} watches everybody`);
  const outcome = await world.invoke(`watch by ${name}`, fate, ({ watch }) => watch(connection, others));
  if (outcome.kind === 'ok' && client.connection === connection) client.believe(outcome.value);
}
