import { foldEmail, foldUsername } from '../core/accounts/account.ts';
import type { AttemptSubject } from '../core/accounts/attempts.ts';
import type { DirectoryList } from '../core/accounts/directory.ts';
import type { EntryId } from '../core/audit/audit.ts';
import { isGroupId } from '../core/conversations/conversation.ts';
import type { Identity } from '../core/issuers/issuer.ts';
import type { ReportState } from '../core/reports/moderate.ts';
import type { Reported } from '../core/reports/report.ts';

/** The key of an item. This file has every key pattern of the table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const SESSION_PREFIX = 'SESSION#';
export const SOCKETS = 'SOCKETS';
export const PROFILE = 'PROFILE';
export const PRESENCE = 'PRESENCE';
export const REMAINS = 'REMAINS';
export const GROUP = 'GROUP';
export const MESSAGE_PREFIX = 'MSG#';
export const MEMBERSHIP_PREFIX = 'CONV#';
/** Sorts behind the ids of pairs, so that the groups of a user are one range. */
export const GROUP_MEMBERSHIP_PREFIX = `${MEMBERSHIP_PREFIX}group#`;
export const INBOX_PREFIX = 'INBOX#';
const NAME_PREFIX = 'NAME#';

/** Enough for the largest integer that JSON carries exactly, 2⁵³ − 1. */
const SEQ_DIGITS = 16;

export const userPartition = (userId: string): string => `USER#${userId}`;
export const conversationPartition = (conversation: string): string => `CONV#${conversation}`;
export const directoryPartition = (list: DirectoryList): string => `DIRECTORY#${list.toUpperCase()}`;

export const profileKey = (userId: string): Key => ({ pk: userPartition(userId), sk: PROFILE });

export const sessionKey = (userId: string, sessionId: string): Key => ({
  pk: userPartition(userId),
  sk: `${SESSION_PREFIX}${sessionId}`,
});

/** All open sockets of an account, in one item. */
export const socketsKey = (userId: string): Key => ({ pk: userPartition(userId), sk: SOCKETS });

/** When it expires, what is left of a deleted account is looked for once more. */
export const remainsKey = (userId: string): Key => ({ pk: userPartition(userId), sk: REMAINS });

/** The unique claim on an email, with the credentials. Only a few functions may access this partition prefix. */
export const emailKey = (email: string): Key => ({ pk: `EMAIL#${foldEmail(email)}`, sk: 'CREDENTIALS' });

export const usernameKey = (username: string): Key => ({ pk: `NAME#${foldUsername(username)}`, sk: 'NAME' });

/** The unique claim of a user of another issuer. An issuer's address has no space, so the pair is told apart again. */
export const identityKey = ({ issuer, subject }: Identity): Key => ({
  pk: `IDENTITY#${issuer} ${subject}`,
  sk: 'ACCOUNT',
});

/** How many tokens of other issuers an account has exchanged in the last minute. */
export const exchangesKey = (userId: string): Key => ({ pk: userPartition(userId), sk: 'EXCHANGED' });

/** No e-mail address is an address of the Internet: it has an `@`. */
export const attemptsKey = (subject: AttemptSubject): Key =>
  'network' in subject
    ? { pk: `ATTEMPTS#${subject.network}`, sk: 'LOGIN' }
    : {
        pk: `ATTEMPTS#${foldEmail(subject.email)}`,
        sk: subject.known === undefined ? 'LOGIN' : `LOGIN#${subject.known}`,
      };

/** Where a user has logged in. */
export const devicesKey = (userId: string): Key => ({ pk: userPartition(userId), sk: 'DEVICES' });

/** A ticket for one socket, by its hash. */
export const ticketKey = (hash: string): Key => ({ pk: `TICKET#${hash}`, sk: 'TICKET' });

/** How many mails went to an address in the last hour. */
export const mailsKey = (email: string): Key => ({ pk: `ATTEMPTS#${foldEmail(email)}`, sk: 'MAIL' });

/** A sign-up whose address is not confirmed yet, by the hash of the link's secret. */
export const signUpKey = (hash: string): Key => ({ pk: `PENDING#${hash}`, sk: 'SIGN_UP' });

/** A link in a mail to the owner of an account, by the hash of its secret. */
export const linkKey = (userId: string, hash: string): Key => ({
  pk: userPartition(userId),
  sk: `LINK#${hash}`,
});

/** Names sort behind the counter's `COUNT`. */
export const directoryKey = (list: DirectoryList, username: string): Key => ({
  pk: directoryPartition(list),
  sk: `${NAME_PREFIX}${foldUsername(username)}`,
});
/** The range of names with a prefix. An empty prefix means all names. */
export const directoryNames = (prefix: string): { first: string; last: string } => ({
  first: `${NAME_PREFIX}${prefix}`,
  last: `${NAME_PREFIX}${prefix}\u{10ffff}`,
});

export const directoryCountKey = (list: DirectoryList): Key => ({
  pk: directoryPartition(list),
  sk: 'COUNT',
});

export const messageSk = (seq: number): string => `${MESSAGE_PREFIX}${String(seq).padStart(SEQ_DIGITS, '0')}`;
export const LAST_MESSAGE_SK = `${MESSAGE_PREFIX}${'9'.repeat(SEQ_DIGITS)}`;
export const seqOf = (sk: string): number => Number(sk.slice(MESSAGE_PREFIX.length));
export const messageKey = (conversation: string, seq: number): Key => ({
  pk: conversationPartition(conversation),
  sk: messageSk(seq),
});

