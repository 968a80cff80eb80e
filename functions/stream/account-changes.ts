import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { followAccount } from '../core/accounts/directory.ts';
import { closeSession } from '../core/connections/open-and-close.ts';
import { followConnections, followPresence } from '../core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../core/presence/presence.ts';
import { eachRecord } from '../middleware/stream-batch.ts';
import { presenceFrame, sessionEndedFrame } from '../protocol/server-frames.ts';
import { logger } from '../runtime/logger.ts';
import { readChange, upkeep } from '../runtime/upkeep.ts';

const farewell = JSON.stringify(sessionEndedFrame);

const tell = (watchers: readonly Watcher[], presence: Presence) =>
  upkeep.post(watchers, JSON.stringify(presenceFrame([presence])));

/** What follows from changed accounts, ended sessions, sockets that came or went, and changed presence. */
export function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  return eachRecord(Records, follow, logger);
}

async function follow(record: DynamoDBRecord): Promise<void> {
  const change = readChange(record);
  switch (change?.kind) {
    case 'account':
      return followAccount(upkeep.directory, change);
    case 'session-ended':
      return closeSession({ ...upkeep, farewell }, change);
    case 'connected':
      return followConnections(upkeep, change.userId);
    case 'disconnected':
      await upkeep.watches.unwatch(change);
      return followConnections(upkeep, change.userId);
    case 'presence':
      return followPresence({ ...upkeep, tell }, change);
  }
}
