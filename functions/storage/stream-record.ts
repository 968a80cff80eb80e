import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { Account } from '../core/accounts/account.ts';
import type { Deletion } from '../core/accounts/follow-deletion.ts';
import type { Connection } from '../core/connections/connection.ts';
import type { Conversation } from '../core/conversations/conversation.ts';
import type { Dissolution } from '../core/groups/dissolve.ts';
import type { StoredMessage } from '../core/inbox/project-messages.ts';
import type { StoredPresence } from '../core/presence/presence.ts';
import { isDeleted, toAccount } from './accounts.ts';
import { connectionsIn, isIn, type List } from './connections.ts';
import {
  conversationPartition,
  DISSOLVED,
  MESSAGE_PREFIX,
  PRESENCE,
  PROFILE,
  REMAINS,
  SESSION_PREFIX,
  SOCKETS,
  seqOf,
  userPartition,
} from './keys.ts';
import { type StoredChanged, toLogEntry } from './log-entry.ts';
import { toPresence } from './presence.ts';
import type { Item } from './table.ts';

export type Change =
  | { readonly kind: 'account'; readonly before: Account | undefined; readonly after: Account }
  | AccountDeleted
  | GroupDissolved
  | SessionsEnded
  | SocketsChange
  | { readonly kind: 'presence'; readonly before: StoredPresence | undefined; readonly after: StoredPresence }
  | { readonly kind: 'message'; readonly message: StoredMessage }
  | { readonly kind: 'messages'; readonly messages: readonly StoredMessage[] };

interface AccountDeleted extends Deletion {
  readonly kind: 'account-deleted';
}

interface GroupDissolved extends Dissolution {
  readonly kind: 'group-dissolved';
}

interface SessionsEnded {
  readonly kind: 'sessions-ended';
  readonly userId: string;
  readonly sessionIds: readonly string[];
}

export interface SocketsChange {
  readonly kind: 'sockets';
  readonly userId: string;
  /** They were in the list of open sockets before, and still are. */
  readonly stayed: readonly Connection[];
  /** They have left the list of open sockets. */
  readonly gone: readonly Connection[];
  /** Newer ones have replaced them, so they must be closed. */
  readonly replaced: readonly Connection[];
}

/** The change that a record of the table's stream tells; undefined for changes that nobody follows. */
export function readChange({ eventName, dynamodb }: DynamoDBRecord): Change | undefined {
  const sk = dynamodb?.Keys?.sk?.S ?? '';
  const before = read(dynamodb?.OldImage);
  const after = read(dynamodb?.NewImage);
  if (sk === PROFILE && after && isDeleted(after)) {
    const { username } = (before ?? {}) as Partial<Account>;
    return { kind: 'account-deleted', userId: after.id as string, username };
  }
  if (sk === PROFILE && after) {
    return { kind: 'account', before: before && toAccount(before), after: toAccount(after) };
  }
  if (sk.startsWith(SESSION_PREFIX) && eventName === 'REMOVE' && before) {
    return { kind: 'sessions-ended', userId: before.userId as string, sessionIds: [before.id as string] };
  }
  const userId = (dynamodb?.Keys?.pk?.S ?? '').slice(userPartition('').length);
  if (sk === REMAINS && eventName === 'REMOVE') return { kind: 'account-deleted', userId, isLate: true };
  if (sk === SOCKETS) return socketsChange(userId, before ?? {}, after ?? {});
  if (sk === PRESENCE && after) {
    return {
      kind: 'presence',
      before: before && toPresence(userId, before),
      after: toPresence(userId, after),
    };
  }
  if (sk === DISSOLVED) return groupDissolved(dynamodb?.Keys?.pk?.S ?? '', after);
  if (sk.startsWith(MESSAGE_PREFIX) && after) {
    const conversation = (after.pk as string).slice(conversationPartition('').length);
    const entryIn: StoredMessage['entryIn'] = (known) => toLogEntry(known, after);
    const formerIn = before && ((known: Conversation) => toLogEntry(known, before));
    const isReaction = before !== undefined && hasOtherReactions(before, after);
    return { kind: 'message', message: { conversation, seq: seqOf(sk), entryIn, formerIn, isReaction } };
  }
  return undefined;
}

