import { CONNECTION_PREFIX, sessionKey, userPartition } from '../../../functions/storage/keys.ts';
import type { Simulation } from './simulation.ts';

/**
 * Logged out is out: no socket and no connection item of an ended session is left, nor an item of a closed socket. The check runs
 * after every open socket has sent a frame, because the table may have lost a live socket before its session ended.
 */
export function checkSessions({ world }: Simulation): void {
  const { sockets, state, troubled, people } = world;
  const isLive = (userId: string, sessionId: string) =>
    state.get(sessionKey(userId, sessionId)) !== undefined;
  for (const { userId, sessionId, connectionId, conversation } of sockets.open) {
    // The original protocol has no frame without effect.
    if (conversation !== '' || troubled.has(connectionId)) continue;
    if (!isLive(userId, sessionId)) world.blame(`${connectionId} of an ended session is open`);
  }
  for (const { id } of people) {
    for (const { sk, connectionId, sessionId } of state.partition(userPartition(id))) {
      if (!String(sk).startsWith(CONNECTION_PREFIX) || troubled.has(String(connectionId))) continue;
      if (!isLive(id, String(sessionId))) world.blame(`a row of ${connectionId} outlives its session`);
      if (!sockets.isOpen(String(connectionId))) world.blame(`a row of ${connectionId} outlives its socket`);
    }
  }
}
