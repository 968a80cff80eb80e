import type { Connection } from '../../../functions/core/connections/connection.ts';
import { frozenClock } from './clock.ts';
import { memoryConnections, scriptedGateway } from './connections.ts';

/** What it takes to tell devices, whose posts and failures can be looked at. */
export function telling(rows: readonly Connection[]) {
  const gateway = scriptedGateway();
  const failures: unknown[] = [];
  const dependencies = {
    connections: memoryConnections(...rows),
    gateway,
    onDeliveryFailure: (_: string, error: unknown) => failures.push(error),
    onConnectionsFailure: (error: unknown) => failures.push(error),
    lastFrames: { sessionEnded: 'ended', replaced: 'replaced', tokenExpired: 'expired' },
    ...frozenClock(),
  };
  return { gateway, failures, dependencies };
}