/**
 * What the records of a batch tell. All sessions of one user that end in it are one change, that of the first such record. They
 * have all ended by then, so one look at the user's sockets is enough: a user may end 40 at once. All messages of one conversation are one
 * change, too, and are told together.
 */
export function readChanges(
  records: readonly DynamoDBRecord[],
): (record: DynamoDBRecord) => Change | undefined {
  const changes = new Map(records.map((record) => [record, readChange(record)]));
  const ended = [...changes].flatMap(([record, change]) =>
    change?.kind === 'sessions-ended' ? [{ record, ...change }] : [],
  );
  for (const [userId, ofUser] of Map.groupBy(ended, (one) => one.userId)) {
    const sessionIds = ofUser.flatMap((one) => one.sessionIds);
    for (const { record } of ofUser) changes.set(record, undefined);
    const [first] = ofUser;
    if (first) changes.set(first.record, { kind: 'sessions-ended', userId, sessionIds });
  }
  const messages = [...changes].flatMap(([record, change]) =>
    change?.kind === 'message' ? [{ record, message: change.message }] : [],
  );
  for (const [first, ...more] of Map.groupBy(messages, ({ message }) => message.conversation).values()) {
    if (!first) continue;
    for (const { record } of more) changes.set(record, undefined);
    const ofOne = [first, ...more].map(({ message }) => message);
    changes.set(first.record, { kind: 'messages', messages: ofOne });
  }
  return (record) => changes.get(record);
}

/**
 * What must be followed in order: the changes of one user. All changes of the directory are one line, because they write the same
 * counters, and transactions on one item cancel each other.
 */
export function lineOf({ dynamodb }: DynamoDBRecord): string {
  const { pk, sk } = dynamodb?.Keys ?? {};
  return sk?.S === PROFILE ? PROFILE : (pk?.S ?? '');
}

/** Undefined once all is removed, and the mark waits for its end. */
function groupDissolved(pk: string, mark: Item | undefined): GroupDissolved | undefined {
  const group = pk.slice(conversationPartition('').length);
  if (!mark) return { kind: 'group-dissolved', group, steps: 0, isLate: true };
  if (mark.ttl !== undefined) return undefined;
  return { kind: 'group-dissolved', group, steps: (mark.steps as number | undefined) ?? 0 };
}

/** Undefined if the same sockets are open as before. */
function socketsChange(userId: string, before: Item, after: Item): SocketsChange | undefined {
  const onlyIn = (list: List, item: Item, other: Item) =>
    connectionsIn(list, userId, item).filter(({ connectionId }) => !isIn(list, other, connectionId));
  const gone = onlyIn('open', before, after);
  const come = onlyIn('open', after, before);
  if (gone.length + come.length === 0) return undefined;
  const stayed = connectionsIn('open', userId, after).filter(({ connectionId }) =>
    isIn('open', before, connectionId),
  );
  return { kind: 'sockets', userId, stayed, gone, replaced: onlyIn('closing', after, before) };
}

/** A deletion also ends the reactions, but it is told by itself. */
function hasOtherReactions(before: Item, after: Item): boolean {
  const [former, reactions] = [before, after].map(({ changed }) => (changed as StoredChanged)?.reactions);
  return reactions !== undefined && JSON.stringify(reactions) !== JSON.stringify(former);
}

/** The message that a record adds to the log or changes, if it does. */
export function messageIn(record: DynamoDBRecord): StoredMessage | undefined {
  const change = readChange(record);
  return change?.kind === 'message' ? change.message : undefined;
}

function read(image: Record<string, AttributeValue> | undefined): Record<string, unknown> | undefined {
  if (!image) return undefined;
  // An event is JSON, so it has bytes in base64. The SDK takes them as they are.
  const values = Object.entries(image).map(([name, value]) => [
    name,
    value.B === undefined ? value : { B: new Uint8Array(Buffer.from(value.B, 'base64')) },
  ]);
  return unmarshall(Object.fromEntries(values));
}
