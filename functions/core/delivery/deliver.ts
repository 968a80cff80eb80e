import { type Connection, type ConnectionStore, type Gateway, isDevice } from '../connections/connection.ts';

/**
 * API Gateway is known to answer 410 for a socket that has just opened: until this age a 410 is retried, and never
 * believed.
 */
const YOUNG_MS = 10_000;
const RETRY_AFTER_MS = [100, 300, 700];

interface Dependencies {
  readonly connections: Pick<ConnectionStore, 'remove'>;
  readonly gateway: Pick<Gateway, 'post'>;
  readonly now: () => Date;
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Told of each failed post; the message is stored all the same. */
  readonly onFailure: (connection: Connection, error: unknown) => void;
}

/**
 * Posts one frame to every connection, all at once, and forgets those that are gone. Never rejects: what is delivered
 * here is stored already, and one broken socket is not the others' matter.
 */
export async function deliver(
  dependencies: Dependencies,
  to: readonly Connection[],
  frame: string,
): Promise<void> {
  await Promise.all(
    to.map(async (connection) => {
      try {
        await deliverToOne(dependencies, connection, frame);
      } catch (error) {
        dependencies.onFailure(connection, error);
      }
    }),
  );
}

/** As {@link deliver}, a frame for each user: what one member is told is not always the other's to know. */
export async function deliverToEach(
  dependencies: Dependencies,
  to: readonly Connection[],
  frameFor: (userId: string) => string,
): Promise<void> {
  const byUser = Map.groupBy(to, ({ userId }) => userId);
  await Promise.all([...byUser].map(([userId, own]) => deliver(dependencies, own, frameFor(userId))));
}

async function deliverToOne(
  dependencies: Dependencies,
  connection: Connection,
  frame: string,
): Promise<void> {
  const { connections, gateway, now, wait } = dependencies;
  const { connectionId, userId, connectedAt } = connection;
  const isYoung = () => now().getTime() - connectedAt.getTime() < YOUNG_MS;
  if ((await gateway.post(connectionId, frame)) === 'delivered') return;
  for (const delay of RETRY_AFTER_MS) {
    if (!isYoung()) break;
    await wait(delay);
    if ((await gateway.post(connectionId, frame)) === 'delivered') return;
  }
  if (!isYoung()) await connections.remove(userId, connectionId);
}

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
