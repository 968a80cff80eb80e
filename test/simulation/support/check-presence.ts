import { pairId } from '../../../functions/core/conversations/conversation.ts';
import {
  CONNECTION_PREFIX,
  membershipKey,
  presenceKey,
  userPartition,
  watchPartition,
} from '../../../functions/storage/keys.ts';
import type { Simulation } from './simulation.ts';
import type { World } from './world.ts';

/** Every live socket has its connection item. */
export function checkSockets({ world }: Simulation): void {
  for (const { id } of world.people) {
    const rows = rowsOf(world, id);
    const lost = world.sockets.open.filter((one) => one.userId === id && !rows.includes(one.connectionId));
    if (lost.length > 0) world.blame(`${lost.map(({ connectionId }) => connectionId)} has no row`);
  }
}

/** A user with a connection item is online. */
export function checkPresence({ world }: Simulation): void {
  for (const { id, username } of world.people) {
    const online = world.state.get(presenceKey(id))?.online ?? false;
    const rows = rowsOf(world, id);
    if (online !== rows.length > 0) {
      world.blame(`${username} is ${online ? 'online' : 'offline'} with ${rows.length} connections`);
    }
  }
}

function rowsOf({ state }: World, userId: string): readonly unknown[] {
  return state
    .partition(userPartition(userId))
    .filter(({ sk }) => String(sk).startsWith(CONNECTION_PREFIX))
    .map(({ connectionId }) => connectionId);
}

/** A socket that ended with `$disconnect` leaves no items, and watchers know who is gone. */
export function checkDeparture({ world, clients }: Simulation, ended: readonly string[]): void {
  const { state, people } = world;
  // An empty watch list stays until its TTL.
  const rows = people.flatMap(({ id }) => [
    ...state.partition(userPartition(id)).filter(({ sk }) => String(sk).startsWith(CONNECTION_PREFIX)),
    ...state.partition(watchPartition(id)),
  ]);
  const left = rows.map(({ sk }) => String(sk)).filter((sk) => ended.some((one) => sk.endsWith(`#${one}`)));
  if (left.length > 0) world.blame(`${left.join()} is left`);
  for (const { name, person, isConnected, peer, online } of clients) {
    if (!isConnected || peer) continue;
    for (const { id, username } of people) {
      const isShared = state.get(membershipKey(person.id, pairId(person.id, id)));
      const stored = state.get(presenceKey(id));
      const isOnline = stored?.online === true && stored.hidden !== true;
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
  const left = world.people.flatMap(({ id }) => world.state.partition(watchPartition(id)));
  if (left.length > 0) world.blame(`${left.length} watch rows are left`);
}
