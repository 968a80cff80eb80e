import { type Connection, isDevice } from '../connections/connection.ts';
import type { ConnectionStore } from '../connections/ports.ts';

export interface TellDependencies {
  readonly connections: Pick<ConnectionStore, 'of'>;
  readonly deliver: (to: readonly Connection[], frame: string) => Promise<void>;
  readonly now: () => Date;
}

/** Posts a frame to every device of some users but the one that it came from. Never rejects for one device's sake. */
export async function tellDevices(
  { connections, deliver, now }: TellDependencies,
  userIds: readonly string[],
  frame: string,
  except?: string,
): Promise<void> {
  const open = (await Promise.all(userIds.map((userId) => connections.of(userId, now())))).flat();
  await deliver(
    open.filter((connection) => isDevice(connection) && connection.connectionId !== except),
    frame,
  );
}
