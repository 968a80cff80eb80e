import { connectionsIn } from '../../../functions/storage/connections.ts';
import { sessionKey, socketsKey } from '../../../functions/storage/keys.ts';
import type { Simulation } from './simulation.ts';

/**
 * Logged out is out: no socket of an ended session is open or listed, nor is a closed socket listed. The check runs after every open
 * socket has sent a frame, because the table may have lost a live socket before its session ended.
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
    for (const { connectionId, sessionId } of connectionsIn('open', id, state.get(socketsKey(id)) ?? {})) {
      if (troubled.has(connectionId)) continue;
      if (!isLive(id, sessionId)) world.blame(`${connectionId} is listed after its session has ended`);
      if (!sockets.isOpen(connectionId)) world.blame(`${connectionId} is listed after it has closed`);
    }
  }
}
