import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { followAccount } from '../../../functions/core/accounts/directory.ts';
import { closeReplaced, closeSession } from '../../../functions/core/connections/open-and-close.ts';
import { tellConnections } from '../../../functions/core/delivery/deliver.ts';
import { projectMessages } from '../../../functions/core/inbox/project-messages.ts';
import { followConnections, followPresence } from '../../../functions/core/presence/follow-presence.ts';
import type { Presence, Watcher } from '../../../functions/core/presence/presence.ts';
import { eachConversation, eachRecord } from '../../../functions/middleware/stream-batch.ts';
import { lastFrames, presenceFrame } from '../../../functions/protocol/server-frames.ts';
import {
  MESSAGE_PREFIX,
  PRESENCE,
  PROFILE,
  SESSION_PREFIX,
  SOCKETS,
} from '../../../functions/storage/keys.ts';
import { messageIn, readChange } from '../../../functions/storage/stream-record.ts';
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
    return sk === SOCKETS;
  },
  handlerWith({ gateway, system, directory, connections, presences, watches }, onFailure) {
    const onDeliveryFailure = (_: string, error: unknown) => onFailure(error);
    const tell = (watchers: readonly Watcher[], presence: Presence) =>
      tellConnections(
        { gateway, onDeliveryFailure },
        watchers.map(({ connectionId }) => connectionId),
        JSON.stringify(presenceFrame([presence])),
      );
    const { now, wait } = system;
    const dependencies = { connections, presences, watches, gateway, lastFrames, now, wait, tell };

    async function follow(record: DynamoDBRecord): Promise<void> {
      const change = readChange(record);
      switch (change?.kind) {
        case 'account':
          return followAccount(directory, change);
        case 'session-ended':
          return closeSession(dependencies, change);
        case 'sockets':
          await Promise.all(change.gone.map(watches.unwatch));
          await followConnections(dependencies, change.userId);
          return closeReplaced(dependencies, change.replaced);
        case 'presence':
          return followPresence(dependencies, change);
      }
    }
    return (records) => eachRecord(records, follow, { error: (_, ...more) => onFailure(more[0]) });
  },
};

/** functions/stream/message-changes over the given capabilities. */
const messageChanges: Follower = {
  name: 'message-changes',
  wants: (written) => written.key.sk.startsWith(MESSAGE_PREFIX) && eventNameOf(written) === 'INSERT',
  handlerWith({ inboxProjection, log, profiles, system }, onFailure) {
    const following = { inbox: inboxProjection, log, profiles, now: system.now };
    return (records) =>
      eachConversation(records, {
        messageIn,
        follow: (messages) => projectMessages(following, messages),
        logger: { error: (_, ...more) => onFailure(more[0]) },
      });
  },
};

export const FOLLOWERS: readonly Follower[] = [accountChanges, messageChanges];
