import type { Settings } from './settings.ts';
import type { TableAccess } from './table-access.ts';

/** The methods of the @connections API: POST sends a frame, GET tells whether a socket is open, DELETE closes it. */
export type ConnectionMethod = 'POST' | 'GET' | 'DELETE';

/** The settings that decide which functions a stage has. */
export type OptionalParts = Pick<Settings, 'apiDocs' | 'verifyEmail'>;

/** The permissions and settings of one function. A function gets only the permissions in its spec. */
export interface FunctionSpec {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly table?: readonly TableAccess[];
  /** `sign` may read the signing secret. `verify` needs only the public keys. */
  readonly tokens?: 'sign' | 'verify';
  /** Hashes or verifies passwords, and so needs the cost of a hash. */
  readonly hashesPasswords?: true;
  /** Verifies passwords, and so needs the limit of wrong ones. */
  readonly checksPasswords?: true;
  /** Takes new passwords, and so may ask whether they were stolen. */
  readonly setsPasswords?: true;
  /** Extends sessions, and so needs the longest life of one. */
  readonly extendsSessions?: true;
  /** The methods of @connections that it may call. */
  readonly connections?: readonly ConnectionMethod[];
  /** Appends messages, and so needs the flood limit. */
  readonly sends?: true;
  /** Edits messages, and so needs the time in which that is allowed. */
  readonly changesMessages?: true;
  /** Creates groups, and so needs who may. */
  readonly createsGroups?: true;
  /** Adds sockets to the list of an account, and so needs the limit of that list. */
  readonly listsSockets?: true;
  /** Bounds the work that an account can cause. */
  readonly limitsWork?: true;
  /** Decides which browser origins may open a socket. */
  readonly checksOrigin?: true;
  /** Takes tokens of other issuers, and so needs the list of those. Only such functions call servers that are not AWS's. */
  readonly knowsIssuers?: true;
  /** Opens sessions for such tokens, and so needs their limit. */
  readonly exchanges?: true;
  /** Sends mail, and so needs its sender and the address of the site. */
  readonly sendsMail?: true;
  /** Answers requests without a route, and so needs the list of routes. */
  readonly knowsRoutes?: true;
  /** With other settings the function and its routes are left out. */
  readonly onlyWith?: Partial<OptionalParts>;
}

/** Password hashing is bound by the processor. Lambda gives a whole one from 1,769 MB. */
const hashing = { memoryMb: 1769, timeoutSeconds: 10, hashesPasswords: true } as const;

/**
 * One or two calls to DynamoDB. With less memory the cold start (SDK import) gets slower, with more nothing gets
 * faster.
 */
const small = { memoryMb: 512, timeoutSeconds: 10 };

/** The hot path: 0.6 of a processor handles several TLS requests at once and keeps the p99 of a burst low. */
const delivering = { memoryMb: 1024, timeoutSeconds: 15 };

/** A batch of records, each with a query and sockets to close. */
const batch = { memoryMb: 512, timeoutSeconds: 30 };

const readsKeys: TableAccess = { actions: ['GetItem'], partitions: ['KEYS'] };
/** For an access token: the keys that verify it, and its session. */
const readsSession: TableAccess = { actions: ['GetItem'], partitions: ['USER#*', 'KEYS'] };
const publishesKeys: TableAccess = { actions: ['GetItem', 'PutItem'], partitions: ['KEYS'] };

/** Security events are added, and nothing else: no role may read, change or delete them, but the two that show them. */
const addsEvents: TableAccess = { actions: ['PutItem'], partitions: ['AUDIT#*'] };

