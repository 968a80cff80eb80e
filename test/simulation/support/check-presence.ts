import { isWithinLife } from '../../../functions/core/connections/connection.ts';
import { pairId } from '../../../functions/core/conversations/conversation.ts';
import { connectionsIn, type List } from '../../../functions/storage/connections.ts';
import {
  membershipKey,
  presenceKey,
  socketsKey,
  userPartition,
  WATCH_LIST_PREFIX,
} from '../../../functions/storage/keys.ts';
import { SOCKETS_PER_ACCOUNT } from './capabilities.ts';
import type { Simulation } from './simulation.ts';
import type { World } from './world.ts';

/** Every live socket is listed, no account lists more than it may have, and none has one left that waits to be closed. */
export function checkSockets({ world }: Simulation): void {
  for (const { id } of world.people) {
    const listed = listedOf(world, 'open', id).map(({ connectionId }) => connectionId);
    const lost = world.sockets.open.filter((one) => one.userId === id && !listed.includes(one.connectionId));
    if (lost.length > 0) world.blame(`${lost.map(({ connectionId }) => connectionId)} is not listed`);
    const counted = world.state.get(socketsKey(id))?.count ?? 0;
    if (listed.length > SOCKETS_PER_ACCOUNT || listed.length !== counted) {
      world.blame(
        `${listed.length} sockets are listed of ${SOCKETS_PER_ACCOUNT}, and the count is ${counted}`,
      );
    }
    const closing = listedOf(world, 'closing', id);
    if (closing.length > 0) world.blame(`${closing.map(({ connectionId }) => connectionId)} is not closed`);
  }
}

/** A user with an open socket is online. One whose last socket was never told to end is offline once TTL deletes the list. */
export function checkPresence({ world }: Simulation): void {
  for (const { id, username } of world.people) {
    const online = world.state.get(presenceKey(id))?.online ?? false;
    const listed = listedOf(world, 'open', id);
    const isOpen = listed.some((one) => isWithinLife(one, new Date(world.scheduler.time)));
    if (online ? listed.length === 0 : isOpen) {
      world.blame(`${username} is ${online ? 'online' : 'offline'} with ${listed.length} connections`);
    }
  }
}

function listedOf({ state }: World, list: List, userId: string) {
  return connectionsIn(list, userId, state.get(socketsKey(userId)) ?? {});
}

/** A socket that ended with `$disconnect` is listed nowhere, and watchers know who is gone, or blocks them. */
export function checkDeparture({ world, clients }: Simulation, ended: readonly string[]): void {
  const { state, people } = world;
  const names = people.flatMap(({ id }) => [
    ...listedOf(world, 'open', id).map(({ connectionId }) => `#${connectionId}`),
    ...watchLists(world, id),
  ]);
  const left = names.filter((name) => ended.some((one) => name.endsWith(`#${one}`)));
  if (left.length > 0) world.blame(`${left.join()} is left`);
  for (const { name, person, isConnected, peer, online } of clients) {
    if (!isConnected || peer) continue;
    for (const { id, username } of people) {
      const isShared = state.get(membershipKey(person.id, pairId(person.id, id)));
      const stored = state.get(presenceKey(id));
      const hides = stored?.hidden === true || state.get(presenceKey(person.id))?.hidden === true;
      const isOnline = stored?.online === true && !hides && !world.blocks.look(id, person.id).isSealed;
      if (id !== person.id && isShared && online.get(id) !== isOnline) {
        world.blame(`${name} believes that ${username} is ${isOnline ? 'offline' : 'online'}`);
      }
    }
  }
}

/** After the last socket all users are offline. */
export function checkAllOffline({ world }: Simulation): void {
  for (const { id, username } of world.people) {
    if (world.state.get(presenceKey(id))?.online) world.blame(`${username} is shown online without a socket`);
  }
  const left = world.people.flatMap(({ id }) => watchLists(world, id));
  if (left.length > 0) world.blame(`${left} are left`);
}

const watchLists = ({ state }: World, userId: string) =>
  state
    .partition(userPartition(userId))
    .map(({ sk }) => String(sk))
    .filter((sk) => sk.startsWith(WATCH_LIST_PREFIX));
