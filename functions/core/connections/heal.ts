import type { Connection } from './connection.ts';
import type { ConnectionStore } from './ports.ts';

/**
 * Gives a live socket its row back, if a false 410 or a lost write took it: a frame proves that the socket lives.
 * @returns whether it was gone; then the device's list of watched users is gone with it
 */
export async function heal(
  { connections, now }: { connections: Pick<ConnectionStore, 'of' | 'put'>; now: () => Date },
  connection: Connection,
): Promise<boolean> {
  const known = await connections.of(connection.userId, now());
  if (known.some(({ connectionId }) => connectionId === connection.connectionId)) return false;
  await connections.put(connection);
  return true;
}
