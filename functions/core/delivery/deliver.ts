import { atMost } from '../at-most.ts';
import {
  type Connection,
  type ConnectionStore,
  hasExpired,
  isDevice,
  isYoung,
} from '../connections/connection.ts';
import { type Closing, close } from '../connections/open-and-close.ts';
import { entryOf } from '../connections/renew.ts';

/** The delays after which a post to a young connection is repeated. */
const RETRY_AFTER_MS = [100, 300, 700];

/** A function sends at most so many posts at once. */
const CONCURRENT_POSTS = 32;

/** Posts that take longer are given up: the sender waits for them, and those who miss a frame catch up. */
const DELIVERY_MS = 2_000;

export interface DeliveryDependencies extends Closing {
  readonly connections: Pick<ConnectionStore, 'ofNow' | 'remove'>;
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
 * Posts frames, closes the connections whose token has expired, and removes those that are gone. It never rejects, and never takes
 * longer than {@link DELIVERY_MS}: the message is stored already, and one broken socket must not affect the others, nor delay the
 * acknowledgement.
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
  signal.throwIfAborted();
  if (await closeIfExpired(dependencies, connection, signal)) return;
  for (const frame of frames) {
    if (await post(dependencies, connection, frame, signal)) continue;
    await forget(dependencies, connection);
    return;
  }
}

/**
 * Closes a connection whose token has expired. It is looked up first, because a newer token may have come a moment ago.
 * `$disconnect` removes it. If that is lost, the next frame for it finds it gone.
 * @returns whether it gets no frame any more
 */
async function closeIfExpired(
  dependencies: Closing & Pick<DeliveryDependencies, 'connections' | 'now'>,
  connection: Connection,
  signal?: AbortSignal,
): Promise<boolean> {
  const { connections, now } = dependencies;
  if (!hasExpired(connection, now())) return false;
  const listed = await entryOf(connections, connection, now());
  if (!listed) return true;
  if (!hasExpired(listed, now())) return false;
  const outcome = await close(dependencies, connection, 'tokenExpired', signal);
  if (outcome === 'gone') await forget(dependencies, connection);
  return true;
}

/** Removes a connection that is gone, unless it is so young that it may still come. */
async function forget(
  { connections, now }: Pick<DeliveryDependencies, 'connections' | 'now'>,
  connection: Connection,
): Promise<void> {
  const { connectionId, userId } = connection;
  if (!isYoung(connection, now())) await connections.remove(userId, connectionId);
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

export interface TellDependencies extends DeliveryDependencies {
  readonly connections: Pick<ConnectionStore, 'of' | 'ofNow' | 'remove'>;
  /** With more devices online, a request stores what there is to tell, and leaves the telling to the stream. */
  readonly mostDevices?: number | undefined;
  /** Called when connections could not be read or restored. The message or receipt is stored all the same. */
  readonly onConnectionsFailure: (error: unknown) => void;
}

/** A request that tells so many devices is as fast as it was. A pair never has more. */
const MOST_DEVICES = 50;

/** Who posts what is stored to the devices: the request that stores it, or later the function that follows the stream. */
export type Teller = 'request' | 'stream';

/** The stream, if very many devices are online. */
export function tellerOf(
  { mostDevices = MOST_DEVICES }: Pick<TellDependencies, 'mostDevices'>,
  found: readonly (readonly Connection[])[],
): Teller {
  return found.flat().length > mostDevices ? 'stream' : 'request';
}

/** The live connections of each user; of nobody while they cannot be read. What is to be told is stored all the same. */
export async function reachable(
  {
    connections,
    onConnectionsFailure,
    now,
  }: Pick<TellDependencies, 'connections' | 'onConnectionsFailure' | 'now'>,
  userIds: readonly string[],
): Promise<readonly (readonly Connection[])[]> {
  try {
    return await connections.of(userIds, now());
  } catch (error) {
    onConnectionsFailure(error);
    return [];
  }
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
  const found = await reachable(dependencies, userIds);
  const devices = found.flat().filter((one) => isDevice(one) && one.connectionId !== except);
  await deliver(
    dependencies,
    devices.map((connection) => ({ connection, frames: [frame] })),
  );
}

/**
 * Posts a frame to the sockets that watch a user, and closes those whose token has expired. One that is gone is left to the end of
 * its own entry. One that is not listed gets the frame: its entry may be so new that this read misses it.
 */
export async function tellWatchers(
  dependencies: Closing &
    Pick<DeliveryDependencies, 'now' | 'onDeliveryFailure'> & {
      readonly connections: Pick<ConnectionStore, 'of' | 'ofNow' | 'remove'>;
    },
  watchers: readonly Pick<Connection, 'userId' | 'connectionId'>[],
  frame: string,
): Promise<void> {
  const { connections, gateway, now, onDeliveryFailure } = dependencies;
  const userIds = [...new Set(watchers.map(({ userId }) => userId))];
  const found = (await connections.of(userIds, now())).flat();
  const listed = new Map(found.map((connection) => [connection.connectionId, connection]));
  await atMost(CONCURRENT_POSTS, watchers, async ({ connectionId }) => {
    const connection = listed.get(connectionId);
    try {
      if (connection && (await closeIfExpired(dependencies, connection))) return;
      await gateway.post(connectionId, frame);
    } catch (error) {
      onDeliveryFailure(connectionId, error);
    }
  });
}
