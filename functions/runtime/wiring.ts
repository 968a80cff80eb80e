/**
 * The composition root: what each entry needs, made of adapters and core. Entries call these factories once, at their start, so a
 * bundle carries only what its entry uses.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { accessTokens, accessTokenVerifier, keySet, type VerifyAccessToken } from '../auth/access-tokens.ts';
import { decoyHash, passwordHasher } from '../auth/passwords.ts';
import { refreshTokens } from '../auth/refresh-tokens.ts';
import { openSecrets, signingKeys, signingSecret } from '../auth/signing-keys.ts';
import type { Gateway } from '../core/connections/connection.ts';
import type { SendDependencies } from '../core/messages/send-message.ts';
import { type CountWork, type RateLimit, rateLimit } from '../core/rate-limit/rate-limit.ts';
import type { Identity } from '../core/sessions/session.ts';
import { connectionsGateway, openGateway as openManagementApi } from '../gateway/connections-gateway.ts';
import { accountStore, credentialStore, profileEditor, profileStore } from '../storage/accounts.ts';
import { connectionAdder } from '../storage/connection-adder.ts';
import { connectionStore } from '../storage/connections.ts';
import { loginAttempts, retryCounter } from '../storage/counters.ts';
import { directoryProjection } from '../storage/directory.ts';
import { inboxReader } from '../storage/inbox.ts';
import { inboxProjection } from '../storage/inbox-projection.ts';
import { messageStore } from '../storage/messages.ts';
import { membershipCheck, presenceStore } from '../storage/presence.ts';
import { receiptStore } from '../storage/receipts.ts';
import { publicKeys, sessionCheck, sessionStore } from '../storage/sessions.ts';
import { openTable as openTableNamed, type Table } from '../storage/table.ts';
import { watchStore } from '../storage/watches.ts';
import { config } from './config.ts';

export { profileStore } from '../storage/accounts.ts';
export { connectionStore } from '../storage/connections.ts';
export { directory } from '../storage/directory.ts';
export { publicKeys } from '../storage/sessions.ts';
export { messageIn, readChange } from '../storage/stream-record.ts';

const now = (): Date => new Date();

/** The clock and the randomness that the domain is given. */
export const system = {
  now,
  newId: (): string => randomUUID(),
  random: (): number => Math.random(),
  randomBytes: (size: number): Buffer => randomBytes(size),
  wait: (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    setTimeout(milliseconds, undefined, { signal }),
  deadline: (milliseconds: number): AbortSignal => AbortSignal.timeout(milliseconds),
};

/** The work that accounts and sockets may cause in this process. It is told of the work by table and gateway. */
export const openRateLimit = (): RateLimit => rateLimit(config.number('WORK_PER_MINUTE'), now);

/** The table. An entry opens it once, and hands it to all its factories. */
export const openTable = (count?: CountWork): Table =>
  openTableNamed(config.text('TABLE_NAME'), system, count);

/** The `@connections` API. An entry opens it once. */
export const openGateway = (count?: CountWork): Gateway => connectionsGateway(openManagementApi(), count);

/** Structured logs. They never have a token, a password or the text of a message. */
export const openLogger = (): Logger => new Logger();

/**
 * The logger, and `count` for events that an alarm looks at. Each count is a log line that is paid for, so ordinary work is not
 * counted.
 */
export function openReporting() {
  const metrics = new Metrics();
  return {
    logger: openLogger(),
    count(name: 'DeliveryFailed' | 'ServerFault'): void {
      metrics.addMetric(name, MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
  };
}

export type Reporting = ReturnType<typeof openReporting>;

const onDeliveryFailure =
  ({ logger, count }: Reporting) =>
  (connectionId: string, error: unknown): void => {
    logger.warn('delivery failed', { connectionId, error: error as Error });
    count('DeliveryFailed');
  };

/** Verifies access tokens. */
export function wireVerification(table: Table): VerifyAccessToken {
  return accessTokenVerifier({
    keys: keySet({ published: publicKeys(table), now }),
    issuer: config.text('TOKEN_ISSUER'),
    now,
  });
}

/** For `authenticate`: the access token must be valid, and its session must not have ended. */
export function wireAuthentication(table: Table) {
  const sessions = sessionCheck(table, { consistent: false });
  return {
    verify: wireVerification(table),
    isLive: ({ userId, sessionId }: Identity) => sessions.isLive(userId, sessionId, now()),
  };
}

/** Issues tokens: for the few functions that may read the signing secret. */
function wireTokens(table: Table) {
  return {
    accessTokens: accessTokens({
      signingKey: signingKeys({
        secret: signingSecret(config.text('SIGNING_SECRET_ARN'), openSecrets()),
        published: publicKeys(table),
        now,
      }),
      issuer: config.text('TOKEN_ISSUER'),
      lifetimeSeconds: config.number('ACCESS_TOKEN_SECONDS'),
      newId: system.newId,
      now,
    }),
    refreshTokens: refreshTokens(system.randomBytes),
    refreshSeconds: config.number('REFRESH_TOKEN_SECONDS'),
    profiles: profileStore(table),
    sessions: sessionStore(table),
  };
}

/** For `register`. */
export function wireRegistration(table: Table) {
  return {
    accounts: accountStore(table),
    passwords: passwordHasher(config.number('PASSWORD_COST')),
    ...system,
  };
}

/** For `checkPassword` and `openSession`. */
export function wireLogIn(table: Table) {
  const cost = config.number('PASSWORD_COST');
  return {
    credentials: credentialStore(table),
    attempts: loginAttempts(table),
    passwords: passwordHasher(cost),
    decoyHash: decoyHash(cost),
    ...wireTokens(table),
    ...system,
  };
}

/** For `refreshSession`. */
export function wireRefresh(table: Table) {
  return { ...wireTokens(table), sessionSeconds: config.number('SESSION_DAYS') * 86_400, now };
}

/** For `logOut`. */
export function wireLogOut(table: Table) {
  return { sessions: sessionStore(table), refreshTokens: refreshTokens(system.randomBytes) };
}

/** For `ownProfile`, `changeProfile` and `readUser`. */
export function wireProfiles(table: Table) {
  return {
    profiles: { ...profileStore(table), ...profileEditor(table) },
    presences: presenceStore(table),
  };
}

/** For `readHistory` and `readMessages`. */
export function wireHistory(table: Table) {
  return { profiles: profileStore(table), history: messageStore(table) };
}

/** For `readInbox`, `readConversation` and `catchUp`. */
export function wireInbox(table: Table) {
  return {
    inbox: inboxReader(table),
    presences: presenceStore(table),
    profiles: profileStore(table),
    log: messageStore(table),
    now,
  };
}

/** For `sendMessage` and `tellDevices`. */
export function wireSending(table: Table, gateway: Gateway, reporting: Reporting): SendDependencies {
  return {
    log: messageStore(table),
    profiles: profileStore(table),
    retries: retryCounter(table),
    sendLimit: { messages: config.number('FLOOD_MESSAGES'), seconds: config.number('FLOOD_SECONDS') },
    connections: connectionStore(table),
    gateway,
    onDeliveryFailure: onDeliveryFailure(reporting),
    onFault(error) {
      reporting.logger.error('server fault', error);
      reporting.count('ServerFault');
    },
    onConnectionsFailure: (error) =>
      reporting.logger.warn('connections could not be read or restored', error as Error),
    ...system,
  };
}

/** For `openConnection`, `restore` and `restoreIfLost`. */
export function wireConnections(table: Table) {
  const connections = {
    ...connectionStore(table),
    ...connectionAdder(table, config.number('SOCKETS_PER_ACCOUNT')),
  };
  return { connections, sessions: sessionCheck(table, { consistent: true }), now };
}

/** For `markRead`, `markReceived` and `mayForwardTyping`. */
export function wireReceipts(table: Table) {
  return { log: messageStore(table), receipts: receiptStore(table), presences: presenceStore(table), now };
}

/** For `watchPresence`. */
export function wireWatching(table: Table) {
  return {
    memberships: membershipCheck(table),
    presences: presenceStore(table),
    watches: watchStore(table),
    now,
  };
}

/** For the stream's function that follows accounts, sessions and connections. */
export function wireAccountChanges(table: Table, gateway: Gateway, reporting: Reporting) {
  return {
    directory: directoryProjection(table),
    connections: connectionStore(table),
    presences: presenceStore(table),
    watches: watchStore(table),
    gateway,
    onDeliveryFailure: onDeliveryFailure(reporting),
    now,
    wait: system.wait,
  };
}

/** For `projectMessages`. */
export function wireInboxProjection(table: Table) {
  return { inbox: inboxProjection(table), log: messageStore(table), profiles: profileStore(table), now };
}
