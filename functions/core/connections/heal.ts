import type { Connection } from './connection.ts';
import type { ConnectionStore } from './ports.ts';

/** Gives a live socket its row back, if a false 410 or a lost write took it: a frame proves that the socket lives. */
export async function heal(
  { connections, now }: { connections: Pick<ConnectionStore, 'of' | 'put'>; now: () => Date },
  connection: Connection,
): Promise<void> {
  const known = await connections.of(connection.userId, now());
  if (!known.some(({ connectionId }) => connectionId === connection.connectionId)) {
    await connections.put(connection);
  }
}
