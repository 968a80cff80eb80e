import { foldEmail, foldUsername } from '../core/accounts/account.ts';
import type { DirectoryList } from '../core/accounts/directory.ts';

/** Where an item lives. Every key pattern of the table is in this file. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const SESSION_PREFIX = 'SESSION#';
export const CONNECTION_PREFIX = 'CONN#';
export const PROFILE = 'PROFILE';
export const PRESENCE = 'PRESENCE';
export const MESSAGE_PREFIX = 'MSG#';
const MEMBERSHIP_PREFIX = 'CONV#';
export const PLACE_PREFIX = 'INBOX#';
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

export const connectionKey = (userId: string, connectionId: string): Key => ({
  pk: userPartition(userId),
  sk: `${CONNECTION_PREFIX}${connectionId}`,
});

/** The unique claim on an email, and with it the credentials: a partition prefix that few functions may touch. */
export const emailKey = (email: string): Key => ({ pk: `EMAIL#${foldEmail(email)}`, sk: 'CREDENTIALS' });

export const usernameKey = (username: string): Key => ({ pk: `NAME#${foldUsername(username)}`, sk: 'NAME' });

export const attemptsKey = (email: string): Key => ({ pk: `ATTEMPTS#${foldEmail(email)}`, sk: 'LOGIN' });

/** Names sort behind the counter's `COUNT`, and never meet it. */
export const directoryKey = (list: DirectoryList, username: string): Key => ({
  pk: directoryPartition(list),
  sk: `${NAME_PREFIX}${foldUsername(username)}`,
});
/** The range of the names that begin so: all of them for an empty prefix. */
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
export const messageKey = (conversation: string, seq: number): Key => ({
  pk: conversationPartition(conversation),
  sk: messageSk(seq),
});

/** The public halves of the signing keys, for those that verify. */
export const PUBLIC_KEYS_KEY: Key = { pk: 'KEYS', sk: 'JWKS' };

/** How a member stands to a conversation: their marks, their peer, and where it is in their inbox. */
export const membershipKey = (userId: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `${MEMBERSHIP_PREFIX}${conversation}`,
});

/** How often a member has sent again what is stored already. */
export const repeatsKey = (userId: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `REPEATS#${conversation}`,
});

/** A conversation's place in the inbox: sorted by when it came to the top. */
export const placeKey = (userId: string, topAt: string, conversation: string): Key => ({
  pk: userPartition(userId),
  sk: `${PLACE_PREFIX}${topAt}#${conversation}`,
});

/** The newest message of a conversation, for the inboxes. */
export const conversationKey = (conversation: string): Key => ({
  pk: conversationPartition(conversation),
  sk: 'META',
});

export const presenceKey = (userId: string): Key => ({ pk: userPartition(userId), sk: PRESENCE });

export const watchPartition = (userId: string): string => `WATCH#${userId}`;

/** Who wants to know of a user's presence. */
export const watchKey = (userId: string, watcher: { userId: string; connectionId: string }): Key => ({
  pk: watchPartition(userId),
  sk: `${watcher.userId}#${watcher.connectionId}`,
});

/** Whom a device watches; beside its connection, but not begun like one. */
export const watchListKey = ({ userId, connectionId }: { userId: string; connectionId: string }): Key => ({
  pk: userPartition(userId),
  sk: `WATCHING#${connectionId}`,
});
