import type { Watcher } from '../core/presence/presence.ts';
import { directoryUpkeep } from '../storage/directory.ts';
import { presenceStore } from '../storage/presence.ts';
import { watchStore } from '../storage/watches.ts';
import { connections } from './connections.ts';
import { gateway } from './gateway.ts';
import { logger } from './logger.ts';
import { count } from './metrics.ts';
import { system } from './system.ts';
import { table } from './table.ts';

export { readChange } from '../storage/stream-record.ts';

/** One watcher's broken socket is not the others' matter; a gone one is forgotten with its connection. */
async function post(watchers: readonly Watcher[], frame: string): Promise<void> {
  await Promise.all(
    watchers.map(({ connectionId }) =>
      gateway.post(connectionId, frame).catch((error: unknown) => {
        logger.warn('delivery failed', { connectionId, error: error as Error });
        count('DeliveryFailed');
      }),
    ),
  );
}

/** To do what follows from changed accounts, sessions and connections. */
export const upkeep = {
  directory: directoryUpkeep(table),
  connections,
  presences: presenceStore(table),
  watches: watchStore(table),
  gateway,
  post,
  now: system.now,
};