/** Every function, by its entry `functions/<group>/<name>.ts`. */
export const functionSpecs = {
  'http/register': {
    ...hashing,
    onlyWith: { verifyEmail: 'optional' },
    setsPasswords: true,
    table: [{ actions: ['PutItem'], partitions: ['EMAIL#*', 'NAME#*', 'USER#*', 'DIRECTORY#*'] }, addsEvents],
  },
  // The same where addresses must be verified.
  'http/sign-up': {
    ...hashing,
    onlyWith: { verifyEmail: 'required' },
    setsPasswords: true,
    sendsMail: true,
    table: [
      // One request reads both claims.
      { actions: ['BatchGetItem'], partitions: ['EMAIL#*', 'NAME#*'] },
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      { actions: ['PutItem'], partitions: ['PENDING#*'] },
    ],
  },
  'http/confirm-sign-up': {
    ...hashing,
    checksPasswords: true,
    table: [
      { actions: ['GetItem', 'UpdateItem'], partitions: ['PENDING#*'] },
      // A request that is sent again is checked against the account that it has created.
      { actions: ['GetItem', 'PutItem', 'UpdateItem'], partitions: ['EMAIL#*'] },
      { actions: ['PutItem'], partitions: ['NAME#*', 'USER#*', 'DIRECTORY#*'] },
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      addsEvents,
    ],
  },
  'http/token': {
    ...hashing,
    checksPasswords: true,
    tokens: 'sign',
    table: [
      // A hash that is cheaper than new ones is replaced.
      { actions: ['GetItem', 'UpdateItem'], partitions: ['EMAIL#*'] },
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      // A log-in lists the sessions of the user, and ends those beyond the limit.
      { actions: ['GetItem', 'PutItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] },
      publishesKeys,
      addsEvents,
    ],
  },
  'http/own-password': {
    ...hashing,
    setsPasswords: true,
    checksPasswords: true,
    limitsWork: true,
    tokens: 'verify',
    table: [
      { actions: ['GetItem', 'UpdateItem'], partitions: ['EMAIL#*'] },
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      { actions: ['GetItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] },
      readsKeys,
      addsEvents,
    ],
  },
  'http/reset-password': {
    ...small,
    sendsMail: true,
    table: [
      { actions: ['GetItem'], partitions: ['EMAIL#*'] },
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['USER#*'] },
    ],
  },
  'http/confirm-reset': {
    ...hashing,
    setsPasswords: true,
    checksPasswords: true,
    table: [
      { actions: ['GetItem', 'UpdateItem'], partitions: ['EMAIL#*'] },
      // The owner of the mailbox is not kept out by others who guessed.
      { actions: ['UpdateItem', 'DeleteItem'], partitions: ['ATTEMPTS#*'] },
      { actions: ['GetItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] },
      addsEvents,
    ],
  },
  'http/send-verification': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    sendsMail: true,
    table: [
      { actions: ['UpdateItem'], partitions: ['ATTEMPTS#*'] },
      { actions: ['GetItem', 'PutItem'], partitions: ['USER#*'] },
      readsKeys,
    ],
  },
  'http/verify-email': {
    ...small,
    table: [{ actions: ['GetItem', 'UpdateItem', 'DeleteItem'], partitions: ['USER#*'] }, addsEvents],
  },
  'http/delete-account': {
    ...hashing,
    checksPasswords: true,
    knowsIssuers: true,
    limitsWork: true,
    tokens: 'verify',
    table: [
      // An account of another issuer is deleted by its token.
      { actions: ['GetItem', 'DeleteItem'], partitions: ['IDENTITY#*'] },
      { actions: ['GetItem', 'UpdateItem', 'DeleteItem'], partitions: ['EMAIL#*'] },
      { actions: ['UpdateItem'], partitions: ['NAME#*', 'ATTEMPTS#*'] },
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], partitions: ['USER#*'] },
      readsKeys,
      addsEvents,
    ],
  },
  'http/refresh': {
    ...small,
    tokens: 'sign',
    extendsSessions: true,
    table: [
      { actions: ['GetItem', 'UpdateItem', 'DeleteItem'], partitions: ['USER#*'] },
      publishesKeys,
      addsEvents,
    ],
  },
  'http/exchange': {
    ...small,
    tokens: 'sign',
    knowsIssuers: true,
    exchanges: true,
    table: [
      { actions: ['GetItem', 'PutItem'], partitions: ['IDENTITY#*'] },
      // The first exchange of a user creates an account. An e-mail address may change later.
      { actions: ['PutItem'], partitions: ['NAME#*', 'DIRECTORY#*'] },
      { actions: ['PutItem', 'DeleteItem'], partitions: ['EMAIL#*'] },
      { actions: ['GetItem', 'PutItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] },
      publishesKeys,
      addsEvents,
    ],
  },
  'http/logout': {
    ...small,
    tokens: 'verify',
    table: [{ actions: ['DeleteItem'], partitions: ['USER#*'] }, readsSession, addsEvents],
  },
  'http/list-users': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['GetItem', 'Query'], partitions: ['DIRECTORY#*'] }, readsSession],
  },
  'http/history': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      { actions: ['Query'], partitions: ['CONV#*'] },
      { actions: ['GetItem'], partitions: ['USER#*', 'KEYS'] },
    ],
  },
  'http/me': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['USER#*'] }, readsKeys],
  },
  'http/sessions': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['GetItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] }, readsKeys, addsEvents],
  },
  'http/export': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      { actions: ['GetItem', 'Query'], partitions: ['USER#*', 'CONV#*'] },
      { actions: ['Query'], partitions: ['AUDIT#*'] },
      // As for a page of the inbox, one request reads memberships and conversations.
      { actions: ['BatchGetItem'], partitions: ['CONV#*', 'USER#*'] },
      readsKeys,
    ],
  },
  'http/ticket': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['PutItem'], partitions: ['TICKET#*'] }, readsSession],
  },
  'http/blocks': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      // The list of a user, and the names in it. A block notes in both memberships how far was read.
      { actions: ['GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['USER#*'] },
      // It seals the conversation.
      { actions: ['PutItem', 'DeleteItem'], partitions: ['CONV#*'] },
      readsKeys,
      addsEvents,
    ],
  },
  'http/report': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      // The reported user, and the claims and the counter of the reporter.
      { actions: ['GetItem', 'PutItem', 'UpdateItem'], partitions: ['USER#*'] },
      // The roster of a group, and the message with those around it.
      { actions: ['GetItem', 'Query'], partitions: ['CONV#*'] },
      { actions: ['BatchGetItem', 'PutItem'], partitions: ['REPORTS#*'] },
      readsKeys,
    ],
  },
  'http/reports': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      { actions: ['GetItem', 'Query', 'PutItem', 'DeleteItem'], partitions: ['REPORTS#*'] },
      // Whether the caller is staff, and the names in the reports.
      { actions: ['GetItem', 'BatchGetItem'], partitions: ['USER#*'] },
      readsKeys,
      addsEvents,
    ],
  },
  'http/suspension': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      // The mark on the profile, and the sessions that end.
      { actions: ['GetItem', 'UpdateItem', 'Query', 'DeleteItem'], partitions: ['USER#*'] },
      readsKeys,
      addsEvents,
    ],
  },
  'http/audit': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    // To read is an event, too, of the reader.
    table: [{ actions: ['Query', 'PutItem'], partitions: ['AUDIT#*'] }, readsSession],
  },
  'http/user': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['GetItem', 'BatchGetItem'], partitions: ['USER#*'] }, readsKeys],
  },
  'http/conversations': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      { actions: ['GetItem', 'Query'], partitions: ['USER#*', 'CONV#*'] },
      // A page reads memberships and conversations in one request, so one statement must allow both.
      { actions: ['BatchGetItem'], partitions: ['CONV#*', 'USER#*'] },
      readsKeys,
    ],
  },
  'http/messages': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [{ actions: ['GetItem', 'Query'], partitions: ['CONV#*'] }, readsSession],
  },
  'http/groups': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'DELETE'],
    createsGroups: true,
    table: [
      // The roster, the entry that tells of a change, and the summary with the title.
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], partitions: ['CONV#*'] },
      // The memberships of those who come and go, and in how many groups they are.
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], partitions: ['USER#*'] },
      // The answer reads a membership and the summary in one request.
      { actions: ['BatchGetItem'], partitions: ['CONV#*', 'USER#*'] },
      readsKeys,
    ],
  },
  'http/settings': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'DELETE'],
    table: [
      // The roster of a group, and whether a pair has a message.
      { actions: ['GetItem', 'Query'], partitions: ['CONV#*'] },
      // The membership, the list of those that are pinned, and the sockets of the user.
      { actions: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem'], partitions: ['USER#*'] },
      readsKeys,
    ],
  },
  'http/invitations': {
    ...small,
    limitsWork: true,
    tokens: 'verify',
    table: [
      // The roster and the invitations.
      { actions: ['GetItem', 'PutItem'], partitions: ['CONV#*'] },
      // The one who invites: their name, and whether there is a block.
      { actions: ['GetItem', 'BatchGetItem'], partitions: ['USER#*'] },
      readsKeys,
    ],
  },
  'http/join': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'DELETE'],
    table: [
      // The roster, the invitations, and the entry that tells of a new member.
      { actions: ['GetItem', 'Query', 'PutItem'], partitions: ['CONV#*'] },
      // The groups that the user is in, and the new membership. A socket that is gone leaves the list of its account.
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], partitions: ['USER#*'] },
      // The answer reads a membership and the summary in one request.
      { actions: ['BatchGetItem'], partitions: ['CONV#*', 'USER#*'] },
      readsKeys,
    ],
  },
  'http/send-message': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'DELETE'],
    sends: true,
    table: [
      { actions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem'], partitions: ['CONV#*'] },
      { actions: ['GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['USER#*'] },
      readsKeys,
    ],
  },
  'http/change-message': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'DELETE'],
    changesMessages: true,
    table: [
      { actions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem'], partitions: ['CONV#*'] },
      { actions: ['GetItem', 'BatchGetItem', 'UpdateItem'], partitions: ['USER#*'] },
      readsKeys,
    ],
  },
  'http/jwks': { ...small, table: [readsKeys] },
  'http/schema': small,
  'http/api-docs': { ...small, onlyWith: { apiDocs: true } },
  'http/fallback': { ...small, knowsRoutes: true },
  'websocket/authorize': {
    ...small,
    tokens: 'verify',
    checksOrigin: true,
    table: [
      { actions: ['GetItem'], partitions: ['USER#*', 'KEYS'] },
      { actions: ['UpdateItem'], partitions: ['TICKET#*'] },
    ],
  },
  'websocket/connect': {
    ...small,
    limitsWork: true,
    listsSockets: true,
    table: [{ actions: ['GetItem', 'UpdateItem'], partitions: ['USER#*'] }],
  },
  'websocket/disconnect': {
    ...small,
    table: [{ actions: ['UpdateItem'], partitions: ['USER#*'] }],
  },
  'websocket/message': {
    ...delivering,
    limitsWork: true,
    tokens: 'verify',
    connections: ['POST', 'GET', 'DELETE'],
    sends: true,
    changesMessages: true,
    listsSockets: true,
    table: [
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], partitions: ['CONV#*'] },
      // A page of `sync` reads memberships and conversations in one request.
      { actions: ['BatchGetItem'], partitions: ['CONV#*', 'USER#*'] },
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], partitions: ['USER#*'] },
      { actions: ['BatchWriteItem'], partitions: ['WATCH#*'] },
      readsKeys,
    ],
  },
  'stream/account-changes': {
    ...batch,
    connections: ['POST', 'DELETE'],
    table: [
      { actions: ['GetItem', 'BatchGetItem', 'Query', 'UpdateItem', 'DeleteItem'], partitions: ['USER#*'] },
      { actions: ['Query'], partitions: ['WATCH#*'] },
      { actions: ['PutItem', 'UpdateItem', 'DeleteItem'], partitions: ['DIRECTORY#*'] },
      // A deleted account leaves its groups: the roster, and the entry that tells of it. The seals of its blocks go. Everything of a
      // dissolved group goes, step by step.
      { actions: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'], partitions: ['CONV#*'] },
    ],
  },
  'stream/message-changes': {
    ...batch,
    connections: ['POST', 'DELETE'],
    table: [
      { actions: ['BatchGetItem', 'GetItem', 'UpdateItem'], partitions: ['CONV#*'] },
      {
        actions: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
        partitions: ['USER#*'],
      },
    ],
  },
} as const satisfies Record<string, FunctionSpec>;

export type Entry = keyof typeof functionSpecs;
export type HttpEntry = Extract<Entry, `http/${string}`>;

/** Whether a stage with these settings has the function. */
export function isDeployed(entry: Entry, settings: OptionalParts): boolean {
  const { onlyWith = {} }: FunctionSpec = functionSpecs[entry];
  return Object.entries(onlyWith).every(([name, value]) => settings[name as keyof OptionalParts] === value);
}
