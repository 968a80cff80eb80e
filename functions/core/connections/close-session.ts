import { isDevice } from './connection.ts';
import type { ConnectionStore, Gateway } from './ports.ts';

interface Dependencies {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
  readonly gateway: Gateway;
  readonly now: () => Date;
  /** The frame that tells a device why its socket closes. */
  readonly farewell: string;
}

/** Closes every socket of a session that has ended. A repeat finds nothing left to close. */
export async function closeSession(
  { connections, gateway, now, farewell }: Dependencies,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const open = await connections.ofNow(userId, now());
  await Promise.all(
    open
      .filter((connection) => connection.sessionId === sessionId)
      .map(async (connection) => {
        const { connectionId } = connection;
        // That the socket closes matters; that it is told why is a courtesy.
        if (isDevice(connection)) await gateway.post(connectionId, farewell).catch(() => undefined);
        // First the socket: if this fails, the row stays and a retry finds it.
        await gateway.close(connectionId);
        await connections.remove(userId, connectionId);
      }),
  );
}
