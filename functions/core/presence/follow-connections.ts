import type { ConnectionStore } from '../connections/ports.ts';
import type { PresenceStore } from './ports.ts';

/**
 * After a socket of a user came or went, in whatever way: online as long as one device is left. It looks at what is
 * there now instead of counting, so that a record that comes twice or late does no harm.
 */
export async function followConnections(
  dependencies: {
    connections: Pick<ConnectionStore, 'ofNow'>;
    presences: Pick<PresenceStore, 'set'>;
    now: () => Date;
  },
  userId: string,
): Promise<void> {
  const { connections, presences, now } = dependencies;
  const online = (await connections.ofNow(userId, now())).length > 0;
  await presences.set(userId, online, now());
}
