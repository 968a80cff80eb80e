import { type Client, TOKEN_MS } from './client.ts';
import type { Fate } from './fate.ts';

/** Sends a token over the open socket, issued so many seconds ago. It never moves the end of the socket back. */
export async function renewSocket(client: Client, secondsAgo: number, fate: Fate): Promise<void> {
  const { world, person, name, connection, peer } = client;
  if (!connection || peer) return;
  world.say(`${name} renews its socket`);
  const { connectionId } = connection;
  // Tokens end at whole seconds.
  const end = world.scheduler.time + TOKEN_MS - secondsAgo * 1000;
  const expiresAt = new Date(end - (end % 1000));
  const outcome = await world.invokeOver(connectionId, `renewal of ${name}`, fate, (functions) =>
    functions.renew(connection, person.username, expiresAt),
  );
  if (outcome.kind === 'ok' && outcome.value < expiresAt)
    world.blame(`${name} got an end before its token's`);
}
