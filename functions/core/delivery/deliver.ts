import {
  type Connection,
  type ConnectionStore,
  type Gateway,
  isDevice,
  isYoung,
} from '../connections/connection.ts';

/** The delays after which a post to a young connection is repeated. */
const RETRY_AFTER_MS = [100, 300, 700];

export interface DeliveryDependencies {
  readonly connections: Pick<ConnectionStore, 'remove'>;
  readonly gateway: Pick<Gateway, 'post'>;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Called for each failed post. A message is stored all the same. */
  readonly onDeliveryFailure: (connectionId: string, error: unknown) => void;
}

/**
 * Posts one frame to all connections at once, and deletes the rows of those that are gone. It never rejects: the message is
 * stored already, and one broken socket must not affect the others.
 */
export async function deliver(
  dependencies: DeliveryDependencies,
  to: readonly Connection[],
  frame: string,
): Promise<void> {
  await Promise.all(
    to.map((connection) =>
      deliverToOne(dependencies, connection, frame).catch((error: unknown) =>
        dependencies.onDeliveryFailure(connection.connectionId, error),
      ),
    ),
  );
}

async function deliverToOne(
  dependencies: DeliveryDependencies,
  connection: Connection,
  frame: string,
): Promise<void> {
  const { connections, gateway, now, wait } = dependencies;
  const { connectionId, userId } = connection;
  if ((await gateway.post(connectionId, frame)) === 'delivered') return;
  for (const delay of RETRY_AFTER_MS) {
    if (!isYoung(connection, now())) break;
    await wait(delay);
    if ((await gateway.post(connectionId, frame)) === 'delivered') return;
  }
  if (!isYoung(connection, now())) await connections.remove(userId, connectionId);
}

export interface TellDependencies extends DeliveryDependencies {
  readonly connections: Pick<ConnectionStore, 'of' | 'remove'>;
}

/** Posts a frame to every device of some users, except to the connection that caused it. A failed post does not reject. */
export async function tellDevices(
  dependencies: TellDependencies,
  userIds: readonly string[],
  frame: string,
  except?: string,
): Promise<void> {
  const { connections, now } = dependencies;
  const open = (await Promise.all(userIds.map((userId) => connections.of(userId, now())))).flat();
  const devices = open.filter((one) => isDevice(one) && one.connectionId !== except);
  await deliver(dependencies, devices, frame);
}

/** Posts a frame to connections by their ids alone. One that is gone is left to the end of its own row. */
export async function tellConnections(
  { gateway, onDeliveryFailure }: Pick<DeliveryDependencies, 'gateway' | 'onDeliveryFailure'>,
  connectionIds: readonly string[],
  frame: string,
): Promise<void> {
  await Promise.all(
    connectionIds.map((connectionId) =>
      gateway.post(connectionId, frame).catch((error: unknown) => onDeliveryFailure(connectionId, error)),
    ),
  );
}
