import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { DELETED_USERNAME } from '../core/accounts/account.ts';
import { followAccount } from '../core/accounts/directory.ts';
import { followDeletion } from '../core/accounts/follow-deletion.ts';
import { closeReplaced, closeSessions } from '../core/connections/open-and-close.ts';
import { tellWatchers } from '../core/delivery/deliver.ts';
import { followDissolution } from '../core/groups/dissolve.ts';
import { leaveForGood } from '../core/groups/members.ts';
import {
  followBlocks,
  followConnections,
  followOwnSetting,
  followPresence,
} from '../core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../core/presence/presence.ts';
import { eachRecord } from '../middleware/stream-batch.ts';
import { eventFrameOf, lastFrames, presenceFrame } from '../protocol/server-frames.ts';
import {
  type Change,
  lineOf,
  openGateway,
  openReporting,
  openTable,
  readChanges,
  wireAccountChanges,
} from '../runtime/wiring.ts';

const reporting = openReporting();
const dependencies = {
  ...wireAccountChanges(openTable(), openGateway(), reporting),
  lastFrames,
  tell: (watchers: readonly Watcher[], presences: readonly Presence[]) =>
    tellWatchers(dependencies, watchers, JSON.stringify(presenceFrame(presences))),
  leaveGroup: (userId: string, group: string): Promise<void> =>
    leaveForGood(dependencies, group, { userId, frameFor: eventFrameOf(DELETED_USERNAME) }),
};

/** Follows changed and deleted accounts, dissolved groups, ended sessions, sockets that opened or closed, and changed presence. */
export function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const changeOf = readChanges(Records);
  const { logger } = reporting;
  return eachRecord(Records, { lineOf, follow: (record) => follow(changeOf(record)), logger });
}

async function follow(change: Change | undefined): Promise<void> {
  switch (change?.kind) {
    case 'account':
      return followAccount(dependencies.directory, change);
    case 'account-deleted':
      return followDeletion(dependencies, change);
    case 'group-dissolved':
      return followDissolution(dependencies, change);
    case 'sessions-ended':
      return closeSessions(dependencies, change);
    case 'sockets':
      await Promise.all(change.gone.map(dependencies.watches.unwatch));
      await followConnections(dependencies, change);
      return closeReplaced(dependencies, change.replaced);
    case 'presence':
      await followOwnSetting(dependencies, change);
      await followBlocks(dependencies, change);
      return followPresence(dependencies, change);
  }
}
