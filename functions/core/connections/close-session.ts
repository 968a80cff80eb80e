import type { ConnectionStore, Gateway } from './ports.ts';

/** Closes every socket of a session that has ended. A repeat finds nothing left to close. */
export async function closeSession(
  dependencies: {
    connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
    gateway: Pick<Gateway, 'close'>;
    now: () => Date;
  },
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const { connections, gateway, now } = dependencies;
  const open = await connections.ofNow(userId, now());
  await Promise.all(
    open
      .filter((connection) => connection.sessionId === sessionId)
      .map(async ({ connectionId }) => {
        // First the socket: if this fails, the row stays and a retry finds it.
        await gateway.close(connectionId);
        await connections.remove(userId, connectionId);
      }),
  );
}
