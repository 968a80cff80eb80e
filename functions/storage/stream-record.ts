import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue, DynamoDBRecord } from 'aws-lambda';
import type { Account } from '../core/accounts/account.ts';
import { conversationOf } from '../core/conversations/conversation.ts';
import type { LogEntry } from '../core/messages/message.ts';
import type { StoredPresence } from '../core/presence/presence.ts';
import { toAccount } from './accounts.ts';
import {
  CONNECTION_PREFIX,
  conversationPartition,
  MESSAGE_PREFIX,
  PRESENCE,
  PROFILE,
  SESSION_PREFIX,
  userPartition,
} from './keys.ts';
import { toLogEntry } from './log-entry.ts';
import { toPresence } from './presence.ts';

export type Change =
  | { readonly kind: 'account'; readonly before: Account | undefined; readonly after: Account }
  | { readonly kind: 'session-ended'; readonly userId: string; readonly sessionId: string }
  | { readonly kind: 'connected'; readonly userId: string }
  | { readonly kind: 'disconnected'; readonly userId: string; readonly connectionId: string }
  | { readonly kind: 'presence'; readonly before: StoredPresence | undefined; readonly after: StoredPresence }
  | { readonly kind: 'message'; readonly message: LogEntry };

/** The change that a record of the table's stream tells; undefined for changes that nobody follows. */
export function readChange({ eventName, dynamodb }: DynamoDBRecord): Change | undefined {
  const sk = dynamodb?.Keys?.sk?.S ?? '';
  const before = read(dynamodb?.OldImage);
  const after = read(dynamodb?.NewImage);
  if (sk === PROFILE && after) {
    return { kind: 'account', before: before && toAccount(before), after: toAccount(after) };
  }
  if (sk.startsWith(SESSION_PREFIX) && eventName === 'REMOVE' && before) {
    return { kind: 'session-ended', userId: before.userId as string, sessionId: before.id as string };
  }
  if (sk.startsWith(CONNECTION_PREFIX)) {
    if (eventName === 'INSERT' && after) return { kind: 'connected', userId: after.userId as string };
    if (eventName === 'REMOVE' && before) {
      const { userId, connectionId } = before as { userId: string; connectionId: string };
      return { kind: 'disconnected', userId, connectionId };
    }
  }
  if (sk === PRESENCE && after) {
    const userId = (dynamodb?.Keys?.pk?.S ?? '').slice(userPartition('').length);
    return {
      kind: 'presence',
      before: before && toPresence(userId, before),
      after: toPresence(userId, after),
    };
  }
  if (sk.startsWith(MESSAGE_PREFIX) && eventName === 'INSERT' && after) {
    const id = (after.pk as string).slice(conversationPartition('').length);
    const conversation = conversationOf(id);
    return conversation && { kind: 'message', message: toLogEntry(conversation, after) };
  }
  return undefined;
}

/** The message that a record adds to the log, if it adds one. */
export function messageIn(record: DynamoDBRecord): LogEntry | undefined {
  const change = readChange(record);
  return change?.kind === 'message' ? change.message : undefined;
}

function read(image: Record<string, AttributeValue> | undefined): Record<string, unknown> | undefined {
  return image && unmarshall(image as Parameters<typeof unmarshall>[0]);
}
