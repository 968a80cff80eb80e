import type { Connection } from '../core/connections/connection.ts';
import { messageStore } from '../storage/messages.ts';
import { connections } from './connections.ts';
import { gateway } from './gateway.ts';
import { logger } from './logger.ts';
import { count } from './metrics.ts';
import { system } from './system.ts';
import { table } from './table.ts';

function onFailure({ connectionId }: Connection, error: unknown): void {
  logger.warn('delivery failed', { connectionId, error: error as Error });
  count('DeliveryFailed');
}

/** To append messages and deliver them. */
export const sending = { log: messageStore(table), connections, gateway, onFailure, ...system };
