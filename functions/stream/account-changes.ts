import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { DELETED_USERNAME } from '../core/accounts/account.ts';
import { followAccount } from '../core/accounts/directory.ts';
import { followDeletion } from '../core/accounts/follow-deletion.ts';
import { closeReplaced, closeSessions } from '../core/connections/open-and-close.ts';
import { tellWatchers } from '../core/delivery/deliver.ts';
import { followDissolution } from '../core/groups/dissolve.ts';
import { leaveForGood } from '../core/groups/members.ts';
import { tellByStream } from '../core/messages/tell-by-stream.ts';
import {
  followBlocks,
  followConnections,
  followOwnSetting,
  followPresence,
} from '../core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../core/presence/presence.ts';
import { eachRecord } from '../middleware/stream-batch.ts';
import {
  eventFrameOf,
  framesOf,
  lastFrames,
  presenceFrame,
  reactionFrame,
} from '../protocol/server-frames.ts';
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

/** Of the 30 seconds that a batch has. */
const TELLING_MS = 10_000;

/**
 * Follows changed and deleted accounts, dissolved groups, ended sessions, sockets that opened or closed, and changed presence. Tells
 * messages that have too many readers for the request that stored them.
 */
export async function handler({ Records }: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> {
  const changeOf = readChanges(Records);
  const { logger } = reporting;
  const told: Promise<void>[] = [];
  // All conversations of the batch share this time.
  const deadline = dependencies.deadline(TELLING_MS);
  const telling = { ...dependencies, framesOf, changedFor: reactionFrame, deadline: () => deadline };
  const outcome = await eachRecord(Records, {
    lineOf,
    async follow(record) {
      const change = changeOf(record);
      // Nothing else waits for so many posts.
      if (change?.kind === 'messages') told.push(tellByStream(telling, change.messages));
      else await follow(change);
    },
    logger,
  });
  await Promise.all(told);
  return outcome;
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
