import { type Connection, isDevice } from './connection.ts';
import type { ConnectionStore, Gateway } from './ports.ts';

interface Closing {
  readonly gateway: Pick<Gateway, 'post' | 'close'>;
  /** The frame that tells a device why its socket closes. */
  readonly farewell: string;
}

interface Dependencies extends Closing {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
  readonly now: () => Date;
}

/** Closes every socket of a session that has ended. A repeat finds nothing left to close. */
export async function closeSession(
  dependencies: Dependencies,
  { userId, sessionId }: { userId: string; sessionId: string },
): Promise<void> {
  const { connections, now } = dependencies;
  const open = await connections.ofNow(userId, now());
  await Promise.all(
    open
      .filter((connection) => connection.sessionId === sessionId)
      .map(async (connection) => {
        // First the socket: if this fails, the row stays and a retry finds it.
        await dismiss(dependencies, connection);
        await connections.remove(userId, connection.connectionId);
      }),
  );
}

/** Closes a socket. That it closes matters; that it is told why is a courtesy. */
export async function dismiss({ gateway, farewell }: Closing, connection: Connection): Promise<void> {
  const { connectionId } = connection;
  if (isDevice(connection)) await gateway.post(connectionId, farewell).catch(() => undefined);
  await gateway.close(connectionId);
}
