import {
  type Connection,
  type ConnectionStore,
  type Gateway,
  isDevice,
  isYoung,
} from '../connections/connection.ts';

/** The delays after which a post to a young connection is repeated. */
const RETRY_AFTER_MS = [100, 300, 700];

/** A function sends at most so many posts at once. */
const CONCURRENT_POSTS = 32;

/** Posts that take longer are given up: the sender waits for them, and those who miss a frame catch up. */
const DELIVERY_MS = 2_000;

export interface DeliveryDependencies {
  readonly connections: Pick<ConnectionStore, 'remove'>;
  readonly gateway: Pick<Gateway, 'post'>;
  readonly now: () => Date;
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A signal that aborts after so many milliseconds. */
  readonly deadline: (milliseconds: number) => AbortSignal;
  /** Called for each failed post. A message is stored all the same. */
  readonly onDeliveryFailure: (connectionId: string, error: unknown) => void;
}

/** The frames for one connection, in order. */
export interface Post {
  readonly connection: Connection;
  readonly frames: readonly string[];
}

/**
 * Posts frames, and removes the connections that are gone. It never rejects, and never takes longer than {@link DELIVERY_MS}: the
 * message is stored already, and one broken socket must not affect the others, nor delay the acknowledgement.
 */
export async function deliver(dependencies: DeliveryDependencies, posts: readonly Post[]): Promise<void> {
  if (posts.length === 0) return;
  const signal = dependencies.deadline(DELIVERY_MS);
  await atMost(CONCURRENT_POSTS, posts, (post) =>
    deliverToOne(dependencies, post, signal).catch((error: unknown) =>
      dependencies.onDeliveryFailure(post.connection.connectionId, error),
    ),
  );
}

async function deliverToOne(
  dependencies: DeliveryDependencies,
  { connection, frames }: Post,
  signal: AbortSignal,
): Promise<void> {
  for (const frame of frames) {
    if (await post(dependencies, connection, frame, signal)) continue;
    const { connectionId, userId } = connection;
    if (!isYoung(connection, dependencies.now())) await dependencies.connections.remove(userId, connectionId);
    return;
  }
}

/** Whether the connection got the frame. */
async function post(
  { gateway, now, wait }: DeliveryDependencies,
  connection: Connection,
  frame: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { connectionId } = connection;
  signal.throwIfAborted();
  if ((await gateway.post(connectionId, frame, signal)) === 'delivered') return true;
  for (const delay of RETRY_AFTER_MS) {
    if (!isYoung(connection, now())) break;
    await wait(delay, signal);
    if ((await gateway.post(connectionId, frame, signal)) === 'delivered') return true;
  }
  return false;
}

/** Works on all items, a few at once. */
async function atMost<T>(
  count: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(count, items.length) }, worker));
}

export interface TellDependencies extends DeliveryDependencies {
  readonly connections: Pick<ConnectionStore, 'of' | 'remove'>;
  /** Called when connections could not be read or restored. The message or receipt is stored all the same. */
  readonly onConnectionsFailure: (error: unknown) => void;
}

/**
 * Posts a frame to every device of some users, except to the connection that caused it. A failure does not reject: the frame tells
 * what is stored, and a client that were asked to try again could only find that it is.
 */
export async function tellDevices(
  dependencies: TellDependencies,
  userIds: readonly string[],
  frame: string,
  except?: string,
): Promise<void> {
  const { connections, onConnectionsFailure, now } = dependencies;
  const found = await connections.of(userIds, now()).catch((error: unknown) => {
    onConnectionsFailure(error);
    return [];
  });
  const devices = found.flat().filter((one) => isDevice(one) && one.connectionId !== except);
  await deliver(
    dependencies,
    devices.map((connection) => ({ connection, frames: [frame] })),
  );
}

/** Posts a frame to connections by their ids alone. One that is gone is left to the end of its own entry. */
export async function tellConnections(
  { gateway, onDeliveryFailure }: Pick<DeliveryDependencies, 'gateway' | 'onDeliveryFailure'>,
  connectionIds: readonly string[],
  frame: string,
): Promise<void> {
  await atMost(CONCURRENT_POSTS, connectionIds, async (connectionId) => {
    await gateway.post(connectionId, frame).catch((error: unknown) => onDeliveryFailure(connectionId, error));
  });
}
