import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { invitationTokens } from '../../../functions/auth/invitation-tokens.ts';
import { refreshTokens } from '../../../functions/auth/refresh-tokens.ts';
import { connectionsGateway } from '../../../functions/gateway/connections-gateway.ts';
import { aboutReader } from '../../../functions/storage/abouts.ts';
import {
  accountRemover,
  credentialStore,
  peopleStore,
  profileStore,
} from '../../../functions/storage/accounts.ts';
import { blockStore } from '../../../functions/storage/blocks.ts';
import { connectionAdder } from '../../../functions/storage/connection-adder.ts';
import { connectionStore } from '../../../functions/storage/connections.ts';
import { loginAttempts, retryCounter } from '../../../functions/storage/counters.ts';
import { knownDevices } from '../../../functions/storage/devices.ts';
import { directoryProjection } from '../../../functions/storage/directory.ts';
import { inboxReader } from '../../../functions/storage/inbox.ts';
import { inboxProjection } from '../../../functions/storage/inbox-projection.ts';
import { invitationStore } from '../../../functions/storage/invitations.ts';
import { messageStore } from '../../../functions/storage/messages.ts';
import { membershipCheck, presenceStore } from '../../../functions/storage/presence.ts';
import { receiptStore } from '../../../functions/storage/receipts.ts';
import { groupRemainsOf, remainsOf, sealRemover } from '../../../functions/storage/remains.ts';
import { rosterStore } from '../../../functions/storage/rosters.ts';
import { sessionCheck, sessionList, sessionStore } from '../../../functions/storage/sessions.ts';
import { tableWith } from '../../../functions/storage/table.ts';
import { watchStore } from '../../../functions/storage/watches.ts';

export interface System {
  readonly now: () => Date;
  readonly newId: () => string;
  /** The same id for the same text. */
  readonly idOf: (text: string) => string;
  readonly random: () => number;
  readonly randomBytes: (size: number) => Buffer;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly deadline: (milliseconds: number) => AbortSignal;
}

interface Ports {
  readonly documents: DynamoDBDocumentClient;
  readonly management: ApiGatewayManagementApiClient;
  readonly system: System;
}

/** So few that schedules reach it: each user has three clients, and sockets that ended without `$disconnect` count. */
export const SOCKETS_PER_ACCOUNT = 3;

/** The adapters over one invocation's ports, as functions/runtime builds them over the real ones. */
export function capabilitiesOver({ documents, management, system }: Ports) {
  const table = tableWith(documents, 'parley', system);
  return {
    table,
    log: messageStore(table),
    rosters: rosterStore(table),
    invitations: invitationStore(table),
    invitationTokens: invitationTokens(system.randomBytes),
    abouts: aboutReader(table),
    connections: { ...connectionStore(table), ...connectionAdder(table, SOCKETS_PER_ACCOUNT) },
    gateway: connectionsGateway(management),
    retries: retryCounter(table),
    profiles: profileStore(table),
    people: peopleStore(table),
    credentials: credentialStore(table),
    attempts: loginAttempts(table),
    devices: knownDevices(table),
    accounts: accountRemover(table),
    sessions: { ...sessionStore(table), ...sessionList(table), ...sessionCheck(table, { consistent: true }) },
    refreshTokens: refreshTokens(system.randomBytes),
    receipts: receiptStore(table),
    inbox: inboxReader(table),
    inboxProjection: inboxProjection(table),
    presences: presenceStore(table),
    memberships: membershipCheck(table),
    watches: watchStore(table),
    directory: directoryProjection(table),
    remains: remainsOf(table),
    groupRemains: groupRemainsOf(table),
    seals: sealRemover(table),
    blocks: blockStore(table),
    system,
  };
}

export type Capabilities = ReturnType<typeof capabilitiesOver>;

/** Replaces correct code by a bug. */
export type Plant = (capabilities: Capabilities) => Capabilities;