/** Sorts before the messages. */
const CHANGE_PREFIX = 'CHANGE#';
export const changeSk = (change: number): string =>
  `${CHANGE_PREFIX}${String(change).padStart(SEQ_DIGITS, '0')}`;
export const LAST_CHANGE_SK = `${CHANGE_PREFIX}${'9'.repeat(SEQ_DIGITS)}`;
/** That a message of the conversation has changed. */
export const changeKey = (conversation: string, change: number): Key => ({
  pk: conversationPartition(conversation),
  sk: changeSk(change),
});
export const changeOf = (sk: string): number => Number(sk.slice(CHANGE_PREFIX.length));

/**
 * Stands behind all messages while a member blocks the other one, so that whoever reads the end of the log meets it there. Each
 * member has one of their own.
 */
export const SEAL_PREFIX = 'SEAL#';
export const LAST_SEAL_SK = `${SEAL_PREFIX}~`;
export const sealKey = (conversation: string, member: number): Key => ({
  pk: conversationPartition(conversation),
  sk: `${SEAL_PREFIX}${member}`,
});

export const AUDIT_PREFIX = 'EVENT#';

export const auditPartition = (userId: string): string => `AUDIT#${userId}`;

/** A security event of an account, sorted by time. Nobody but the export and staff may read this partition prefix, or change what is there. */
export const auditKey = (userId: string, { time, name }: EntryId): Key => ({
  pk: auditPartition(userId),
  sk: `${AUDIT_PREFIX}${time}#${name}`,
});

export const REPORT_PREFIX = 'REPORT#';

/** That a user has reported another one, or a message. */
export const reportClaimKey = (reporterId: string, { userId, message }: Reported): Key => ({
  pk: userPartition(reporterId),
  sk: REPORT_PREFIX + (message ? `${message.conversation}#${message.seq}` : userId),
});

/** How many reports a user has made in the last hour. */
export const reportCountKey = (userId: string): Key => ({ pk: userPartition(userId), sk: 'REPORTS' });

export const reportPartition = (state: ReportState): string => `REPORTS#${state.toUpperCase()}`;

/** A report, for the moderators. Ids sort by time. */
export const reportKey = (state: ReportState, id: string): Key => ({ pk: reportPartition(state), sk: id });

export const STAFF = 'STAFF';

/** A member of the staff, so that they can be listed. The mark that counts is on their profile. */
export const staffKey = (userId: string): Key => ({ pk: STAFF, sk: userId });

/** The public halves of the signing keys, for functions that verify tokens. */
export const PUBLIC_KEYS_KEY: Key = { pk: 'KEYS', sk: 'JWKS' };

/** What a conversation is to a member: their receipts, of a pair the peer and its position in their inbox, of a group their role. */
export const membershipKey = (userId: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `${isGroupId(conversation) ? GROUP_MEMBERSHIP_PREFIX : MEMBERSHIP_PREFIX}${conversation}`,
});

/** The conversation of a membership. */
export const conversationOf = (sk: string): string => sk.slice(sk.lastIndexOf('#') + 1);

/** The conversations that a user has pinned. */
export const pinsKey = (userId: string): Key => ({ pk: userPartition(userId), sk: 'PINS' });

/** How often a member has retried messages that are already stored. */
export const retriesKey = (userId: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `RETRIES#${conversation}`,
});

/** A pair's position in the inbox, sorted by when it came to the top. A group has none: its summary tells. */
export const inboxPositionKey = (userId: string, topAt: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `${INBOX_PREFIX}${topAt}#${conversation}`,
});

/** The summary of a conversation, for the inboxes: its newest message, and its members' receipts. */
export const summaryKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: 'META',
});

/** Who is in a group, in which role. It sorts before the messages: the end of a log is read from there to the seals. */
export const rosterKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: GROUP,
});

/** What a group says of itself. No message reads it. */
export const aboutKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: 'ABOUT',
});

export const DISSOLVED = 'DISSOLVED';

/** That nobody is in a group any more, so that what is stored of it goes. When it expires, that is looked for once more. */
export const dissolvedKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: DISSOLVED,
});

/** All invitations of a group. Like the roster, they sort before the messages. */
export const invitationsKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: 'INVITATIONS',
});

export const presenceKey = (userId: string): Key => ({ pk: userPartition(userId), sk: PRESENCE });

export const watchPartition = (userId: string): string => `WATCH#${userId}`;

/** An account that watches a user's presence. */
export const watcherKey = (userId: string, watcherId: string): Key => ({
  pk: watchPartition(userId),
  sk: watcherId,
});

export const WATCH_LIST_PREFIX = 'WATCHING#';

/** The list of users that a device watches. */
export const watchListKey = ({ userId, connectionId }: { userId: string; connectionId: string }): Key => ({
  pk: userPartition(userId),
  sk: WATCH_LIST_PREFIX + connectionId,
});

/** The users whose watchers an account is listed among, and until when. */
export const watchedKey = (userId: string): Key => ({ pk: userPartition(userId), sk: 'WATCHED' });
