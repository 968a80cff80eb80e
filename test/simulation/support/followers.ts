import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { DELETED_USERNAME } from '../../../functions/core/accounts/account.ts';
import { followAccount } from '../../../functions/core/accounts/directory.ts';
import { followDeletion } from '../../../functions/core/accounts/follow-deletion.ts';
import { closeReplaced, closeSessions } from '../../../functions/core/connections/open-and-close.ts';
import { tellWatchers } from '../../../functions/core/delivery/deliver.ts';
import { followDissolution } from '../../../functions/core/groups/dissolve.ts';
import { leaveForGood } from '../../../functions/core/groups/members.ts';
import { projectMessages } from '../../../functions/core/inbox/project-messages.ts';
import { tellByStream } from '../../../functions/core/messages/tell-by-stream.ts';
import { tellReactions } from '../../../functions/core/messages/tell-reactions.ts';
import {
  followBlocks,
  followConnections,
  followOwnSetting,
  followPresence,
} from '../../../functions/core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../../../functions/core/presence/presence.ts';
import { eachConversation, eachRecord } from '../../../functions/middleware/stream-batch.ts';
import {
  eventFrameOf,
  framesOf,
  lastFrames,
  presenceFrame,
  reactionFrame,
} from '../../../functions/protocol/server-frames.ts';
import {
  DISSOLVED,
  MESSAGE_PREFIX,
  PRESENCE,
  PROFILE,
  REMAINS,
  SESSION_PREFIX,
  SOCKETS,
} from '../../../functions/storage/keys.ts';
import { type Change, lineOf, messageIn, readChanges } from '../../../functions/storage/stream-record.ts';
import type { Written } from '../../support/table/state.ts';
import { eventNameOf } from '../../support/table/stream.ts';
import type { Capabilities } from './capabilities.ts';

type Handler = (records: readonly DynamoDBRecord[]) => Promise<DynamoDBBatchResponse>;

/** A stream function, and the records that its event source passes on. */
export interface Follower {
  readonly name: string;
  readonly wants: (written: Written) => boolean;
  readonly handlerWith: (capabilities: Capabilities, onFailure: (error: unknown) => void) => Handler;
}

/** functions/stream/account-changes over the given capabilities. */
const accountChanges: Follower = {
  name: 'account-changes',
  wants(written) {
    const { sk } = written.key;
    if (sk.startsWith(SESSION_PREFIX)) return eventNameOf(written) === 'REMOVE';
    if (sk === PROFILE || sk === PRESENCE) return eventNameOf(written) !== 'REMOVE';
    if (sk === REMAINS) return eventNameOf(written) === 'REMOVE';
    if (sk.startsWith(MESSAGE_PREFIX)) return written.after?.told === 'stream';
    return sk === SOCKETS || sk === DISSOLVED;
  },
  handlerWith(capabilities, onFailure) {
    const { gateway, system, directory, connections, presences, watches, remains, seals } = capabilities;
    const { rosters, log, groupRemains, people } = capabilities;
    const onDeliveryFailure = (_: string, error: unknown) => onFailure(error);
    const tell = (watchers: readonly Watcher[], presences: readonly Presence[]) =>
      tellWatchers(
        { connections, gateway, lastFrames, now, onDeliveryFailure },
        watchers,
        JSON.stringify(presenceFrame(presences)),
      );
    const { now, wait } = system;
    const dependencies = { connections, presences, watches, seals, gateway, lastFrames, now, wait, tell };

    const telling = {
      ...{ connections, gateway, lastFrames, onDeliveryFailure, onConnectionsFailure: () => {} },
      ...system,
    };
    const leaveGroup = (userId: string, group: string) =>
      leaveForGood({ rosters, log, ...telling }, group, { userId, frameFor: eventFrameOf(DELETED_USERNAME) });

    async function follow(change: Change | undefined): Promise<void> {
      switch (change?.kind) {
        case 'account':
          return followAccount(directory, change);
        case 'account-deleted':
          return followDeletion({ directory, remains, leaveGroup, now }, change);
        case 'group-dissolved':
          return followDissolution({ groupRemains, now }, change);
        case 'sessions-ended':
          return closeSessions(dependencies, change);
        case 'sockets':
          await Promise.all(change.gone.map(watches.unwatch));
          await followConnections(dependencies, change);
          return closeReplaced(dependencies, change.replaced);
        case 'presence':
          await followOwnSetting(dependencies, change);
          await followBlocks(dependencies, change);
          return followPresence(dependencies, change);
      }
    }
    const logger = { error: (_: string, ...more: unknown[]) => onFailure(more[0]) };
    return async (records) => {
      const changeOf = readChanges(records);
      const told: Promise<void>[] = [];
      const many = { ...telling, rosters, people, framesOf, changedFor: reactionFrame };
      const outcome = await eachRecord(records, {
        lineOf,
        async follow(record) {
          const change = changeOf(record);
          if (change?.kind === 'messages') told.push(tellByStream(many, change.messages));
          else await follow(change);
        },
        logger,
      });
      await Promise.all(told);
      return outcome;
    };
  },
};

/** functions/stream/message-changes over the given capabilities. */
const messageChanges: Follower = {
  name: 'message-changes',
  wants: (written) => written.key.sk.startsWith(MESSAGE_PREFIX) && eventNameOf(written) !== 'REMOVE',
  handlerWith({ inboxProjection, log, rosters, profiles, connections, gateway, system }, onFailure) {
    const following = { inbox: inboxProjection, log, rosters, profiles, now: system.now };
    const telling = {
      ...{ rosters, connections, gateway, lastFrames, frameFor: reactionFrame },
      onDeliveryFailure: (_: string, error: unknown) => onFailure(error),
      onConnectionsFailure: onFailure,
      ...system,
    };
    return async (records) => {
      const told: Promise<void>[] = [];
      const outcome = await eachConversation(records, {
        messageIn,
        async follow(messages) {
          told.push(tellReactions(telling, messages));
          await projectMessages(following, messages);
        },
        logger: { error: (_, ...more) => onFailure(more[0]) },
      });
      await Promise.all(told);
      return outcome;
    };
  },
};

export const FOLLOWERS: readonly Follower[] = [accountChanges, messageChanges];
