/**
 * The composition root: what each entry needs, made of adapters and core. Entries call these factories once, at their start, so a
 * bundle carries only what its entry uses.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { accessTokens, accessTokenVerifier, keySet, type VerifyAccessToken } from '../auth/access-tokens.ts';
import { breachedPasswords } from '../auth/breached-passwords.ts';
import { fetchJson } from '../auth/fetch-json.ts';
import { invitationTokens } from '../auth/invitation-tokens.ts';
import { issuerKeys } from '../auth/issuer-keys.ts';
import { linkTokens } from '../auth/link-tokens.ts';
import { decoyHash, passwordHasher } from '../auth/passwords.ts';
import { refreshTokens } from '../auth/refresh-tokens.ts';
import { openSecrets, signingKeys, signingSecret } from '../auth/signing-keys.ts';
import { type IsProof, siteProof } from '../auth/site-proof.ts';
import { subjectTokenVerifier } from '../auth/subject-tokens.ts';
import { tickets } from '../auth/tickets.ts';
import { type AuditTrail, auditTrail } from '../core/audit/trail.ts';
import type { Gateway } from '../core/connections/connection.ts';
import type { GroupDependencies } from '../core/groups/change-group.ts';
import type { CreationDependencies } from '../core/groups/create-group.ts';
import type { JoiningDependencies } from '../core/invitations/join.ts';
import type { Issuer, VerifySubjectToken } from '../core/issuers/issuer.ts';
import type { EditDependencies } from '../core/messages/edit-message.ts';
import type { SendDependencies } from '../core/messages/send-message.ts';
import { type CountWork, type RateLimit, rateLimit } from '../core/rate-limit/rate-limit.ts';
import type { Identity } from '../core/sessions/session.ts';
import type { SettingsDependencies } from '../core/settings/change-settings.ts';
import { connectionsGateway, openGateway as openManagementApi } from '../gateway/connections-gateway.ts';
import { openMailService, sesMailer } from '../mailer/ses-mailer.ts';
import { aboutReader } from '../storage/abouts.ts';
import {
  accountRemover,
  accountStore,
  credentialStore,
  moderatedPeople,
  peopleStore,
  profileEditor,
  profileStore,
} from '../storage/accounts.ts';
import { auditLog, auditReader } from '../storage/audit.ts';
import { blockStore } from '../storage/blocks.ts';
import { connectionAdder } from '../storage/connection-adder.ts';
import { connectionStore } from '../storage/connections.ts';
import { conversationList } from '../storage/conversation-list.ts';
import { loginAttempts, mailCounter, retryCounter } from '../storage/counters.ts';
import { knownDevices } from '../storage/devices.ts';
import { directoryProjection } from '../storage/directory.ts';
import { identityStore } from '../storage/identities.ts';
import { inboxReader } from '../storage/inbox.ts';
import { changedSummary, inboxProjection } from '../storage/inbox-projection.ts';
import { invitationStore } from '../storage/invitations.ts';
import { linkStore } from '../storage/links.ts';
import { messageStore } from '../storage/messages.ts';
import { ownReports } from '../storage/own-reports.ts';
import { membershipCheck, presenceStore } from '../storage/presence.ts';
import { receiptStore } from '../storage/receipts.ts';
import { groupRemainsOf, remainsOf, sealRemover } from '../storage/remains.ts';
import { reportQueue, reportStore } from '../storage/reports.ts';
import { rosterReader, rosterStore } from '../storage/rosters.ts';
import { publicKeys, sessionCheck, sessionList, sessionStore } from '../storage/sessions.ts';
import { pinReader, settingsStore } from '../storage/settings.ts';
import { signUpStore } from '../storage/sign-ups.ts';
import { suspensionStore } from '../storage/suspensions.ts';
import { openTable as openTableNamed, type Table } from '../storage/table.ts';
import { ticketStore } from '../storage/tickets.ts';
import { watchStore } from '../storage/watches.ts';
import { config } from './config.ts';

export { profileStore } from '../storage/accounts.ts';
export { connectionStore } from '../storage/connections.ts';
export { directory } from '../storage/directory.ts';
export { publicKeys } from '../storage/sessions.ts';
export { type Change, lineOf, messageIn, readChanges } from '../storage/stream-record.ts';

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

/** A UUID of version 8 (RFC 9562 §5.8), made of a text: the same one each time. */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

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
    count(name: 'AuditFailed' | 'DeliveryFailed' | 'ServerFault'): void {
      metrics.addMetric(name, MetricUnit.Count, 1);
      metrics.publishStoredMetrics();
    },
  };
}

