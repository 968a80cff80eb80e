import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { followAccount } from '../core/accounts/directory.ts';
import { closeReplaced, closeSession } from '../core/connections/open-and-close.ts';
import { tellConnections } from '../core/delivery/deliver.ts';
import { followConnections, followPresence } from '../core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../core/presence/presence.ts';
import { eachRecord } from '../middleware/stream-batch.ts';
import { lastFrames, presenceFrame } from '../protocol/server-frames.ts';
import { openGateway, openReporting, openTable, readChange, wireAccountChanges } from '../runtime/wiring.ts';

const reporting = openReporting();
const dependencies = {
  ...wireAccountChanges(openTable(), openGateway(), reporting),
  lastFrames,
  tell: (watchers: readonly Watcher[], presence: Presence) =>
    tellConnections(
      dependencies,
      watchers.map(({ connectionId }) => connectionId),
      JSON.stringify(presenceFrame([presence])),
    ),
};

/** Follows changed accounts, ended sessions, sockets that opened or closed, and changed presence. */
export function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return eachRecord(Records, follow, reporting.logger);
}

async function follow(record: DynamoDBRecord): Promise<void> {
  const change = readChange(record);
  switch (change?.kind) {
    case 'account':
      return followAccount(dependencies.directory, change);
    case 'session-ended':
      return closeSession(dependencies, change);
    case 'sockets':
      await Promise.all(change.gone.map(dependencies.watches.unwatch));
      await followConnections(dependencies, change.userId);
      return closeReplaced(dependencies, change.replaced);
    case 'presence':
      return followPresence(dependencies, change);
  }
}