export type Reporting = ReturnType<typeof openReporting>;

/** Tells what came through the site. Undefined if the bare APIs are open. */
export function openSite(): IsProof | undefined {
  const secret = config.text('SITE_SECRET');
  return secret === 'off' ? undefined : siteProof(secret);
}

/** For `httpStack`. */
export const openHttpEntry = () => ({
  ...openReporting(),
  isProof: openSite(),
  logsRequests: config.text('REQUEST_LINES') === 'on',
});

const onDeliveryFailure =
  ({ logger, count }: Reporting) =>
  (connectionId: string, error: unknown): void => {
    logger.warn('delivery failed', { connectionId, error: error as Error });
    count('DeliveryFailed');
  };

/** The security events of a request, for the domain and for `audited`. */
export const openAudit = (table: Table): AuditTrail => auditTrail(auditLog(table), system);

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

/** For `userStack`. What the table consumes counts as the user's work. */
export function openUserAccess() {
  const limit = openRateLimit();
  const table = openTable(limit.count);
  return { table, limit, ...wireAuthentication(table) };
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

/** For `withPasswords`. */
export const arePasswordsOn = (): boolean => config.text('SIGN_UP') === 'on';

/** For `newPasswordFaults`. */
function wireBreaches({ logger }: Pick<Reporting, 'logger'>) {
  const url = config.text('BREACHED_PASSWORDS');
  return {
    breaches: url === 'off' ? undefined : breachedPasswords(url, { fetch, deadline: system.deadline }),
    onBreachFailure: (error: unknown) =>
      logger.warn('the service of breached passwords did not answer', error as Error),
  };
}

/** For `chosenPassword`, and to hash it. */
const wireNewPassword = (reporting: Reporting) => ({
  ...wireBreaches(reporting),
  passwords: passwordHasher(config.number('PASSWORD_COST')),
});

/** For `register`. */
export function wireRegistration(table: Table, reporting: Reporting) {
  return { ...wireNewPassword(reporting), accounts: accountStore(table), ...system };
}

/** For `checkPassword`. */
function wirePasswordCheck(table: Table) {
  const cost = config.number('PASSWORD_COST');
  return {
    credentials: credentialStore(table),
    attempts: loginAttempts(table),
    devices: knownDevices(table),
    wrongPasswords: config.number('WRONG_PASSWORDS'),
    // Past the site nobody can believe an address.
    wrongPasswordsPerAddress:
      openSite() === undefined ? undefined : config.number('WRONG_PASSWORDS_PER_ADDRESS'),
    passwords: passwordHasher(cost),
    decoyHash: decoyHash(cost),
    ...system,
  };
}

/** For `changePassword`. */
export function wireOwnPassword(table: Table, reporting: Reporting) {
  return {
    ...wirePasswordCheck(table),
    ...wireBreaches(reporting),
    profiles: profileStore(table),
    sessions: sessionList(table),
  };
}

/** For `deleteAccount` and `deleteAccountByToken`. */
export function wireDeletion(table: Table) {
  return {
    ...wirePasswordCheck(table),
    verify: openIssuers(),
    identities: identityStore(table),
    profiles: profileStore(table),
    accounts: accountRemover(table),
    sessions: sessionList(table),
  };
}

/** For `withMail`. */
export const isMailOn = (): boolean => config.text('MAIL_FROM') !== 'off';

/** The links in mails, and their tokens. */
const openLinks = (table: Table) => ({
  links: linkStore(table),
  linkTokens: linkTokens(system.randomBytes),
});

/** For whatever sends a mail with a link. */
function wireMail(table: Table, { logger }: Pick<Reporting, 'logger'>) {
  return {
    mailer: sesMailer(openMailService(), config.text('MAIL_FROM'), (error) =>
      logger.warn('SES takes no mail for an address', error),
    ),
    mails: mailCounter(table),
    maxMails: config.number('MAILS'),
    siteUrl: config.text('SITE_URL'),
    now,
  };
}

/** For `mailLink`. */
const wireLinks = (table: Table, reporting: Pick<Reporting, 'logger'>) => ({
  ...openLinks(table),
  ...wireMail(table, reporting),
  profiles: profileStore(table),
});

/** For `mailUnseen`. */
const wireSameAnswer = ({ logger, count }: Reporting) => ({
  wait: system.wait,
  deadline: system.deadline,
  onMailFailure(error: unknown): void {
    logger.error('a mail was not sent', error as Error);
    count('ServerFault');
  },
});

/** For `requestReset`. */
export function wireResetRequest(table: Table, reporting: Reporting) {
  return {
    ...wireLinks(table, reporting),
    ...wireSameAnswer(reporting),
    credentials: credentialStore(table),
  };
}

/** The sign-ups that wait for a mailbox, and the tokens of their links. */
const openSignUps = (table: Table) => ({
  signUps: signUpStore(table),
  linkTokens: linkTokens(system.randomBytes),
});

/** For `requestSignUp`. */
export function wireSignUpRequest(table: Table, reporting: Reporting) {
  return {
    ...wireNewPassword(reporting),
    ...wireMail(table, reporting),
    ...wireSameAnswer(reporting),
    ...openSignUps(table),
    newId: system.newId,
  };
}

/** For `confirmSignUp`. */
export function wireSignUp(table: Table) {
  return { ...wirePasswordCheck(table), ...openSignUps(table) };
}

/** For `sendVerification`. */
export const wireVerificationRequest = wireLinks;

/** For `resetPassword`. */
export function wireReset(table: Table, reporting: Reporting) {
  return {
    ...wireBreaches(reporting),
    ...wirePasswordCheck(table),
    ...openLinks(table),
    profiles: profileStore(table),
    sessions: sessionList(table),
  };
}

/** For `verifyEmail`. */
export function wireEmailVerification(table: Table) {
  return { ...openLinks(table), now };
}

/** For `logIn`. */
export function wireLogIn(table: Table) {
  return {
    ...wirePasswordCheck(table),
    ...wireTokens(table),
    sessions: { ...sessionStore(table), ...sessionList(table) },
  };
}

/** For `refreshSession`. */
export function wireRefresh(table: Table) {
  return { ...wireTokens(table), sessionSeconds: config.number('SESSION_DAYS') * 86_400, now };
}

/** Verifies tokens of other issuers. */
function openIssuers(): VerifySubjectToken {
  const issuers: readonly Issuer[] = JSON.parse(config.text('ISSUERS'));
  const sources = { fetchJson: fetchJson({ fetch, deadline: system.deadline }), now };
  return subjectTokenVerifier({ issuers, keysOf: (issuer) => issuerKeys(issuer, sources), now });
}

/** For `accountOf` and `openSession`, and the verification of tokens of other issuers. */
export function wireExchange(table: Table) {
  return {
    ...wireTokens(table),
    ...system,
    verify: openIssuers(),
    identities: identityStore(table),
    exchanges: config.number('EXCHANGES'),
    profiles: { ...profileStore(table), ...profileEditor(table) },
    sessions: { ...sessionStore(table), ...sessionList(table) },
    accessSeconds: config.number('ACCESS_TOKEN_SECONDS'),
  };
}

/** For `logOut`. */
export function wireLogOut(table: Table) {
  return { sessions: sessionStore(table), refreshTokens: refreshTokens(system.randomBytes) };
}

/** For `ownSessions`, `endSession` and `endOtherSessions`. */
export function wireOwnSessions(table: Table) {
  return { sessions: sessionList(table), now };
}

/** For `ownProfile`, `changeProfile` and `readUser`. */
export function wireProfiles(table: Table) {
  return {
    profiles: { ...profileStore(table), ...profileEditor(table) },
    presences: presenceStore(table),
  };
}

/** For `block`, `unblock` and `blockedPeople`. */
export function wireBlocks(table: Table) {
  return { blocks: blockStore(table), profiles: profileStore(table), people: peopleStore(table) };
}

/** For `report`. */
export function wireReporting(table: Table) {
  return {
    ...wireRosters(table),
    reports: reportStore(table),
    profiles: profileStore(table),
    log: messageStore(table),
    ...system,
  };
}

/** For `listReports` and `resolveReport`. */
export function wireModeration(table: Table) {
  return { profiles: profileStore(table), queue: reportQueue(table), people: moderatedPeople(table), now };
}

/** For `suspend` and `restoreAccount`. */
export function wireSuspension(table: Table) {
  return {
    profiles: profileStore(table),
    suspensions: suspensionStore(table),
    sessions: sessionList(table),
    now,
  };
}

/** For `readEvents`. */
export function wireEvents(table: Table) {
  return { profiles: profileStore(table), events: auditReader(table), now };
}

/** For `resolve`. */
export const wireRosters = (table: Table) => ({ rosters: rosterReader(table) });

/** For `readHistory` and `readMessages`. */
export function wireHistory(table: Table) {
  return { ...wireRosters(table), profiles: profileStore(table), history: messageStore(table) };
}

/** For `exportPage`. */
export function wireExport(table: Table) {
  return {
    profiles: profileStore(table),
    presences: presenceStore(table),
    sessions: sessionList(table),
    audit: auditReader(table),
    reports: ownReports(table),
    conversations: conversationList(table),
    inbox: inboxReader(table),
    log: messageStore(table),
    ...wireRosters(table),
    now,
  };
}

/** For `readInbox`, `describe` and `catchUp`. */
export function wireInbox(table: Table) {
  return {
    inbox: inboxReader(table),
    pins: pinReader(table),
    people: peopleStore(table),
    presences: presenceStore(table),
    profiles: profileStore(table),
    log: messageStore(table),
    ...wireRosters(table),
    abouts: aboutReader(table),
    now,
  };
}

/** What everything that tells devices needs. */
const wireTelling = (table: Table, gateway: Gateway, reporting: Reporting) => ({
  connections: connectionStore(table),
  gateway,
  onDeliveryFailure: onDeliveryFailure(reporting),
  onConnectionsFailure: (error: unknown) =>
    reporting.logger.warn('connections could not be read or restored', error as Error),
  ...system,
});

/** For `sendMessage` and `tellDevices`. The last frames come from the protocol. */
export function wireSending(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<SendDependencies, 'lastFrames'> & ReturnType<typeof wireRosters> {
  return {
    ...wireTelling(table, gateway, reporting),
    ...wireRosters(table),
    log: messageStore(table),
    profiles: profileStore(table),
    retries: retryCounter(table),
    sendLimit: { messages: config.number('FLOOD_MESSAGES'), seconds: config.number('FLOOD_SECONDS') },
    onFault(error) {
      reporting.logger.error('server fault', error);
      reporting.count('ServerFault');
    },
  };
}

/** For `editMessage`, `deleteMessage`, `react` and `unreact`. The last frames come from the protocol. */
export function wireChanging(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<EditDependencies, 'lastFrames'> & ReturnType<typeof wireRosters> {
  const seconds = config.text('EDIT_SECONDS');
  return {
    ...wireTelling(table, gateway, reporting),
    ...wireRosters(table),
    log: messageStore(table),
    summaries: changedSummary(table),
    editSeconds: seconds === 'off' ? undefined : Number(seconds),
  };
}

/** For `changeSettings`, `dissolveGroup`, `putMember` and `removeMember`. The last frames come from the protocol. */
export function wireGroups(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<GroupDependencies, 'lastFrames'> {
  return {
    ...wireTelling(table, gateway, reporting),
    rosters: rosterStore(table),
    abouts: aboutReader(table),
    log: messageStore(table),
    people: peopleStore(table),
    presences: presenceStore(table),
    idOf: uuidOf,
  };
}

/** The same, and for `createGroup`. */
export function wireCreation(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<CreationDependencies, 'lastFrames'> {
  return {
    ...wireGroups(table, gateway, reporting),
    groupCreation: config.text('GROUP_CREATION') === 'staff' ? 'staff' : 'anyone',
    profiles: profileStore(table),
  };
}

/** For `changeOwnSettings`. The last frames come from the protocol. */
export function wireSettings(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<SettingsDependencies, 'lastFrames'> & ReturnType<typeof wireRosters> {
  return {
    ...wireTelling(table, gateway, reporting),
    ...wireRosters(table),
    settings: settingsStore(table),
    log: messageStore(table),
  };
}

/** The invitations to groups, and their tokens. */
const openInvitations = (table: Table) => ({
  invitations: invitationStore(table),
  tokens: invitationTokens(system.randomBytes),
});

/** For `invite`, `invitationsOf`, `revokeInvitation` and `previewInvitation`. */
export function wireInvitations(table: Table) {
  return {
    ...system,
    ...wireRosters(table),
    ...openInvitations(table),
    people: peopleStore(table),
    presences: presenceStore(table),
  };
}

/** For `joinGroup`. The last frames come from the protocol. */
export function wireJoining(
  table: Table,
  gateway: Gateway,
  reporting: Reporting,
): Omit<JoiningDependencies, 'lastFrames'> {
  return { ...wireGroups(table, gateway, reporting), ...openInvitations(table) };
}

/** For `openConnection`, `restore`, `restoreIfLost` and `renew`. */
export function wireConnections(table: Table) {
  const connections = {
    ...connectionStore(table),
    ...connectionAdder(table, config.number('SOCKETS_PER_ACCOUNT')),
  };
  return { connections, sessions: sessionCheck(table, { consistent: true }), now };
}

/** For `issueTicket` and `redeemTicket`. */
export function wireTickets(table: Table) {
  return { tickets: tickets(system.randomBytes), store: ticketStore(table), newId: system.newId, now };
}

/** For `markRead`, `markReceived` and `forwardTyping`. */
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

/** For the stream's function that follows accounts, groups, sessions and connections. */
export function wireAccountChanges(table: Table, gateway: Gateway, reporting: Reporting) {
  return {
    directory: directoryProjection(table),
    remains: remainsOf(table),
    groupRemains: groupRemainsOf(table),
    seals: sealRemover(table),
    ...wireTelling(table, gateway, reporting),
    rosters: rosterStore(table),
    people: peopleStore(table),
    log: messageStore(table),
    presences: presenceStore(table),
    watches: watchStore(table),
  };
}

/** For `projectMessages`. */
export function wireInboxProjection(table: Table) {
  return {
    ...wireRosters(table),
    inbox: inboxProjection(table),
    log: messageStore(table),
    profiles: profileStore(table),
    now,
  };
}

/** For `tellReactions`. The frames come from the protocol. */
export function wireReactions(table: Table, gateway: Gateway, reporting: Reporting) {
  return { ...wireTelling(table, gateway, reporting), ...wireRosters(table) };
}
